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
  let found: string | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] as string
    if (field.length !== name.length || field.toLowerCase() !== name) continue
    const line = rawHeaders[index + 1] as string
    found = found === null ? line : `${found}${name === 'cookie' ? '; ' : ', '}${line}`
  }
  return found
}
