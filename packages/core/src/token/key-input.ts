/**
 * The keys that an application gives, checked for form and for contradictions, not yet imported.
 *
 * @module
 */

import { decodeBase64url } from '../base64url.ts'
import { ConfigError } from '../faults.ts'
import { readChoice, readOptions } from '../options.ts'
import { copyKeyMaterial, type CryptoKey } from '../secrets.ts'

/**
 * What a key is for. `active`: signs and verifies; at most one. `accepted`: verifies, for tokens from before or from another
 * service. `retired`: known and refused.
 */
export type KeyState = 'active' | 'accepted' | 'retired'

/**
 * The algorithm that a key is bound to; tokens must name exactly it. `EdDSA` (RFC 8037) and `Ed25519` (RFC 9864) are two
 * names of one signature scheme: a key takes the name that its tokens carry.
 */
export type KeyAlgorithm = 'HS256' | 'EdDSA' | 'Ed25519'

/** A JSON Web Key (RFC 7517): `oct` for HS256, `OKP` with the curve Ed25519 for EdDSA and Ed25519. */
export interface JsonWebKey {
  /** The key type. */
  readonly kty: string
  /** The members of that type. */
  readonly [member: string]: unknown
}

/** A key and where it comes from. The source is named by its member and never guessed from its form. */
export type KeyInput = {
  /** The key id: 1 to 256 characters of `A-Z a-z 0-9 . _ ~ -`. One in each keyring. */
  readonly kid: string
  readonly alg: KeyAlgorithm
  /** Required where there is more than one key. Default for a lone key: `active` if it can sign, else `accepted`. */
  readonly state?: KeyState
} & (
  | { readonly jwk: JsonWebKey }
  /** Not for HS256. One `-----BEGIN PRIVATE KEY-----` (PKCS#8) or `-----BEGIN PUBLIC KEY-----` (SPKI) and nothing else. */
  | { readonly pem: string }
  /** A key of the Web Cryptography API. A private key that cannot be exported needs its public half: give the pair. */
  | { readonly cryptoKey: CryptoKey | { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey } }
  /** For HS256 alone: at least 32 bytes of random material. */
  | { readonly secret: Uint8Array }
)

/** A key input whose form was checked. */
export interface CheckedKeyInput {
  readonly path: string
  readonly kid: string
  readonly alg: KeyAlgorithm
  readonly state: KeyState | undefined
  readonly source: KeySource
}

/** Where a key comes from, one form for each import. */
export type KeySource =
  | { readonly kind: 'secret'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'ed25519'; readonly x: string; readonly d: string | undefined }
  | { readonly kind: 'pkcs8' | 'spki'; readonly pem: string }
  | { readonly kind: 'cryptoKey'; readonly publicKey: unknown; readonly privateKey: unknown }

const KEY_ID = /^[A-Za-z0-9._~-]{1,256}$/
const PEM = /^-----BEGIN (PRIVATE|PUBLIC) KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END \1 KEY-----$/
const ALGORITHMS: readonly KeyAlgorithm[] = ['HS256', 'EdDSA', 'Ed25519']
const STATES: readonly KeyState[] = ['active', 'accepted', 'retired']
const SOURCES = ['jwk', 'pem', 'cryptoKey', 'secret'] as const

/** Tells whether a value can be a key id: 1 to 256 characters of `A-Z a-z 0-9 . _ ~ -`. */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && KEY_ID.test(value)
}

/**
 * Parses one key of `createKeyring`. Own members only. Whether the material is a usable key shows at the import.
 *
 * @param path Where it stands, such as `keys[0]`.
 * @throws {ConfigError} For a member that is unknown, missing, malformed or contradicts another.
 */
export function parseKeyInput(path: string, input: unknown): CheckedKeyInput {
  const given = readOptions(path, input, ['kid', 'alg', 'state', ...SOURCES])
  if (!isKeyId(given.kid)) throw new ConfigError(`${path}.kid`, 'must be 1 to 256 characters of A-Z a-z 0-9 . _ ~ -')
  const alg = ALGORITHMS.find((known) => known === given.alg)
  if (alg === undefined) throw new ConfigError(`${path}.alg`, `must be one of ${ALGORITHMS.join(', ')}`)
  const state = given.state === undefined ? undefined : readChoice(`${path}.state`, given.state, STATES, 'active')
  const named = SOURCES.filter((source) => given[source] !== undefined)
  const [member] = named
  if (member === undefined || named.length > 1)
    throw new ConfigError(path, `must have exactly one of ${SOURCES.join(', ')}`)
  const source = parseSource(`${path}.${member}`, member, given[member], { kid: given.kid, alg, state })
  return Object.freeze({ path: `${path}.${member}`, kid: given.kid, alg, state, source })
}

