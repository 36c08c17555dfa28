/**
 * The ids of tokens (`jti`, RFC 7519 section 4.1.7).
 *
 * @module
 */

import { encodeBase64url } from '../base64url.ts'
import type { Runtime } from '../ports.ts'

const LENGTH = 22
/** 64 ids: both a whole number of ids, and of groups of four characters. */
const BYTES_AT_ONCE = (64 * LENGTH * 6) / 8

/**
 * Creates a source of ids: 22 characters of base64url each, which is 132 random bits.
 *
 * One question to the platform for 64 of them: a question costs more than everything else about a token but its signature. Ids are
 * unique and no secret, so that those which wait here tell nobody anything; what has to be secret is drawn when it is needed.
 * Processes that are copies of one process in memory give out the same ids, as they do with `crypto.randomUUID` of Node.
 */
export function createTokenIds({ randomBytes }: Pick<Runtime, 'randomBytes'>): () => string {
  let waiting = ''
  let next = 0
  return () => {
    if (next + LENGTH > waiting.length) {
      waiting = encodeBase64url(randomBytes(BYTES_AT_ONCE))
      next = 0
    }
    next += LENGTH
    return waiting.slice(next - LENGTH, next)
  }
}
