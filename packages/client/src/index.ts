/**
 * A `fetch` that keeps access tokens fresh, for browsers and mobile applications.
 *
 * @module
 */

export { createAuthFetch, type AuthFetch, type LogoutOutcome } from './auth-fetch.ts'
export { AuthFetchError, type AuthFetchErrorCode } from './errors.ts'
export type { AuthFetchOptions } from './options.ts'
export type {
  AnyFetch,
  ClientLocks,
  ClientRuntime,
  ClientStorage,
  FetchResponse,
  PlatformFetch,
  SendToken,
} from './platform.ts'
