/**
 * The answers to faults, the same on every adapter.
 *
 * @module
 */

import { isFault } from '../faults.ts'

/** What a client is told about a fault. `body` is to be sent as JSON. */
export interface FaultResponse {
  /** 409: the session was changed or ended by another request. 503: a store, the user lookup or a key is out of reach. */
  readonly status: 409 | 503
  /** Names in lower case. Always `cache-control: no-store`. */
  readonly headers: Readonly<Record<string, string>>
  /** The error's name and nothing else: no message, no cause. */
  readonly body: { readonly error: 'session_conflict' | 'unavailable' }
}

const CONFLICT = respond(409, 'session_conflict')
const UNAVAILABLE = respond(503, 'unavailable')

/**
 * Creates the answer to a `SessionConflictError` or an `UnavailableError`, told by their `code`. Frozen.
 *
 * @param error Whatever was thrown.
 * @returns Undefined for everything else: a `UsageError` or a `ConfigError` is the program's mistake, and the application's
 * own errors are not ours to answer.
 */
export function createFaultResponse(error: unknown): FaultResponse | undefined {
  if (!isFault(error)) return undefined
  if (error.code === 'ERR_SESSION_CONFLICT') return CONFLICT
  return error.code === 'ERR_UNAVAILABLE' ? UNAVAILABLE : undefined
}

function respond(status: FaultResponse['status'], error: FaultResponse['body']['error']): FaultResponse {
  return Object.freeze({
    status,
    headers: Object.freeze({ 'cache-control': 'no-store' }),
    body: Object.freeze({ error }),
  })
}
