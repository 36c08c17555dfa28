/**
 * Requests and responses without sockets.
 *
 * @module
 */

import type { AuthRequest, EffectSink } from '@latchkey/core'

/** A response that nobody sends. */
export const UNSENT: EffectSink = {
  open: true,
  setCookie() {},
  setHeader() {},
}

/** A request with a Cookie header. Its text is a new one each time, as a parser of HTTP makes it. */
export function cookieRequest(cookie: string, index: number): AuthRequest {
  const value = `a=${index}; ${cookie}; theme=dark`
  return { method: 'GET', url: '/', headers: { get: (name) => (name === 'cookie' ? value : null) } }
}

/** What middleware in the manner of Connect gets, as far as it looks at it. */
export function connectRequest(cookie: string, index: number): { readonly request: object; readonly response: object } {
  return {
    request: {
      method: 'GET',
      url: '/',
      originalUrl: '/',
      headers: { cookie: `a=${index}; ${cookie}; theme=dark` },
      secure: true,
    },
    response: {
      headersSent: false,
      statusCode: 200,
      setHeader() {},
      getHeader() {},
      writeHead() {},
      write() {},
      end() {},
      // What Node does when a body is written before the head.
      _implicitHeader(this: { writeHead(): void }) {
        this.writeHead()
      },
    },
  }
}
