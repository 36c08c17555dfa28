/**
 * Hashes of Werkzeug, which Flask applications store: `scrypt:32768:8:1$salt$hex` and `pbkdf2:sha256:1000000$salt$hex`.
 *
 * @module
 */

import { isAffordable, PBKDF2_HASHES, type Kdf, type Pbkdf2Hash } from '../kdf.ts'
import type { DerivedHash } from './stored-hash.ts'

const NUMBER = '([1-9]\\d{0,9})'
const TAIL = '\\$([!-#%-~]{1,128})\\$([0-9a-f]{40,128})'
const SCRYPT = new RegExp(`^scrypt:${NUMBER}:${NUMBER}:${NUMBER}${TAIL}$`)
const PBKDF2 = new RegExp(`^pbkdf2:(sha1|sha224|sha256|sha384|sha512):${NUMBER}${TAIL}$`)
const SCRYPT_BYTES = 64

/**
 * Parses a hash of Werkzeug. The salt is the UTF-8 bytes of its text.
 *
 * @returns Undefined for everything else; also for the methods that Werkzeug 3 dropped (plain text and salted HMAC).
 */
export function parseWerkzeug(text: string): DerivedHash | undefined {
  const scrypt = SCRYPT.exec(text)
  if (scrypt !== null) {
    const [, cost, blockSize, parallelism, salt = '', hex = ''] = scrypt
    return assemble(
      { name: 'scrypt', cost: Number(cost), blockSize: Number(blockSize), parallelism: Number(parallelism) },
      salt,
      hex,
      SCRYPT_BYTES,
    )
  }
  const pbkdf2 = PBKDF2.exec(text)
  if (pbkdf2 === null) return undefined
  const [, hash, iterations, salt = '', hex = ''] = pbkdf2
  const name = hash as Pbkdf2Hash
  return assemble({ name: 'pbkdf2', hash: name, iterations: Number(iterations) }, salt, hex, PBKDF2_HASHES[name])
}

function assemble(kdf: Kdf, salt: string, hex: string, bytes: number): DerivedHash | undefined {
  if (hex.length !== bytes * 2 || !isAffordable(kdf)) return undefined
  return {
    kind: 'derived',
    own: false,
    kdf,
    salt: Buffer.from(salt),
    digest: Buffer.from(hex, 'hex'),
    input: 'text',
    pepper: undefined,
  }
}
