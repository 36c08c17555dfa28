/**
 * Hono's request as the core sees it.
 *
 * @module
 */

import type { AuthRequest } from '@latchkey/core'
import type { Context } from 'hono'

/**
 * Views a request. Repeated lines are joined by `Headers` itself, those of `cookie` with `; ` on Node. A runtime that joins
 * them with `, ` makes two cookie lines unreadable: no session, never another one.
 *
 * @param body Gives the parsed body.
 */
export function toAuthRequest({ method, url, headers }: Request, body?: () => unknown): AuthRequest {
  // A Request's url is absolute and normalized, so that the third slash begins the path.
  return {
    method,
    url: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
    headers: { get: (name) => headers.get(name) },
    body,
  }
}

/** Has Hono parse a body, as JSON or as a form. It keeps what it read for the handler, and rejects for what it cannot parse. */
export function parseBody({ req }: Context): Promise<unknown> {
  return /json/i.test(req.header('content-type') ?? '') ? req.json() : req.parseBody()
}

/**
 * Gives a body as it arrives, for the core to read as much of it as it needs; its text, where somebody has read it before or the runtime's
 * streams cannot be iterated.
 */
export function bodyOf({ req }: Context): unknown {
  if (req.raw.bodyUsed) return req.text()
  const { body } = req.raw
  return body === null || Symbol.asyncIterator in body ? body : req.text()
}

/**
 * Tells whether a request is a WebSocket handshake (RFC 6455 section 4.1). Its response is the runtime's own and carries no cookie.
 * Nothing less than the whole form counts: a stray `Upgrade` on an ordinary request must not take its cookies away.
 */
export function isHandshake({ method, headers }: Request): boolean {
  return (
    method === 'GET' &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i.test(headers.get('connection') ?? '') &&
    headers.has('sec-websocket-key')
  )
}
