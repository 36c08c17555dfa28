/**
 * Two engines for signatures, `node:crypto` and the Web Cryptography API, behind one interface; they answer alike.
 *
 * @module
 */

import { createHmacKey } from '../hmac.ts'
import type { NodeCrypto } from '../platform-crypto.ts'
import { nodeCrypto } from '../runtime.ts'
import { parametersOf, type KeyAlgorithm } from './algorithm.ts'
import { createNodeSign, createNodeVerify } from './node-signature.ts'
import type { Signature, SignatureKeys } from './signature.ts'
import { createWebSign, createWebVerify } from './web-signature.ts'

/**
 * Puts a key to work. That it is a fit key for the algorithm was checked before.
 *
 * @param node The `node:crypto` to use: HMAC synchronously, the others off the main thread. Null for the Web Cryptography
 * API, which also serves keys that cannot be exported, for they cannot leave it. Default: the platform's.
 */
export function createSignature(
  alg: KeyAlgorithm,
  { verifying, signing }: SignatureKeys,
  node: NodeCrypto | null = nodeCrypto,
): Signature {
  const parameters = parametersOf(alg)
  if (parameters.kty === 'oct') {
    const key = createHmacKey(parameters.hash, verifying, node)
    return Object.freeze({ verify: key.verify, sign: signing && key.sign })
  }
  return Object.freeze<Signature>({
    verify:
      node !== null && verifying.extractable
        ? createNodeVerify(parameters, verifying, node)
        : createWebVerify(parameters, verifying),
    sign:
      signing &&
      (node !== null && signing.extractable
        ? createNodeSign(parameters, signing, node)
        : createWebSign(parameters, signing)),
  })
}
