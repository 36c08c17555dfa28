/**
 * A key of access tokens as it is used, and a ring of them.
 *
 * @module
 */

import { UnavailableError } from '../faults.ts'
import { isPort } from '../options.ts'
import type { KeyAlgorithm } from './algorithm.ts'
import type { JsonWebKey } from './jwk.ts'
import type { KeyState } from './key-input.ts'
import type { Signature } from './signature.ts'

/** One key, bound to one algorithm. Frozen; no member holds or shows its secret. */
export interface TokenKey extends Signature {
  /** The key id. */
  readonly kid: string
  /** The only algorithm that the key is used with. */
  readonly alg: KeyAlgorithm
  /** What the key is for. It signs only in the state `active`; whether the state lets it verify is the caller's to check. */
  readonly state: KeyState
  /** The public half (RFC 7517), to be published; undefined for a secret. Frozen. */
  readonly publicJwk: JsonWebKey | undefined
}

/** Keys that verify, found by their id. */
export interface VerificationKeys {
  /**
   * Finds the key of exactly this id, whatever its state; undefined when there is none. There is no fallback key. It may reject
   * where keys have to be fetched first and are out of reach.
   */
  find(kid: string): TokenKey | undefined | Promise<TokenKey | undefined>
}

/** A JWK Set (RFC 7517 section 5). */
export interface JsonWebKeySet {
  /** Public keys, each with `kid`, `alg` and `use`. */
  readonly keys: readonly JsonWebKey[]
}

/** The keys of one issuer. Frozen. */
export interface Keyring extends VerificationKeys {
  /** The key that signs; undefined in a service that only verifies. */
  readonly active: TokenKey | undefined
  /** Finds the key of exactly this id, whatever its state; undefined when there is none. There is no fallback key. */
  find(kid: string): TokenKey | undefined
  /**
   * What other services verify this issuer's tokens with: the public halves of the keys that are active or accepted. Neither
   * secrets nor private members nor retired keys are ever in it; without asymmetric keys it is empty. Frozen.
   */
  publicJwks(): JsonWebKeySet
}

/** Makes a ring of keys with different ids, at most one of them active. */
export function toKeyring(keys: readonly TokenKey[]): Keyring {
  const ring: ReadonlyMap<string, TokenKey> = new Map(keys.map((key) => [key.kid, key]))
  const shown = keys.flatMap(({ kid, alg, state, publicJwk }) =>
    publicJwk === undefined || state === 'retired' ? [] : [Object.freeze({ ...publicJwk, kid, alg, use: 'sig' })],
  )
  const jwks = Object.freeze<JsonWebKeySet>({ keys: Object.freeze(shown) })
  return Object.freeze<Keyring>({
    active: keys.find((key) => key.state === 'active'),
    find: (kid) => ring.get(kid),
    publicJwks: () => jwks,
  })
}

/** Tells whether a value can be keys that verify. */
export function isVerificationKeys(value: unknown): value is VerificationKeys {
  // A list has a "find" too, and finds its first key for every id.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return typeof (value as Partial<VerificationKeys>).find === 'function'
}

/** Tells whether a value can be the keys of one issuer, which are published as well; those of `remoteKeys` are not. */
export function isKeyring(value: unknown): value is Keyring {
  return isPort<Keyring>(value, 'find', 'publicJwks')
}

/**
 * Asks an application for its current keys.
 *
 * @throws {UnavailableError} When it gives none, or such as `isKeys` does not know.
 */
export function askForKeys<Keys>(keys: () => Keys, isKeys: (value: unknown) => value is Keys): Keys {
  let current: unknown
  try {
    current = keys()
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  if (!isKeys(current)) throw new UnavailableError()
  return current
}
