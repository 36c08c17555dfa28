/**
 * Latchkey's configuration: all of it.
 *
 * @module
 */

import { createAuth, type Auth, type EventListener, type Keyring, type Runtime } from '@latchkey/core'
import type { ApiKeys } from '@latchkey/password'
import type { AppStores } from './stores.ts'
import type { User, Users } from './users.ts'

/** The `Auth` of this application. */
export type AppAuth = Auth<User>

/** What a handler gets of the request that it answers. */
export type AppContext = ReturnType<AppAuth['open']>

/** How long an access token is good for, in seconds. */
export const ACCESS_TOKEN_LIFETIME = 600

/** What the configuration depends on. */
export interface AppAuthOptions {
  readonly stores: AppStores
  readonly users: Users
  readonly apiKeys: ApiKeys
  /** Where browsers find this API. With `http:` the cookie goes without `Secure`, which is for development only. */
  readonly origin: string
  /** At least 32 bytes. */
  readonly secret: string
  /** What access tokens are signed with. Undefined: keys that are derived from the secret, and that nobody else can verify by. */
  readonly keys?: Keyring | undefined
  readonly runtime: Runtime
  readonly onEvent: EventListener
}

/** Creates the `Auth`: session cookies for browsers, access tokens for API clients, API keys for programs. */
export function createAppAuth({
  stores,
  users,
  apiKeys,
  origin,
  secret,
  keys,
  runtime,
  onEvent,
}: AppAuthOptions): AppAuth {
  return createAuth({
    origin,
    secrets: { 1: secret },
    tokens: {
      issuer: origin,
      audience: origin,
      lifetime: ACCESS_TOKEN_LIFETIME,
      ...(keys === undefined ? {} : { keys }),
    },
    revocations: { store: stores.revocations },
    sessions: stores.sessions,
    cookie: { insecurePlainHttp: origin.startsWith('http:') },
    users,
    apiKeys,
    onEvent,
    runtime,
  })
}
