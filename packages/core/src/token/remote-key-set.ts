/**
 * The keys of a fetched JWK Set (RFC 7517 section 5), as far as they are fit for verifying tokens.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { KeyAlgorithm } from './algorithm.ts'
import { isKeyAlgorithm, isSymmetric } from './algorithm.ts'
import { importPublicKey } from './jwk-import.ts'
import { parseJwk, SECRET_MEMBERS } from './jwk.ts'
import type { StrictJson, StrictJsonObject } from './strict-json.ts'
import type { TokenKey } from './token-key.ts'

/** A key of a set, and the JWK that it was made of, to be recognised in the next set. */
export interface RemoteKey {
  readonly key: TokenKey
  readonly jwk: string
}

const MAX_KEYS = 100
const CURVES: ReadonlyMap<unknown, KeyAlgorithm> = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
  ['Ed25519', 'EdDSA'],
])

/**
 * Imports the usable keys of a set. A key is left out when it has no `kid`, shares it with another, is a secret, has a private member, is
 * not for verifying (`use`, `key_ops`), names an algorithm that is not offered or names none and can have several, or is too weak.
 * Keys that were in the set before stay the same objects.
 *
 * @param before The keys of the last set, by `kid`.
 * @param rsaAlgorithm The algorithm of RSA keys that name none; undefined: they are left out.
 * @returns By `kid`; undefined for what is no set, has more than 100 keys, or has none that can be used.
 */
export async function importKeySet(
  document: StrictJsonObject,
  before: ReadonlyMap<string, RemoteKey>,
  rsaAlgorithm: KeyAlgorithm | undefined,
): Promise<ReadonlyMap<string, RemoteKey> | undefined> {
  const { keys } = document
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return undefined
  const jwks = (keys as readonly StrictJson[]).filter(isObject)
  const found = new Map<string, RemoteKey>()
  for (const jwk of jwks) {
    const { kid } = jwk
    if (typeof kid !== 'string' || jwks.some((other) => other !== jwk && other['kid'] === kid)) continue
    const known = before.get(kid)
    const text = JSON.stringify(jwk)
    const key = known?.jwk === text ? known.key : await importRemoteKey(jwk, rsaAlgorithm)
    if (key !== undefined) found.set(kid, { key, jwk: text })
  }
  return found.size > 0 ? found : undefined
}

async function importRemoteKey(
  jwk: StrictJsonObject,
  rsaAlgorithm: KeyAlgorithm | undefined,
): Promise<TokenKey | undefined> {
  const alg = jwk['alg'] ?? (jwk['kty'] === 'RSA' ? rsaAlgorithm : CURVES.get(jwk['crv']))
  if (!isKeyAlgorithm(alg) || isSymmetric(alg) || SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) {
    return undefined
  }
  try {
    const source = parseJwk('keys', jwk, { kid: undefined, alg, signs: false })
    if (source.kind !== 'jwk' || source.kid === undefined) return undefined
    const { kid, publicJwk } = source
    const { verify } = await importPublicKey('keys', alg, publicJwk)
    return Object.freeze<TokenKey>({ kid, alg, state: 'accepted', publicJwk, verify, sign: undefined })
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function isObject(value: StrictJson): value is StrictJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
