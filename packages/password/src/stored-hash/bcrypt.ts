/**
 * Hashes of bcrypt: `$2a$`, `$2b$` and `$2y$`. The computation is the application's, which brings a bcrypt of its choice.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import type { BcryptHash } from './stored-hash.ts'

/**
 * Computes bcrypt: true when `password` (at most 72 UTF-8 bytes, without U+0000) matches `hash` (`$2a$`, `$2b$` or `$2y$`). Should
 * compute away from the event loop's thread, as `verify` of `@node-rs/bcrypt` and `compare` of `bcrypt` do.
 */
export type BcryptVerify = (password: string, hash: string) => Promise<boolean>

const GRAMMAR = /^\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/
const MAX_BYTES = 72

/** Parses a bcrypt text of cost 4 to 15. Undefined for everything else: a cost above takes longer than two seconds (CWE-400). */
export function parseBcrypt(text: string): BcryptHash | undefined {
  return GRAMMAR.test(text) ? { kind: 'bcrypt', own: false, text, input: 'text' } : undefined
}

/**
 * Gives what bcrypt is to be called with.
 *
 * @returns Undefined for a password that bcrypt would truncate: longer than 72 bytes, or with U+0000. It is refused.
 */
export function readBcryptInput(password: string, hash: BcryptHash): string | undefined {
  if (hash.input === 'sha256_hex') return createHash('sha256').update(password).digest('hex')
  return Buffer.byteLength(password) > MAX_BYTES || password.includes('\u0000') ? undefined : password
}
