/**
 * The application: its parts put together, behind one of the three adapters.
 *
 * @module
 */

import type { RequestListener } from 'node:http'
import { systemRuntime, type Keyring, type Runtime } from '@latchkey/core'
import type { LoginLimiter, PasswordHasher } from '@latchkey/password'
import { createAppApiKeys } from './api-keys.ts'
import { createAccounts, NO_TOKENS } from './api/accounts.ts'
import { createDevices, NO_DEVICES } from './api/devices.ts'
import { createForgottenPasswords } from './api/forgotten-passwords.ts'
import { createKeys } from './api/keys.ts'
import { createNotebook } from './api/notebook.ts'
import { createPasswords } from './api/passwords.ts'
import { sessionValues } from './api/session-values.ts'
import { createStepUp } from './api/step-up.ts'
import { createAppAuth } from './auth.ts'
import type { Database } from './database.ts'
import { createExpressListener } from './express.ts'
import { createHonoListener } from './hono.ts'
import type { Log } from './log.ts'
import { createNodeListener } from './node.ts'
import { createNotes } from './notes.ts'
import type { SendMail } from './outbox.ts'
import type { Api, ServerParts } from './parts.ts'
import { createAppLogin } from './password-login.ts'
import { createAppReset } from './password-reset.ts'
import type { AppStores } from './stores.ts'
import { createUsers } from './users.ts'

/** The adapters to choose from. */
export const ADAPTERS = ['hono', 'express', 'node'] as const

/** The name of an adapter. */
export type Adapter = (typeof ADAPTERS)[number]

/** What an application is made of. */
export interface AppOptions {
  /** Where users and notes are. */
  readonly db: Database
  readonly stores: AppStores
  /** Where browsers find the API: a serialized origin. */
  readonly origin: string
  /** The root secret: at least 32 bytes. */
  readonly secret: string
  /** See `createAppAuth`. */
  readonly keys?: Keyring | undefined
  readonly log: Log
  readonly sendMail: SendMail
  /** Clock and randomness. Default: the platform's. For tests. */
  readonly runtime?: Runtime
  /** See `createAppLogin`. For tests. */
  readonly hasher?: PasswordHasher
  /** See `createAppLogin`. For tests. */
  readonly limiter?: LoginLimiter
}

/** An application, ready to be given to `http.createServer`. */
export interface App {
  readonly listener: RequestListener
  /** Clears expired sessions and tokens away: dead they are without it. To be called now and then. */
  sweep(): Promise<void>
}

const SWEEP_LIMIT = 1_000

const LISTENERS: Readonly<Record<Adapter, (parts: ServerParts) => RequestListener>> = {
  hono: createHonoListener,
  express: createExpressListener,
  node: createNodeListener,
}

/** Creates the application. Opens nothing and listens nowhere. */
export function createApp({ adapter, ...options }: AppOptions & { readonly adapter: Adapter }): App {
  const { stores, runtime = systemRuntime } = options
  const parts = createParts(options)
  return {
    listener: LISTENERS[adapter](parts),
    async sweep() {
      await parts.auth.sweep({ limit: SWEEP_LIMIT })
      await stores.tokens.deleteExpired(SWEEP_LIMIT, { now: runtime.now() })
    },
  }
}

/** Puts together what a server of any adapter is made of. */
export function createParts({
  db,
  stores,
  origin,
  secret,
  keys,
  log,
  sendMail,
  runtime = systemRuntime,
  ...passwordParts
}: AppOptions): ServerParts {
  const { createCounter, keepsSessions } = stores
  const users = createUsers(db)
  const apiKeys = createAppApiKeys(stores.tokens, runtime)
  const auth = createAppAuth({ stores, users, apiKeys, origin, secret, keys, runtime, onEvent: log })
  const { login, hasher } = createAppLogin({ auth, users, createCounter, onEvent: log, ...passwordParts })
  const { reset, resetTokens } = createAppReset({
    auth,
    users,
    hasher,
    sendMail,
    runtime,
    createCounter,
    store: stores.tokens,
    onEvent: log,
  })
  const api: Api = {
    accounts: { ...createAccounts({ auth, users, login, hasher }), ...(keepsSessions ? {} : NO_TOKENS) },
    devices: keepsSessions ? createDevices(auth) : NO_DEVICES,
    forgotten: createForgottenPasswords(reset, apiKeys),
    keys: createKeys(apiKeys),
    notebook: createNotebook(createNotes(db, () => runtime.now())),
    passwords: createPasswords(login, resetTokens),
    jwks: auth.handlers().jwks,
    stepUp: createStepUp(auth, login),
    values: sessionValues,
  }
  return { api, auth, log }
}
