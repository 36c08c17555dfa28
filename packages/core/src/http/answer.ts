/**
 * Whole answers as data, for the handlers that are ready-made.
 *
 * @module
 */

/** An answer that an adapter can send as it is. */
export interface HandlerAnswer {
  /** The HTTP status. */
  readonly status: number
  /** Names in lower case. Always `cache-control`. */
  readonly headers: Readonly<Record<string, string>>
  /** To be sent as JSON, as `application/json` unless the headers say otherwise; nothing is sent when it is left out. */
  readonly body?: object
}

const NO_STORE = Object.freeze({ 'cache-control': 'no-store' })

/** Makes an answer that no cache may keep. */
export function answer(status: number, body?: object): HandlerAnswer {
  return Object.freeze({ status, headers: NO_STORE, ...(body === undefined ? {} : { body }) })
}

/** Makes an answer that refuses, by the name of an error (RFC 6749 section 5.2 where that has one). */
export function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): HandlerAnswer {
  return Object.freeze({ status, headers: Object.freeze({ ...NO_STORE, ...headers }), body: Object.freeze({ error }) })
}
