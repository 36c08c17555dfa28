/**
 * Everything that Latchkey throws. Untrusted input never throws: it becomes a value with a code.
 *
 * Messages are constant text and carry no token, cookie, claim or id; those of `value_not_json` and `value_invalid` have the path to the
 * value, and those of `session_too_large` and `cookie_too_large` the keys of the largest values, cut and escaped. Compare faults by `code`, not by
 * `instanceof`: two copies of this package in one tree still agree on codes.
 *
 * @module
 */

/** The stable codes of the faults. */
export type FaultCode = 'ERR_CONFIG' | 'ERR_USAGE' | 'ERR_SESSION_CONFLICT' | 'ERR_UNAVAILABLE'

/** Thrown while something is constructed: an option is missing, unknown, out of range or contradicts another. */
export class ConfigError extends TypeError {
  /** What kind of fault this is. */
  readonly code = 'ERR_CONFIG'
  /** The option's path as the integrator wrote it, such as `tokens.lifetime`. */
  readonly option: string

  constructor(option: string, problem: string) {
    super(`Option "${option}" ${problem}`)
    this.name = 'ConfigError'
    this.option = option
  }
}

/**
 * What a caller did wrong.
 *
 * - `value_not_json`: a session value or token claim that JSON cannot carry unchanged.
 * - `key_invalid`: a session key that is not allowed.
 * - `value_invalid`: the session's values would not match `sessions.data.schema`.
 * - `session_too_large`: the session's data would pass `maxDataSize`.
 * - `cookie_too_large`: the whole `Set-Cookie` line would pass 4096 bytes.
 * - `headers_sent`: a cookie is needed, and the response's headers are gone.
 * - `not_configured`: the operation needs a part of the configuration that was left out.
 * - `not_guarded`: the route has no guard, or the caller ignored its refusal.
 * - `argument`: an argument outside its documented range.
 */
export type UsageReason =
  | 'value_not_json'
  | 'key_invalid'
  | 'value_invalid'
  | 'session_too_large'
  | 'cookie_too_large'
  | 'headers_sent'
  | 'not_configured'
  | 'not_guarded'
  | 'argument'

/** Thrown when the calling program used an operation in a way that its contract excludes. Nothing was stored. */
export class UsageError extends TypeError {
  /** What kind of fault this is. */
  readonly code = 'ERR_USAGE'
  /** What the caller did. */
  readonly reason: UsageReason

  constructor(reason: UsageReason, message: string) {
    super(message)
    this.name = 'UsageError'
    this.reason = reason
  }
}

/**
 * Thrown when a session write could not be made without losing another one.
 *
 * `reason` is `conflict` when a key that this handle had read was changed by someone else (or retries ran out), and
 * `gone` when the session was destroyed, expired or revoked meanwhile. Nothing was stored.
 */
export class SessionConflictError extends Error {
  /** What kind of fault this is. */
  readonly code = 'ERR_SESSION_CONFLICT'
  /** The HTTP status that fits. */
  readonly status = 409
  /** Whether somebody else was faster, or the session is over. */
  readonly reason: 'conflict' | 'gone'

  constructor(reason: 'conflict' | 'gone') {
    super(reason === 'gone' ? 'The session has ended' : 'The session was changed by another request')
    this.name = 'SessionConflictError'
    this.reason = reason
  }
}

/**
 * Thrown when a store, the user lookup or a key is out of reach. It never means "not logged in".
 * `cause` is the driver's own error.
 */
export class UnavailableError extends Error {
  /** What kind of fault this is. */
  readonly code = 'ERR_UNAVAILABLE'
  /** The HTTP status that fits. */
  readonly status = 503

  constructor(options?: { cause?: unknown }) {
    super('Authentication is temporarily unavailable', options)
    this.name = 'UnavailableError'
  }
}

/** Any of the faults. */
export type Fault = ConfigError | UsageError | SessionConflictError | UnavailableError

const FAULT_CODES: ReadonlySet<unknown> = new Set<FaultCode>([
  'ERR_CONFIG',
  'ERR_USAGE',
  'ERR_SESSION_CONFLICT',
  'ERR_UNAVAILABLE',
])

/** Tells whether a caught value is one of Latchkey's faults. Judged by `code`, so it holds across copies of the package. */
export function isFault(error: unknown): error is Fault {
  return error instanceof Error && FAULT_CODES.has((error as Error & { code?: unknown }).code)
}
