/**
 * The interface of API keys: bearer credentials of another kind than access tokens. `createApiKeys` in `@latchkey/password` makes one.
 *
 * @module
 */

/** The party behind an API key. Whatever else the object holds is not looked at. */
export interface ApiKeyOwner {
  /** For whom the key acts. */
  readonly subject: string
  /** The public id of the key; opens nothing. */
  readonly keyId: string
  /** What the key may do. */
  readonly scopes: readonly string[]
  /** When the key was made, in epoch milliseconds: it stands for no later login. */
  readonly authenticatedAt: number
}

/** The outcome of verifying an API key. The client is told `invalid_token` for each refusal. */
export type ApiKeyVerdict =
  | { readonly ok: true; readonly principal: ApiKeyOwner }
  | { readonly ok: false; readonly code: 'malformed' | 'unknown' | 'expired' }

/** Verifies the API keys of an application. */
export interface ApiKeyVerifier {
  /**
   * What every key begins with, before a `_`: by this alone keys are told from access tokens, and whatever begins so is given to `verify`
   * and to nobody else. 1 to 64 ASCII letters, digits and `_`.
   */
  readonly prefix: string
  /**
   * Verifies a key that begins with the prefix: any text of the characters that a bearer token may have (RFC 6750 section 2.1), of at most
   * 8,300 characters. What has not the form of a key is `malformed` and reaches no store. What it throws, and an answer that is none, becomes an
   * `UnavailableError`: a store that is down is a 503, never a 401.
   */
  verify(key: string): Promise<ApiKeyVerdict>
}
