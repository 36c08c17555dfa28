/**
 * Effects on a response of the Fetch standard.
 *
 * @module
 */

import type { ResponseHeaders } from './effects.ts'

/** The part of `Headers` that is used. */
export interface FetchHeaders {
  /** The field's value; null when it is not set. */
  get(name: string): string | null
  /** Sets the field. */
  set(name: string, value: string): void
  /** Adds a line. */
  append(name: string, value: string): void
  /** Removes the field. */
  delete(name: string): void
  /** The `Set-Cookie` lines. */
  getSetCookie(): string[]
}

/**
 * Views the headers of a `Response` as what effects are flushed into: `effects.flush(toResponseHeaders(response.headers))`.
 *
 * @param headers Of a response that the program made. Those of `Response.redirect()` and of an answer to `fetch` cannot be changed, and
 * throw a `TypeError` when they are: make `new Response(body, response)` of it first.
 */
export function toResponseHeaders(headers: FetchHeaders): ResponseHeaders {
  return {
    get: (name) => headers.get(name) ?? undefined,
    set: (name, value) => headers.set(name, value),
    getSetCookie: () => headers.getSetCookie(),
    replaceSetCookie(lines) {
      headers.delete('set-cookie')
      for (const line of lines) headers.append('set-cookie', line)
    },
  }
}