interface Binding {
  readonly kid: string
  readonly alg: KeyAlgorithm
  readonly state: KeyState | undefined
}

function parseSource(path: string, member: (typeof SOURCES)[number], value: unknown, binding: Binding): KeySource {
  switch (member) {
    case 'jwk':
      return parseJwk(path, value, binding)
    case 'pem':
      return parsePem(path, value, binding)
    case 'cryptoKey':
      return parseCryptoKey(path, value)
    case 'secret':
      if (binding.alg !== 'HS256') throw new ConfigError(path, 'is for HS256 alone')
      if (typeof value === 'string') throw new ConfigError(path, 'must be a Uint8Array')
      return { kind: 'secret', bytes: copyKeyMaterial(path, value) }
  }
}

function parsePem(path: string, value: unknown, { alg }: Binding): KeySource {
  if (alg === 'HS256') throw new ConfigError(path, 'is not for HS256: give the secret')
  const pem = typeof value === 'string' ? value.trim() : ''
  const [, kind] = PEM.exec(pem) ?? []
  if (kind === undefined) {
    throw new ConfigError(
      path,
      'must be one "PRIVATE KEY" (PKCS#8) or "PUBLIC KEY" (SPKI) in PEM form with line breaks',
    )
  }
  return { kind: kind === 'PRIVATE' ? 'pkcs8' : 'spki', pem }
}

function parseCryptoKey(path: string, value: unknown): KeySource {
  if (typeof value !== 'object' || value === null) throw new ConfigError(path, 'must be a CryptoKey or a pair of them')
  const { type, publicKey, privateKey } = value as { readonly [member: string]: unknown }
  if (type === undefined) return { kind: 'cryptoKey', publicKey, privateKey }
  if (type === 'secret') return { kind: 'cryptoKey', publicKey: value, privateKey: value }
  return type === 'private'
    ? { kind: 'cryptoKey', publicKey: undefined, privateKey: value }
    : { kind: 'cryptoKey', publicKey: value, privateKey: undefined }
}

/** Reads the members that make the key, and refuses members that say it is for something else. Other members are ignored. */
function parseJwk(path: string, value: unknown, binding: Binding): KeySource {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(path, 'must be a JWK object')
  const own = new Map<string, unknown>(Object.entries(value))
  for (const member of ['kid', 'alg'] as const) {
    if (own.has(member) && own.get(member) !== binding[member]) {
      throw new ConfigError(`${path}.${member}`, `must equal the key's "${member}" where it is given`)
    }
  }
  if (own.has('use') && own.get('use') !== 'sig')
    throw new ConfigError(`${path}.use`, 'must be "sig" where it is given')
  const [kty, crv] = binding.alg === 'HS256' ? ['oct', undefined] : ['OKP', 'Ed25519']
  if (own.get('kty') !== kty) throw new ConfigError(`${path}.kty`, `must be "${kty}" for ${binding.alg}`)
  if (own.get('crv') !== crv) throw new ConfigError(`${path}.crv`, `must be ${crv ?? 'absent'} for ${binding.alg}`)
  const hasSecretPart = own.has('k') || own.has('d')
  checkOperations(path, own, binding.state === 'active' ? 'sign' : hasSecretPart ? undefined : 'verify')

  if (kty === 'oct')
    return { kind: 'secret', bytes: copyKeyMaterial(`${path}.k`, decodeMember(`${path}.k`, own.get('k'))) }
  const x = checkMember(`${path}.x`, own.get('x'))
  return { kind: 'ed25519', x, d: own.has('d') ? checkMember(`${path}.d`, own.get('d')) : undefined }
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

function checkMember(path: string, value: unknown): string {
  if (decodeMember(path, value).length !== 32) throw new ConfigError(path, 'must be 32 bytes in base64url')
  return value as string
}

function decodeMember(path: string, value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (bytes === undefined) throw new ConfigError(path, 'must be text in base64url without padding')
  return bytes
}
