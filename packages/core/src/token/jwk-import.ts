/**
 * Keys of the platform, from the members of a JWK, and tried out.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { CryptoKey, NodeCrypto } from '../platform-crypto.ts'
import { nodeCrypto } from '../runtime.ts'
import { parametersOf, type AlgorithmParameters, type KeyAlgorithm } from './algorithm.ts'
import type { JsonWebKey } from './jwk.ts'
import { createSignature } from './signature-engine.ts'
import type { Signature, SignatureKeys } from './signature.ts'

type Asymmetric = Exclude<AlgorithmParameters, { readonly kty: 'oct' }>

/** What is wrong with a key that does not fit. */
export const KEY_FORM = 'must be a key that fits its "alg"'

const PROBE = 'latchkey'

/**
 * Makes a key of the Web Cryptography API.
 *
 * @param jwk The members of the key and no others: those of a public key, or all of a private one. Checked by `parseJwk`.
 * @param alg Not HS*.
 * @throws What the platform says of a key that is none.
 */
export async function toCryptoKey(jwk: JsonWebKey, alg: KeyAlgorithm, extractable: boolean = true): Promise<CryptoKey> {
  const usages: ['sign' | 'verify'] = [Object.hasOwn(jwk, 'd') ? 'sign' : 'verify']
  return crypto.subtle.importKey('jwk', jwk, schemeOf(parametersOf(alg) as Asymmetric), extractable, usages)
}

/**
 * Puts keys to work, and tries them out: what the one signs the other verifies, so that halves that do not belong together show here; and a
 * signature of zeros is not verified.
 *
 * @param path Where the key stands, for the error.
 * @param publicJwk The public half; undefined for a secret.
 * @throws {ConfigError} For halves of different keys.
 */
export async function tryOut(
  path: string,
  alg: KeyAlgorithm,
  { publicJwk, ...keys }: SignatureKeys & { readonly publicJwk: JsonWebKey | undefined },
  node: NodeCrypto | null,
): Promise<Signature> {
  const signature = createSignature(alg, keys, node)
  if (await isWorking(signature, signatureBytes(alg, publicJwk))) return signature
  throw new ConfigError(path, 'must not have a public and a private half of different keys')
}

/**
 * Imports the public half of a key.
 *
 * @param publicJwk Checked by `parseJwk`.
 * @throws {ConfigError} The message never holds any of the material.
 */
export function importPublicKey(
  path: string,
  alg: KeyAlgorithm,
  publicJwk: JsonWebKey,
  node: NodeCrypto | null = nodeCrypto,
): Promise<Signature> {
  return withoutMaterial(path, async () => {
    const verifying = await toCryptoKey(publicJwk, alg)
    return tryOut(path, alg, { verifying, signing: undefined, publicJwk }, node)
  })
}

/**
 * Does what the platform may refuse. What it says about a key may quote it.
 *
 * @throws {ConfigError} For everything that goes wrong.
 */
export async function withoutMaterial<Result>(path: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(path, KEY_FORM)
  }
}

/** How the Web Cryptography API names the scheme of a key. */
function schemeOf(parameters: Asymmetric): { readonly name: string; readonly [member: string]: string } {
  switch (parameters.kty) {
    case 'RSA':
      return { name: parameters.saltBytes === undefined ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS', hash: parameters.hash }
    case 'EC':
      return { name: 'ECDSA', namedCurve: parameters.crv }
    case 'OKP':
      return { name: parameters.crv }
  }
}

/** How long a signature is. */
function signatureBytes(alg: KeyAlgorithm, publicJwk: JsonWebKey | undefined): number {
  const parameters = parametersOf(alg)
  if (parameters.kty === 'oct') return parameters.bytes
  return parameters.kty === 'RSA' ? (String(publicJwk?.['n']).length * 3) >> 2 : 2 * parameters.bytes
}

async function isWorking({ verify, sign }: Signature, bytes: number): Promise<boolean> {
  if (await verify(PROBE, new Uint8Array(bytes))) return false
  return sign === undefined || (await verify(PROBE, await sign(PROBE)))
}
