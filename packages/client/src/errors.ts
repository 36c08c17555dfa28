/**
 * What the client throws.
 *
 * @module
 */

/**
 * - `ERR_CONFIG`: an option is missing, unknown or out of range. Thrown by `createAuthFetch` alone.
 * - `ERR_UNAVAILABLE`: the server that renews tokens was out of reach, or answered nonsense, however often it was asked. The session
 *   lives on; the same request may be made again.
 * - `ERR_REFUSED`: that server refused the request itself, and not the token: a wrong address, or an origin that it does not trust.
 */
export type AuthFetchErrorCode = 'ERR_CONFIG' | 'ERR_UNAVAILABLE' | 'ERR_REFUSED'

/** A fault of the client. Its message is constant text and holds no token. */
export class AuthFetchError extends Error {
  /** What kind of fault this is. */
  readonly code: AuthFetchErrorCode

  constructor(code: AuthFetchErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'AuthFetchError'
    this.code = code
  }
}

/** The fault of one option. */
export function configError(option: string, problem: string): AuthFetchError {
  return new AuthFetchError('ERR_CONFIG', `Option "${option}" ${problem}`)
}
