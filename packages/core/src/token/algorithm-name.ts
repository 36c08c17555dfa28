/**
 * By which names tokens call the algorithm of a key.
 *
 * @module
 */

import type { KeyAlgorithm } from './algorithm.ts'

/** The two names of one signature scheme. */
const ED25519: ReadonlySet<string> = new Set<KeyAlgorithm>(['EdDSA', 'Ed25519'])

/** Tells whether a token whose header names `name` may be verified with a key that is bound to `alg`. */
export function isAlgorithmName(alg: KeyAlgorithm, name: string): boolean {
  return name === alg || (ED25519.has(alg) && ED25519.has(name))
}
