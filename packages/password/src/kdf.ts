/**
 * The functions that turn a password into a digest, their costs, and how high a stored cost may be.
 *
 * @module
 */

import { pbkdf2, scrypt } from 'node:crypto'
import { findArgon2, type Argon2, type Argon2Variant } from './argon2.ts'

/** A function with its parameters. */
export type Kdf = Argon2Kdf | ScryptKdf | Pbkdf2Kdf

/** Argon2 (RFC 9106), version 1.3. */
export interface Argon2Kdf {
  readonly name: Argon2Variant
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** scrypt (RFC 7914). */
export interface ScryptKdf {
  readonly name: 'scrypt'
  /** N: a power of two. */
  readonly cost: number
  /** r */
  readonly blockSize: number
  /** p */
  readonly parallelism: number
}

/** PBKDF2 with HMAC (RFC 8018). Only for hashes that other systems made. */
export interface Pbkdf2Kdf {
  readonly name: 'pbkdf2'
  readonly hash: Pbkdf2Hash
  readonly iterations: number
}

/** The hash functions of PBKDF2, and the bytes of their digests. */
export const PBKDF2_HASHES: Readonly<Record<Pbkdf2Hash, number>> = Object.freeze({
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
})

/** A hash function of PBKDF2. */
export type Pbkdf2Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

const MAX_MEMORY_KIB = 262_144
const MAX_ARGON2_WORK = 1_048_576
const MAX_SCRYPT_WORK = 4_194_304
const MAX_PARALLELISM = 16
const MAX_ITERATIONS = 5_000_000

/**
 * Tells whether parameters are ones that the function takes, and within the ceilings: whoever can write one stored hash must not
 * be able to take the memory or the processor (CWE-400).
 *
 * Ceilings: 256 MiB; for Argon2 memory in KiB times passes of 2^20; for scrypt N*r*p of 2^22; parallelism 16; 5,000,000 iterations
 * of PBKDF2. That is the work of about one to three seconds.
 */
export function isAffordable(kdf: Kdf): boolean {
  if (kdf.name === 'pbkdf2') return inRange(kdf.iterations, 1, MAX_ITERATIONS)
  if (!inRange(kdf.parallelism, 1, MAX_PARALLELISM)) return false
  if (kdf.name === 'scrypt') {
    const { cost, blockSize, parallelism } = kdf
    return (
      inRange(blockSize, 1, 64) &&
      inRange(cost, 2, 2 ** 24) &&
      Number.isInteger(Math.log2(cost)) &&
      (cost * blockSize) / 8 <= MAX_MEMORY_KIB &&
      cost * blockSize * parallelism <= MAX_SCRYPT_WORK
    )
  }
  const { memory, passes, parallelism } = kdf
  return (
    inRange(memory, 8 * parallelism, MAX_MEMORY_KIB) &&
    inRange(passes, 1, MAX_ARGON2_WORK) &&
    memory * passes <= MAX_ARGON2_WORK
  )
}

/** Tells whether two functions are the same with the same parameters. */
export function isSameKdf(one: Kdf, other: Kdf): boolean {
  const members = Object.entries(one)
  return (
    members.length === Object.keys(other).length &&
    members.every(([name, value]) => Object.hasOwn(other, name) && value === other[name as keyof Kdf])
  )
}

/** Derives digests. None of the work is done on the event loop's thread. */
export interface Deriver {
  /** Whether there is an implementation of this function here. */
  can(kdf: Kdf): boolean
  /** Derives a digest of `length` bytes. `kdf` must be affordable, and one that there is. */
  derive(kdf: Kdf, password: Uint8Array, salt: Uint8Array, length: number): Promise<Uint8Array>
}

/** Creates a deriver. `argon2` is for tests. Default: what `findArgon2` finds. */
export function createDeriver(argon2: Argon2 | undefined = findArgon2()): Deriver {
  return Object.freeze<Deriver>({
    can: (kdf) => argon2 !== undefined || kdf.name === 'scrypt' || kdf.name === 'pbkdf2',
    async derive(kdf, password, salt, length) {
      if (kdf.name === 'scrypt') return deriveScrypt(kdf, password, salt, length)
      if (kdf.name === 'pbkdf2') return derivePbkdf2(kdf, password, salt, length)
      if (argon2 === undefined) throw new Error('There is no implementation of Argon2')
      const { memory, passes, parallelism } = kdf
      return argon2(kdf.name, { password, salt, memory, passes, parallelism, length })
    },
  })
}

function deriveScrypt(
  { cost, blockSize, parallelism }: ScryptKdf,
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  // What scrypt needs in bytes, with room for how OpenSSL counts.
  const maxmem = 128 * blockSize * (cost + parallelism + 2) + 65_536
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N: cost, r: blockSize, p: parallelism, maxmem }, (error, digest) => {
      if (error === null) resolve(digest)
      else reject(error)
    })
  })
}

function derivePbkdf2(
  { hash, iterations }: Pbkdf2Kdf,
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, length, hash, (error, digest) => {
      if (error === null) resolve(digest)
      else reject(error)
    })
  })
}

function inRange(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max
}
