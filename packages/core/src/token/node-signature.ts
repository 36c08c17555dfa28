/**
 * Signatures of asymmetric keys through `node:crypto`: by callback, so that the main thread is free meanwhile.
 *
 * @module
 */

import type { CryptoKey, NodeCrypto, NodeSigningKey } from '../platform-crypto.ts'
import type { AlgorithmParameters } from './algorithm.ts'
import { fromDerSignature, toDerSignature } from './ecdsa-signature.ts'
import { toBytes, type Sign, type Signature } from './signature.ts'

/** `RSA_PKCS1_PSS_PADDING` of OpenSSL. */
const PSS = 6

type Parameters = Exclude<AlgorithmParameters, { readonly kty: 'oct' }>

/** Verifies with an RSA, EC or Ed25519 key. */
export function createNodeVerify(parameters: Parameters, key: CryptoKey, node: NodeCrypto): Signature['verify'] {
  const { hash, size, native } = toNative(parameters, key, node)
  return (input, signature) => {
    const form = size === undefined ? signature : toDerSignature(signature, size)
    if (form === undefined) return false
    return new Promise((resolve) => {
      try {
        node.verify(hash, toBytes(input), native, form, (error, valid) => resolve(!error && valid))
      } catch {
        resolve(false)
      }
    })
  }
}

/** Signs with an RSA, EC or Ed25519 key. */
export function createNodeSign(parameters: Parameters, key: CryptoKey, node: NodeCrypto): Sign {
  const { hash, size, native } = toNative(parameters, key, node)
  return (input) =>
    new Promise((resolve, reject) => {
      node.sign(hash, toBytes(input), native, (error, signature) => {
        if (error) reject(error)
        else resolve(size === undefined ? signature : fromDerSignature(signature, size))
      })
    })
}

interface Native {
  /** Null where the scheme has its hash built in. */
  readonly hash: string | null
  /** The bytes of one number of an ECDSA signature; undefined for other schemes. */
  readonly size: number | undefined
  readonly native: NodeSigningKey
}

function toNative(parameters: Parameters, cryptoKey: CryptoKey, node: NodeCrypto): Native {
  const key = node.KeyObject.from(cryptoKey)
  const pss = parameters.kty === 'RSA' ? parameters.saltBytes : undefined
  return {
    hash: parameters.kty === 'OKP' ? null : parameters.hash.replace('-', '').toLowerCase(),
    size: parameters.kty === 'EC' ? parameters.bytes : undefined,
    native: pss === undefined ? key : { key, padding: PSS, saltLength: pss },
  }
}
