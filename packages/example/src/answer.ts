/**
 * Answers as data: what the operations of the API return and the three servers send.
 *
 * @module
 */

import type { Input } from './input.ts'

/** An answer. A `Denial` of Latchkey is one too. */
export interface Answer {
  readonly status: number
  /** Beside `content-type` and `cache-control: no-store`, which every answer has. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** To be sent as JSON; nothing is sent when it is left out. */
  readonly body?: unknown
}

/** Done, and nothing to tell. */
export const NO_CONTENT: Answer = Object.freeze({ status: 204 })

/** Taken, and what comes of it is not told. */
export const ACCEPTED: Answer = Object.freeze({ status: 202 })

/** No such thing here, or it is another's. */
export const NOT_FOUND: Answer = refusal(404, 'not_found')

/** The request line or a header makes no sense. */
export const INVALID_REQUEST: Answer = refusal(400, 'invalid_request')

/** The body is no JSON text. */
export const INVALID_JSON: Answer = refusal(400, 'invalid_json')

/** The path has a broken percent sequence. */
export const INVALID_PATH: Answer = refusal(400, 'invalid_path')

/** The body is over `MAX_BODY_SIZE`. */
export const BODY_TOO_LARGE: Answer = refusal(413, 'body_too_large')

/** The body is no `application/json` in UTF-8, or it is compressed. */
export const UNSUPPORTED_MEDIA_TYPE: Answer = refusal(415, 'unsupported_media_type')

/** What the chosen store cannot do. */
export const NOT_IMPLEMENTED: Answer = refusal(501, 'not_implemented')

/** Something failed that the client can do nothing about. */
export const INTERNAL_ERROR: Answer = refusal(500, 'internal_error')

/** Makes an answer with a body. */
export function json(status: number, body: unknown): Answer {
  return { status, body }
}

/** Makes an answer that refuses, for a reason with a stable name. */
export function refusal(status: number, error: string): Answer {
  return Object.freeze({ status, body: Object.freeze({ error }) })
}

/** Makes the answer to input with wrong members. */
export function invalidRequest({ fields }: Extract<Input<never>, { ok: false }>): Answer {
  return json(422, { error: 'invalid_request', fields })
}

/** Tells the headers with which an answer is sent, `content-type` included. Nothing of this API is to be cached. */
export function headersOf({ headers, body }: Answer): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }
}
