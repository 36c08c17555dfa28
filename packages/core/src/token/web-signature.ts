/**
 * Signatures of asymmetric keys through the Web Cryptography API, which every runtime has.
 *
 * @module
 */

import type { CryptoKey } from '../platform-crypto.ts'
import type { AlgorithmParameters } from './algorithm.ts'
import { toBytes, type Sign, type Signature } from './signature.ts'

type Parameters = Exclude<AlgorithmParameters, { readonly kty: 'oct' }>

/** Verifies with an RSA, EC or Ed25519 key. */
export function createWebVerify(parameters: Parameters, key: CryptoKey): Signature['verify'] {
  const scheme = schemeOf(parameters)
  return async (input, signature) => {
    try {
      return await crypto.subtle.verify(scheme, key, signature, toBytes(input))
    } catch {
      return false
    }
  }
}

/** Signs with an RSA, EC or Ed25519 key. */
export function createWebSign(parameters: Parameters, key: CryptoKey): Sign {
  const scheme = schemeOf(parameters)
  return async (input) => new Uint8Array(await crypto.subtle.sign(scheme, key, toBytes(input)))
}

function schemeOf(parameters: Parameters): {
  readonly name: string
  readonly hash?: string
  readonly saltLength?: number
} {
  switch (parameters.kty) {
    case 'RSA':
      return parameters.saltBytes === undefined
        ? { name: 'RSASSA-PKCS1-v1_5' }
        : { name: 'RSA-PSS', saltLength: parameters.saltBytes }
    case 'EC':
      return { name: 'ECDSA', hash: parameters.hash }
    case 'OKP':
      return { name: 'Ed25519' }
  }
}
