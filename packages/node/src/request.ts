/**
 * Node's request as the core sees it.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import type { AuthRequest } from '@latchkey/core'

/**
 * Views a request. Nothing is copied but the method, so that a middleware which rewrites it later changes nothing.
 *
 * Fields are read from `rawHeaders`, where every line stands as it was sent: `headers` keeps the first of several
 * `authorization` lines and drops the others without a word. Trailers are never looked at. A field that some middleware
 * added to `headers`, or took away there, makes no difference.
 *
 * @param view `url`: the path and query as sent, where a framework has changed `request.url`. `body`: gives the parsed body.
 */
export function toAuthRequest(request: IncomingMessage, view: Partial<AuthRequest> = {}): AuthRequest {
  const { method = '', rawHeaders, url = '' } = request
  return { method, url, ...view, headers: { get: (name) => findField(rawHeaders, name) } }
}

function findField(rawHeaders: readonly string[], name: string): string | null {
  const lines = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
  return lines.length === 0 ? null : lines.join(name === 'cookie' ? '; ' : ', ')
}
