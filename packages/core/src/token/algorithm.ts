/**
 * The signature algorithms (RFC 7518 section 3, RFC 8037, RFC 9864), and what a key for each must be.
 *
 * @module
 */

import type { HmacHash } from '../hmac.ts'

/**
 * The algorithm that a key is bound to. `EdDSA` (RFC 8037) and `Ed25519` (RFC 9864) are two names of one signature scheme, here
 * always with the curve Ed25519: a key writes its own and reads both. Every other one reads its own name alone.
 */
export type KeyAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** What is known of an algorithm, by the type of its keys. */
export type AlgorithmParameters =
  /** `bytes`: the shortest secret, as long as the hash (RFC 7518 section 3.2). */
  | { readonly kty: 'oct'; readonly hash: HmacHash; readonly bytes: number }
  /** `saltBytes`: of RSASSA-PSS, as long as the hash (RFC 7518 section 3.5); undefined for RSASSA-PKCS1-v1_5. */
  | { readonly kty: 'RSA'; readonly hash: HmacHash; readonly saltBytes: number | undefined }
  /** `bytes`: of one coordinate, and of each half of a signature (RFC 7518 sections 3.4 and 6.2.1). */
  | { readonly kty: 'EC'; readonly hash: HmacHash; readonly crv: string; readonly bytes: number }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly bytes: number }

const ED25519 = { kty: 'OKP', crv: 'Ed25519', bytes: 32 } as const

const PARAMETERS: ReadonlyMap<string, AlgorithmParameters> = new Map<KeyAlgorithm, AlgorithmParameters>([
  ['HS256', { kty: 'oct', hash: 'SHA-256', bytes: 32 }],
  ['HS384', { kty: 'oct', hash: 'SHA-384', bytes: 48 }],
  ['HS512', { kty: 'oct', hash: 'SHA-512', bytes: 64 }],
  ['RS256', { kty: 'RSA', hash: 'SHA-256', saltBytes: undefined }],
  ['RS384', { kty: 'RSA', hash: 'SHA-384', saltBytes: undefined }],
  ['RS512', { kty: 'RSA', hash: 'SHA-512', saltBytes: undefined }],
  ['PS256', { kty: 'RSA', hash: 'SHA-256', saltBytes: 32 }],
  ['PS384', { kty: 'RSA', hash: 'SHA-384', saltBytes: 48 }],
  ['PS512', { kty: 'RSA', hash: 'SHA-512', saltBytes: 64 }],
  ['ES256', { kty: 'EC', hash: 'SHA-256', crv: 'P-256', bytes: 32 }],
  ['ES384', { kty: 'EC', hash: 'SHA-384', crv: 'P-384', bytes: 48 }],
  ['ES512', { kty: 'EC', hash: 'SHA-512', crv: 'P-521', bytes: 66 }],
  ['EdDSA', ED25519],
  ['Ed25519', ED25519],
])

/** The names of all algorithms. */
export const KEY_ALGORITHMS: readonly string[] = [...PARAMETERS.keys()]

/** Tells whether text is the name of an algorithm, letter for letter. There is no `none`. */
export function isKeyAlgorithm(name: unknown): name is KeyAlgorithm {
  return typeof name === 'string' && PARAMETERS.has(name)
}

/** What is known of an algorithm. */
export function parametersOf(alg: KeyAlgorithm): AlgorithmParameters {
  return PARAMETERS.get(alg) as AlgorithmParameters
}

/** Whether a key for `alg` is a secret that two parties share; it is never published. */
export function isSymmetric(alg: KeyAlgorithm): boolean {
  return parametersOf(alg).kty === 'oct'
}
