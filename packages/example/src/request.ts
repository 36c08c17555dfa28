/**
 * What is asked of every request before it reaches an operation, the same under all servers.
 *
 * @module
 */

import {
  BODY_TOO_LARGE,
  INVALID_JSON,
  INVALID_PATH,
  NOT_FOUND,
  refusal,
  UNSUPPORTED_MEDIA_TYPE,
  type Answer,
} from './answer.ts'

/** The most that a request's body may take, in bytes. */
export const MAX_BODY_SIZE = 65_536

/** Each path with the methods it takes. `HEAD` is answered like `GET`, without the body. */
const METHODS: readonly (readonly [path: RegExp, methods: string])[] = [
  [/^\/healthz$/, 'GET, HEAD'],
  [/^\/auth\/(?:register|login|logout|token|refresh|revoke|step-up)$/, 'POST'],
  [/^\/auth\/password\/(?:forgot|reset)$/, 'POST'],
  [/^\/auth\/sessions$/, 'GET, HEAD, DELETE'],
  [/^\/auth\/sessions\/[^/]+$/, 'DELETE'],
  [/^\/\.well-known\/jwks\.json$/, 'GET, HEAD'],
  [/^\/me$/, 'GET, HEAD'],
  [/^\/me\/password$/, 'PUT'],
  [/^\/me\/api-keys$/, 'GET, HEAD, POST, DELETE'],
  [/^\/me\/api-keys\/[^/]+$/, 'DELETE'],
  [/^\/session$/, 'GET, HEAD'],
  [/^\/session\/[^/]+$/, 'PUT, DELETE'],
  [/^\/notes$/, 'GET, HEAD, POST'],
  [/^\/notes\/[^/]+$/, 'GET, HEAD, PUT, DELETE'],
]

/** Gives the path of a request target: what stands before the query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? ''
}

/** Checks a path: each percent sequence must be one of UTF-8, so that every server decodes it alike. */
export function checkPath(path: string): Answer | undefined {
  try {
    decodeURIComponent(path)
    return undefined
  } catch {
    return INVALID_PATH
  }
}

/** Answers a request that no route took: 405 for a known path, 404 for any other. `OPTIONS` tells the methods. */
export function answerUnrouted(method: string, path: string): Answer {
  const allow = METHODS.find(([pattern]) => pattern.test(path))?.[1]
  if (allow === undefined) return NOT_FOUND
  const headers = { allow: `${allow}, OPTIONS` }
  return method === 'OPTIONS' ? { status: 204, headers } : { ...refusal(405, 'method_not_allowed'), headers }
}

/** The headers that describe a body; undefined where one is absent. */
export interface BodyHeaders {
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly contentLength: string | undefined
}

/**
 * Checks the description of a body, before anything of it is read. A body is `application/json` and nothing else. Parameters of
 * the type are ignored but for `charset`, which can only be UTF-8 (RFC 8259 section 8.1).
 */
export function checkBodyHeaders({ contentType, contentEncoding, contentLength }: BodyHeaders): Answer | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='))
  const isUtf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset)
  const isPlain = contentEncoding === undefined || contentEncoding.toLowerCase() === 'identity'
  if (type.trim() !== 'application/json' || !isUtf8 || !isPlain) return UNSUPPORTED_MEDIA_TYPE
  return Number(contentLength ?? 0) > MAX_BODY_SIZE ? BODY_TOO_LARGE : undefined
}

/** A body, or the answer to one that is none. */
export type Body = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly answer: Answer }

/**
 * Reads a body and parses it; an empty one counts as none. What it holds is judged by the operation that it is for.
 *
 * What is over the limit is read on and thrown away: a client that is cut off while it sends may never see the answer.
 */
export async function readBody(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Body> {
  const kept: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size <= MAX_BODY_SIZE) kept.push(chunk)
  }
  if (size > MAX_BODY_SIZE) return { ok: false, answer: BODY_TOO_LARGE }
  if (size === 0) return { ok: true, value: undefined }
  try {
    return { ok: true, value: JSON.parse(new TextDecoder().decode(Buffer.concat(kept))) }
  } catch {
    return { ok: false, answer: INVALID_JSON }
  }
}
