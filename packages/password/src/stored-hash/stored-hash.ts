/**
 * What a stored hash says, in whatever format it is written.
 *
 * @module
 */

import type { Kdf } from '../kdf.ts'

/** A stored hash. `own` is false for every format but ours. */
export type StoredHash = DerivedHash | BcryptHash

/** A digest and what it was derived with. The parameters are affordable. */
export interface DerivedHash {
  readonly kind: 'derived'
  readonly own: boolean
  readonly kdf: Kdf
  readonly salt: Uint8Array
  readonly digest: Uint8Array
  /** What was done to the password first. `text` is its UTF-8 bytes, `nfkc` those of its normalisation form KC. */
  readonly input: 'text' | 'nfkc'
  /** The id of the pepper; undefined without one. */
  readonly pepper: number | undefined
}

/** A bcrypt hash. bcrypt's own text holds its salt and digest. */
export interface BcryptHash {
  readonly kind: 'bcrypt'
  readonly own: false
  /** `$2a$`, `$2b$` or `$2y$` and the rest. */
  readonly text: string
  /** What was done to the password first. `sha256_hex`: Django's `bcrypt_sha256`. */
  readonly input: 'text' | 'sha256_hex'
}
