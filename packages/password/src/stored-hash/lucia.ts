/**
 * The scrypt hashes of Lucia 2 and 3 and of better-auth: `salt:hex`, and `s2:salt:hex` as Lucia 2 wrote them.
 *
 * @module
 */

import type { DerivedHash } from './stored-hash.ts'

const GRAMMAR = /^(?:([0-9a-f]{32})|s2:([0-9a-z]{16,32})):([0-9a-f]{128})$/

/**
 * Parses a hash of Lucia or better-auth: N = 16384, r = 16, p = 1, 64 bytes, over the password in normalisation form KC. The salt is
 * the UTF-8 bytes of its text: the hex digits themselves, not the bytes that they spell.
 *
 * @returns Undefined for everything else; also for hashes of Lucia 1, which has other parameters.
 */
export function parseLucia(text: string): DerivedHash | undefined {
  const [, hexSalt, textSalt, hex = ''] = GRAMMAR.exec(text) ?? []
  const salt = hexSalt ?? textSalt
  if (salt === undefined) return undefined
  return {
    kind: 'derived',
    own: false,
    kdf: { name: 'scrypt', cost: 16_384, blockSize: 16, parallelism: 1 },
    salt: Buffer.from(salt),
    digest: Buffer.from(hex, 'hex'),
    input: 'nfkc',
    pepper: undefined,
  }
}
