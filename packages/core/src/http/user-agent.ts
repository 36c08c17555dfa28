/**
 * The `User-Agent` header, as a device list shows it.
 *
 * @module
 */

import type { AuthRequest } from './request.ts'

const MAX_LENGTH = 256

/** The header's first 256 UTF-16 code units, as the client sent them; null when it is absent or empty. Says nothing that can be relied on. */
export function readUserAgent({ headers }: Pick<AuthRequest, 'headers'>): string | null {
  return headers.get('user-agent')?.slice(0, MAX_LENGTH) || null
}
