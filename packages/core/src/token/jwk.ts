/**
 * JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037): their members, checked, and what of them may be published.
 *
 * @module
 */

import { decodeBase64url } from '../base64url.ts'
import { ConfigError } from '../faults.ts'
import { copyKeyMaterial } from '../secrets.ts'
import { parametersOf, type KeyAlgorithm } from './algorithm.ts'
import { isKeyId, KEY_ID_FORM } from './key-id.ts'
import { checkRsaKey } from './rsa-key.ts'

/** A JSON Web Key (RFC 7517): `oct` for HS*, `RSA` for RS* and PS*, `EC` for ES*, `OKP` for EdDSA and Ed25519. */
export interface JsonWebKey {
  /** The key type. */
  readonly kty: string
  /** The members of that type. */
  readonly [member: string]: unknown
}

/** A JWK that was parsed: a secret, or a public half and, where there is one, the members of the private half. */
export type JwkSource =
  | { readonly kind: 'secret'; readonly kid: string | undefined; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'jwk'
      readonly kid: string | undefined
      /** Nothing but `kty`, `crv` and the public members. */
      readonly publicJwk: JsonWebKey
      /** The public half with the private members. */
      readonly privateJwk: JsonWebKey | undefined
    }

/** What a JWK has to agree with. */
export interface JwkBinding {
  /** Undefined: whatever the JWK says. */
  readonly kid: string | undefined
  readonly alg: KeyAlgorithm
  /** Whether the key must be allowed to sign. */
  readonly signs: boolean
}

const PUBLIC_MEMBERS = { EC: ['x', 'y'], OKP: ['x'], RSA: ['n', 'e'] } as const
const PRIVATE_MEMBERS = { EC: ['d'], OKP: ['d'], RSA: ['d', 'p', 'q', 'dp', 'dq', 'qi'] } as const

/** Every member of any type that must not be published (RFC 7518 section 6, RFC 8037 section 2). */
export const SECRET_MEMBERS: readonly string[] = ['k', 'oth', ...PRIVATE_MEMBERS.RSA]

/**
 * Reads the members that make the key, and refuses members that say it is for something else, numbers that are not in their
 * one canonical form, and RSA keys that `checkRsaKey` refuses. Own members only; others are ignored. Whether a point lies on its
 * curve and whether the halves belong together shows at the import.
 *
 * @throws {ConfigError} With the path of the member.
 */
export function parseJwk(path: string, value: unknown, { kid, alg, signs }: JwkBinding): JwkSource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(path, 'must be a JWK object')
  }
  const own = new Map<string, unknown>(Object.entries(value))
  const parameters = parametersOf(alg)
  const { kty } = parameters
  const crv = 'crv' in parameters ? parameters.crv : undefined
  checkStated(path, own, 'alg', alg)
  if (kid !== undefined) checkStated(path, own, 'kid', kid)
  const ownKid = own.get('kid')
  if (ownKid !== undefined && !isKeyId(ownKid)) throw new ConfigError(`${path}.kid`, KEY_ID_FORM)
  if (own.has('use') && own.get('use') !== 'sig') {
    throw new ConfigError(`${path}.use`, 'must be "sig" where it is given')
  }
  if (own.get('kty') !== kty) throw new ConfigError(`${path}.kty`, `must be "${kty}" for ${alg}`)
  if (own.get('crv') !== crv) throw new ConfigError(`${path}.crv`, `must be ${crv ?? 'absent'} for ${alg}`)
  checkOperations(path, own, signs ? 'sign' : own.has('k') || own.has('d') ? undefined : 'verify')

  if (kty === 'oct') {
    const bytes = decodeMember(`${path}.k`, own.get('k'))
    return { kind: 'secret', kid: ownKid, bytes: copyKeyMaterial(`${path}.k`, bytes, parameters.bytes) }
  }
  const size = kty === 'RSA' ? undefined : parameters.bytes
  const members = (names: readonly string[]): { readonly [member: string]: string } =>
    Object.fromEntries(names.map((name) => [name, checkNumber(`${path}.${name}`, own.get(name), size)]))
  const publicJwk = Object.freeze({ kty, ...(crv !== undefined && { crv }), ...members(PUBLIC_MEMBERS[kty]) })
  if (kty === 'RSA') {
    if (own.has('oth')) throw new ConfigError(`${path}.oth`, 'must be absent: a key has two primes')
    checkRsaKey(path, decodeMember(path, own.get('n')), decodeMember(path, own.get('e')))
  }
  const privateJwk = own.has('d') ? { ...publicJwk, ...members(PRIVATE_MEMBERS[kty]) } : undefined
  return { kind: 'jwk', kid: ownKid, publicJwk, privateJwk }
}

function checkStated(path: string, own: ReadonlyMap<string, unknown>, member: 'alg' | 'kid', value: string): void {
  if (own.has(member) && own.get(member) !== value) {
    throw new ConfigError(`${path}.${member}`, `must equal the key's "${member}" where it is given`)
  }
}

function checkOperations(path: string, own: ReadonlyMap<string, unknown>, needed: string | undefined): void {
  if (!own.has('key_ops')) return
  const operations = own.get('key_ops')
  if (
    !Array.isArray(operations) ||
    !operations.every((operation) => operation === 'sign' || operation === 'verify') ||
    (needed !== undefined && !operations.includes(needed))
  ) {
    throw new ConfigError(
      `${path}.key_ops`,
      `must list nothing but "sign" and "verify"${needed ? `, and "${needed}"` : ''}`,
    )
  }
}

/** A number in its one form: of exactly `size` bytes, or without leading zeros where the size is not fixed. */
function checkNumber(path: string, value: unknown, size: number | undefined): string {
  const bytes = decodeMember(path, value)
  if (size !== undefined && bytes.length !== size) throw new ConfigError(path, `must be ${size} bytes in base64url`)
  if (size === undefined && !bytes[0]) throw new ConfigError(path, 'must be a number without leading zeros')
  return value as string
}

function decodeMember(path: string, value: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (bytes === undefined) throw new ConfigError(path, 'must be text in base64url without padding')
  return bytes
}
