/**
 * Argon2 (RFC 9106, version 1.3) by whichever implementation the process has. Both compute on a thread pool.
 *
 * @module
 */

import nodeCrypto from 'node:crypto'
import { createRequire } from 'node:module'

/** The variants of Argon2. */
export type Argon2Variant = 'argon2d' | 'argon2i' | 'argon2id'

/** What one computation takes. */
export interface Argon2Input {
  readonly password: Uint8Array
  readonly salt: Uint8Array
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  /** Bytes of the result. */
  readonly length: number
}

/** Computes Argon2 away from the event loop's thread. */
export type Argon2 = (variant: Argon2Variant, input: Argon2Input) => Promise<Uint8Array>

/** Finds Argon2: that of `node:crypto` where it works (Node 24.7 and later), else that of `@node-rs/argon2`; undefined when there is neither. */
export function findArgon2(): Argon2 | undefined {
  return findNodeArgon2() ?? findNativeArgon2()
}

/** Gives the Argon2 of `node:crypto`; undefined where the runtime or its OpenSSL has none. */
export function findNodeArgon2(): Argon2 | undefined {
  const { argon2, argon2Sync } = nodeCrypto as Partial<Pick<typeof nodeCrypto, 'argon2' | 'argon2Sync'>>
  if (argon2 === undefined || argon2Sync === undefined) return undefined
  try {
    // The functions stand there even when the OpenSSL that Node is linked to is older than 3.2; the smallest hash tells.
    argon2Sync('argon2id', {
      message: 'probe',
      nonce: new Uint8Array(8),
      parallelism: 1,
      tagLength: 16,
      memory: 8,
      passes: 1,
    })
  } catch {
    return undefined
  }
  return (variant, { password, salt, memory, passes, parallelism, length }) =>
    new Promise((resolve, reject) => {
      argon2(
        variant,
        { message: password, nonce: salt, memory, passes, parallelism, tagLength: length },
        (error, digest) => {
          if (error === null) resolve(digest)
          else reject(error)
        },
      )
    })
}

/** Gives the Argon2 of `@node-rs/argon2`; undefined where it is not installed for this platform. */
export function findNativeArgon2(): Argon2 | undefined {
  try {
    const { hashRaw } = createRequire(import.meta.url)('@node-rs/argon2') as typeof import('@node-rs/argon2')
    return (variant, { password, salt, memory, passes, parallelism, length }) =>
      hashRaw(password, {
        algorithm: ALGORITHMS[variant],
        version: 1,
        salt,
        memoryCost: memory,
        timeCost: passes,
        parallelism,
        outputLen: length,
      })
  } catch {
    return undefined
  }
}

const ALGORITHMS = { argon2d: 0, argon2i: 1, argon2id: 2 } as const
