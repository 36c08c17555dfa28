/**
 * The application: its parts put together, behind one of the three adapters.
 *
 * @module
 */

import type { RequestListener } from 'node:http'
import { systemRuntime, type Runtime } from '@latchkey/core'
import type { LoginLimiter, PasswordHasher } from '@latchkey/password'
import { createAccounts } from './api/accounts.ts'
import { createDevices } from './api/devices.ts'
import { createNotebook } from './api/notebook.ts'
import { createPasswords } from './api/passwords.ts'
import { sessionValues } from './api/session-values.ts'
import { createAppAuth, type AppAuth } from './auth.ts'
import type { Database } from './database.ts'
import { createExpressListener } from './express.ts'
import { createHonoListener } from './hono.ts'
import type { Log } from './log.ts'
import { createNodeListener } from './node.ts'
import { createNotes } from './notes.ts'
import type { Api, ServerParts } from './parts.ts'
import { createAppLogin } from './password-login.ts'
import { createUsers } from './users.ts'

/** The adapters to choose from. */
export const ADAPTERS = ['hono', 'express', 'node'] as const

/** The name of an adapter. */
export type Adapter = (typeof ADAPTERS)[number]

/** What an application is made of. */
export interface AppOptions {
  readonly adapter: Adapter
  readonly db: Database
  /** Where browsers find the API: a serialized origin. */
  readonly origin: string
  /** The root secret: at least 32 bytes. */
  readonly secret: string
  readonly log: Log
  /** Clock and randomness. Default: the platform's. For tests. */
  readonly runtime?: Runtime
  /** See `createAppLogin`. For tests. */
  readonly hasher?: PasswordHasher
  /** See `createAppLogin`. For tests. */
  readonly limiter?: LoginLimiter
}

/** An application, ready to be given to `http.createServer`. */
export interface App {
  readonly auth: AppAuth
  readonly listener: RequestListener
}

const LISTENERS: Readonly<Record<Adapter, (parts: ServerParts) => RequestListener>> = {
  hono: createHonoListener,
  express: createExpressListener,
  node: createNodeListener,
}

/** Creates the application. Opens nothing and listens nowhere. */
export function createApp({
  adapter,
  db,
  origin,
  secret,
  log,
  runtime = systemRuntime,
  ...passwordParts
}: AppOptions): App {
  const users = createUsers(db)
  const auth = createAppAuth({ db, users, origin, secret, runtime, onEvent: log })
  const { login, hasher } = createAppLogin({ auth, users, onEvent: log, ...passwordParts })
  const api: Api = {
    accounts: createAccounts({ auth, users, login, hasher }),
    devices: createDevices(auth),
    notebook: createNotebook(createNotes(db, () => runtime.now())),
    passwords: createPasswords(login),
    values: sessionValues,
  }
  return { auth, listener: LISTENERS[adapter]({ api, auth, log }) }
}
