/**
 * Hashes of Django: `pbkdf2_sha256$iterations$salt$base64`, `scrypt$N$salt$r$p$base64`, `argon2$` before a PHC string, and `bcrypt$` or
 * `bcrypt_sha256$` before a bcrypt text.
 *
 * @module
 */

import { isAffordable, PBKDF2_HASHES, type Kdf } from '../kdf.ts'
import { decodeBase64 } from './base64.ts'
import { parseBcrypt } from './bcrypt.ts'
import { parsePhc } from './phc.ts'
import type { DerivedHash, StoredHash } from './stored-hash.ts'

const NUMBER = '([1-9]\\d{0,9})'
const SALT = '([!-#%-~]{1,128})'
const BASE64 = '([A-Za-z0-9+/]{27,88}={0,2})'
const PBKDF2 = new RegExp(`^pbkdf2_(sha1|sha256)\\$${NUMBER}\\$${SALT}\\$${BASE64}$`)
const SCRYPT = new RegExp(`^scrypt\\$${NUMBER}\\$${SALT}\\$${NUMBER}\\$${NUMBER}\\$${BASE64}$`)
const SCRYPT_BYTES = 64

/**
 * Parses a hash of Django. The salt is the UTF-8 bytes of its text.
 *
 * @returns Undefined for everything else; also for unusable passwords (`!`) and for the hashers that Django keeps for tests (MD5).
 */
export function parseDjango(text: string): StoredHash | undefined {
  if (text.startsWith('argon2$')) {
    const hash = parsePhc(text.slice('argon2'.length))
    return hash === undefined || hash.pepper !== undefined || hash.kdf.name === 'scrypt'
      ? undefined
      : { ...hash, own: false }
  }
  if (text.startsWith('bcrypt$')) return parseBcrypt(text.slice('bcrypt$'.length))
  if (text.startsWith('bcrypt_sha256$')) {
    const hash = parseBcrypt(text.slice('bcrypt_sha256$'.length))
    return hash && { ...hash, input: 'sha256_hex' }
  }
  const pbkdf2 = PBKDF2.exec(text)
  if (pbkdf2 !== null) {
    const [, name, iterations, salt = '', base64 = ''] = pbkdf2
    const hash = name === 'sha1' ? 'sha1' : 'sha256'
    return assemble({ name: 'pbkdf2', hash, iterations: Number(iterations) }, salt, base64, PBKDF2_HASHES[hash])
  }
  const scrypt = SCRYPT.exec(text)
  if (scrypt === null) return undefined
  const [, cost, salt = '', blockSize, parallelism, base64 = ''] = scrypt
  return assemble(
    { name: 'scrypt', cost: Number(cost), blockSize: Number(blockSize), parallelism: Number(parallelism) },
    salt,
    base64,
    SCRYPT_BYTES,
  )
}

function assemble(kdf: Kdf, salt: string, base64: string, bytes: number): DerivedHash | undefined {
  const digest = decodeBase64(base64, true)
  if (digest?.length !== bytes || !isAffordable(kdf)) return undefined
  return { kind: 'derived', own: false, kdf, salt: Buffer.from(salt), digest, input: 'text', pepper: undefined }
}
