/**
 * The options of a password hasher, checked once.
 *
 * @module
 */

import { availableParallelism } from 'node:os'
import { ConfigError } from '@latchkey/core'
import { isAffordable, type Argon2Kdf, type ScryptKdf } from './kdf.ts'
import { checkFunction, readChoice, readInteger, readOptions } from './options.ts'
import { createPeppers, type Peppers, type PepperSecrets } from './peppers.ts'
import type { BcryptVerify } from './stored-hash/bcrypt.ts'

/** What `createPasswordHasher` takes. Every member may be left out. */
export interface PasswordHasherOptions {
  /**
   * What new hashes are made with. `argon2id` (default) uses `node:crypto` where it has Argon2 and `@node-rs/argon2` elsewhere; `scrypt`
   * needs no native code beyond Node's own.
   */
  readonly algorithm?: 'argon2id' | 'scrypt'
  /** The cost of Argon2id. Memory in KiB. Default 19456, 2, 1 (OWASP Password Storage Cheat Sheet); not below its weakest recommendation. */
  readonly argon2id?: { readonly memory?: number; readonly passes?: number; readonly parallelism?: number }
  /** The cost of scrypt: N, r and p. Default 2^17, 8, 1 (OWASP Password Storage Cheat Sheet); not below its weakest recommendation. */
  readonly scrypt?: { readonly cost?: number; readonly blockSize?: number; readonly parallelism?: number }
  /**
   * Peppers by id. A new hash is one of the HMAC-SHA-256 of the password under the pepper, whose id stands in the hash. Default: none.
   * Hashes without a pepper, or with an older one, stay valid and are rehashed at login. A pepper may be removed when no hash names it.
   */
  readonly peppers?: PepperSecrets
  /** The id of the pepper for new hashes. Default: the highest. */
  readonly pepperWith?: number
  /** Verifies bcrypt hashes. Default: none, and bcrypt hashes match nothing. */
  readonly bcrypt?: BcryptVerify
  /**
   * How many hashes are computed at once: 1 to 64. Each takes the memory of its parameters. Default: the number of processors, at most 3,
   * because Node's thread pool has 4 threads and file and name lookups need one. `UV_THREADPOOL_SIZE` raises the 4.
   */
  readonly concurrency?: number
  /** How many wait at most: 0 to 10,000. Beyond that an `UnavailableError` (503) is thrown. Default 100. */
  readonly queue?: number
  /** Permits any parameters, so that an application's tests are fast. Never for use outside tests. Default false. */
  readonly insecureParametersForTests?: boolean
}

/** The options, resolved. */
export interface HasherConfig {
  readonly kdf: Argon2Kdf | ScryptKdf
  readonly peppers: Peppers
  readonly bcrypt: BcryptVerify | undefined
  readonly concurrency: number
  readonly queue: number
}

const MAX = 2 ** 31 - 1

/**
 * Resolves the options of a hasher.
 *
 * @throws {ConfigError} Naming the first option that is unknown, out of range, or too weak.
 */
export function resolveHasherOptions(options: PasswordHasherOptions): HasherConfig {
  const read = readOptions('hasher', options, [
    'algorithm',
    'argon2id',
    'scrypt',
    'peppers',
    'pepperWith',
    'bcrypt',
    'concurrency',
    'queue',
    'insecureParametersForTests',
  ])
  const algorithm = readChoice('algorithm', read.algorithm, ['argon2id', 'scrypt'], 'argon2id')
  const kdf = algorithm === 'scrypt' ? readScrypt(read.scrypt) : readArgon2id(read.argon2id)
  if (!isAffordable(kdf)) throw new ConfigError(algorithm, 'must be parameters that the function takes, up to 256 MiB')
  if (!isStrong(kdf) && read.insecureParametersForTests !== true) {
    throw new ConfigError(algorithm, 'must be no weaker than the weakest parameters that OWASP recommends')
  }
  if (read.bcrypt !== undefined) checkFunction('bcrypt', read.bcrypt)
  return Object.freeze<HasherConfig>({
    kdf: Object.freeze(kdf),
    peppers: createPeppers(read.peppers, read.pepperWith),
    bcrypt: read.bcrypt as BcryptVerify | undefined,
    concurrency: readInteger('concurrency', read.concurrency, {
      min: 1,
      max: 64,
      fallback: Math.min(3, availableParallelism()),
    }),
    queue: readInteger('queue', read.queue, { min: 0, max: 10_000, fallback: 100 }),
  })
}

function readArgon2id(options: unknown = {}): Argon2Kdf {
  const read = readOptions('argon2id', options, ['memory', 'passes', 'parallelism'])
  return {
    name: 'argon2id',
    memory: readInteger('argon2id.memory', read.memory, { min: 8, max: MAX, fallback: 19_456 }),
    passes: readInteger('argon2id.passes', read.passes, { min: 1, max: MAX, fallback: 2 }),
    parallelism: readInteger('argon2id.parallelism', read.parallelism, { min: 1, max: MAX, fallback: 1 }),
  }
}

function readScrypt(options: unknown = {}): ScryptKdf {
  const read = readOptions('scrypt', options, ['cost', 'blockSize', 'parallelism'])
  return {
    name: 'scrypt',
    cost: readInteger('scrypt.cost', read.cost, { min: 2, max: MAX, fallback: 2 ** 17 }),
    blockSize: readInteger('scrypt.blockSize', read.blockSize, { min: 1, max: MAX, fallback: 8 }),
    parallelism: readInteger('scrypt.parallelism', read.parallelism, { min: 1, max: MAX, fallback: 1 }),
  }
}

// The cheat sheet's lists end at m=7168, t=5, p=1 for Argon2id; its cheapest scrypt by work is N=2^13, r=8, p=10.
function isStrong(kdf: Argon2Kdf | ScryptKdf): boolean {
  if (kdf.name === 'scrypt') {
    return kdf.cost >= 2 ** 13 && kdf.blockSize >= 8 && kdf.cost * kdf.blockSize * kdf.parallelism >= 655_360
  }
  return kdf.memory >= 7_168 && kdf.memory * kdf.passes >= 35_840
}
