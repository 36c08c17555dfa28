/**
 * A request without a server.
 *
 * @module
 */

import type { AuthRequest } from '@latchkey/core'

/** What a test request is made of. */
export interface TestRequestInit {
  /** Default `GET`. */
  readonly method?: string
  /** Default `/`. */
  readonly url?: string
  /** By name, in any case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Creates a request for `auth.open` and `auth.authenticate`. */
export function createTestRequest({ method = 'GET', url = '/', headers = {} }: TestRequestInit = {}): AuthRequest {
  const fields = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method, url, headers: { get: (name) => fields.get(name) ?? null } }
}
