/**
 * Password hashes: scrypt with a random salt, off the event loop.
 *
 * @module
 */

import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

/** Hashes passwords and checks them. */
export interface Passwords {
  /** Hashes a password for keeping. Takes about 0.3 seconds and 128 MiB at the default cost. */
  hash(password: string): Promise<string>
  /**
   * Tells whether a password is the one behind a kept hash. Without a hash the answer is false, at the same cost, so that the
   * time an answer takes does not tell which accounts exist. Text that is no hash of ours never matches, nor does a password that is not `isHashable`.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>
}

/** scrypt's N: OWASP asks for 2^17 with r = 8 and p = 1. */
const DEFAULT_COST = 2 ** 17
const SALT_LENGTH = 16
const KEY_LENGTH = 32
const HASH = /^scrypt:([1-9]\d{0,6}):([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43})$/

/**
 * Tells whether a password has a hash of its own. A lone surrogate is hashed like U+FFFD, and HMAC, which scrypt begins with, fills
 * short keys up with NUL, so that one at the end makes no difference.
 */
export function isHashable(password: string): boolean {
  return password.isWellFormed() && !password.includes('\0')
}

/**
 * Creates the password functions. Passwords are compared in their NFC form (RFC 8265 section 4.2), and otherwise as they are:
 * never trimmed, folded or cut. How long a password may be is not checked here.
 *
 * @param options.cost scrypt's N, a power of two. Lower than the default only in tests. Hashes remember the cost they were made with.
 */
export function createPasswords({ cost = DEFAULT_COST }: { readonly cost?: number } = {}): Passwords {
  const decoy = { cost, salt: randomBytes(SALT_LENGTH), key: randomBytes(KEY_LENGTH) }
  return {
    async hash(password) {
      const salt = randomBytes(SALT_LENGTH)
      const key = await derive(password, salt, cost)
      return ['scrypt', cost, salt.toString('base64url'), key.toString('base64url')].join(':')
    },
    async verify(password, hash) {
      const kept = hash === undefined ? undefined : parseHash(hash)
      const { cost: keptCost, salt, key } = kept ?? decoy
      const matches = timingSafeEqual(await derive(password, salt, keptCost), key)
      return kept !== undefined && matches && isHashable(password)
    },
  }
}

function parseHash(hash: string): { cost: number; salt: Buffer; key: Buffer } | undefined {
  const [, cost, salt, key] = HASH.exec(hash) ?? []
  if (cost === undefined || salt === undefined || key === undefined) return undefined
  return { cost: Number(cost), salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  // Node refuses more than 32 MiB unless told; scrypt takes 128 * N * r bytes, and a little.
  const options: ScryptOptions = { N: cost, r: 8, p: 1, maxmem: 128 * cost * 8 + 2 ** 20 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_LENGTH, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
