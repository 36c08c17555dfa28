/**
 * The ids of tokens (`jti`, RFC 7519 section 4.1.7).
 *
 * @module
 */

import { encodeBase64url } from '../base64url.ts'
import type { Runtime } from '../ports.ts'

const BYTES = 16
const AT_ONCE = 64

/**
 * Creates a source of ids: 16 random bytes each, as base64url.
 *
 * One question to the platform for 64 of them: a question costs more than everything else about a token but its signature. Ids are
 * unique and no secret, so that those which wait here tell nobody anything; what has to be secret is drawn when it is needed.
 * Processes that are copies of one process in memory give out the same ids, as they do with `crypto.randomUUID` of Node.
 */
export function createTokenIds({ randomBytes }: Pick<Runtime, 'randomBytes'>): () => string {
  let waiting = new Uint8Array()
  let next = 0
  return () => {
    if (next + BYTES > waiting.length) {
      waiting = randomBytes(BYTES * AT_ONCE)
      next = 0
    }
    next += BYTES
    return encodeBase64url(waiting.subarray(next - BYTES, next))
  }
}
