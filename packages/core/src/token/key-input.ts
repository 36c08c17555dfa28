/**
 * The keys that an application gives, checked for form and for contradictions, not yet imported.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { readChoice, readOptions } from '../options.ts'
import type { CryptoKey } from '../platform-crypto.ts'
import { copyKeyMaterial } from '../secrets.ts'
import { isKeyAlgorithm, isSymmetric, KEY_ALGORITHMS, parametersOf, type KeyAlgorithm } from './algorithm.ts'
import { parseJwk, type JsonWebKey, type JwkSource } from './jwk.ts'
import { isKeyId, KEY_ID_FORM } from './key-id.ts'

/**
 * What a key is for. `active`: signs and verifies; at most one. `accepted`: verifies, for tokens from before or from another
 * service. `retired`: known and refused.
 */
export type KeyState = 'active' | 'accepted' | 'retired'

/** A key and where it comes from. The source is named by its member and never guessed from its form. */
export type KeyInput = {
  /**
   * The key id: 1 to 256 characters of `A-Z a-z 0-9 . _ ~ -`. One in each keyring. Default: the `kid` of the JWK, else the
   * thumbprint of the public key (RFC 7638). Required for secrets, whose thumbprint would help to guess them.
   */
  readonly kid?: string
  readonly alg: KeyAlgorithm
  /** Required where there is more than one key. Default for a lone key: `active` if it can sign, else `accepted`. */
  readonly state?: KeyState
} & (
  | { readonly jwk: JsonWebKey }
  /** Not for HS*. One `-----BEGIN PRIVATE KEY-----` (PKCS#8) or `-----BEGIN PUBLIC KEY-----` (SPKI) and nothing else. */
  | { readonly pem: string }
  /** A key of the Web Cryptography API. A private key that cannot be exported needs its public half: give the pair. */
  | { readonly cryptoKey: CryptoKey | { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey } }
  /** For HS* alone: random material, at least as long as the hash: 32, 48 or 64 bytes. */
  | { readonly secret: Uint8Array }
)

/** A key input whose form was checked. */
export interface CheckedKeyInput {
  readonly path: string
  readonly kid: string | undefined
  readonly alg: KeyAlgorithm
  readonly state: KeyState | undefined
  readonly source: KeySource
}

/** Where a key comes from, one form for each import. */
export type KeySource =
  | JwkSource
  | { readonly kind: 'pkcs8' | 'spki'; readonly pem: string }
  | { readonly kind: 'cryptoKey'; readonly publicKey: unknown; readonly privateKey: unknown }

const PEM = /^-----BEGIN (PRIVATE|PUBLIC) KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END \1 KEY-----$/
const STATES: readonly KeyState[] = ['active', 'accepted', 'retired']
const SOURCES = ['jwk', 'pem', 'cryptoKey', 'secret'] as const

/**
 * Parses one key of `createKeyring`. Own members only. Whether the material is a usable key shows at the import.
 *
 * @param path Where it stands, such as `keys[0]`.
 * @throws {ConfigError} For a member that is unknown, missing, malformed or contradicts another.
 */
export function parseKeyInput(path: string, input: unknown): CheckedKeyInput {
  const given = readOptions(path, input, ['kid', 'alg', 'state', ...SOURCES])
  if (given.kid !== undefined && !isKeyId(given.kid)) {
    throw new ConfigError(`${path}.kid`, KEY_ID_FORM)
  }
  const { alg } = given
  if (!isKeyAlgorithm(alg)) throw new ConfigError(`${path}.alg`, `must be one of ${KEY_ALGORITHMS.join(', ')}`)
  const state = given.state === undefined ? undefined : readChoice(`${path}.state`, given.state, STATES, 'active')
  const named = SOURCES.filter((source) => given[source] !== undefined)
  const [member] = named
  if (member === undefined || named.length > 1)
    throw new ConfigError(path, `must have exactly one of ${SOURCES.join(', ')}`)
  const source = parseSource(`${path}.${member}`, member, given[member], { kid: given.kid, alg, state })
  const kid = given.kid ?? (source.kind === 'jwk' || source.kind === 'secret' ? source.kid : undefined)
  if (kid === undefined && isSymmetric(alg)) throw new ConfigError(`${path}.kid`, 'must be given for a secret')
  return Object.freeze({ path: `${path}.${member}`, kid, alg, state, source })
}

interface Binding {
  readonly kid: string | undefined
  readonly alg: KeyAlgorithm
  readonly state: KeyState | undefined
}

function parseSource(path: string, member: (typeof SOURCES)[number], value: unknown, binding: Binding): KeySource {
  switch (member) {
    case 'jwk':
      return parseJwk(path, value, { ...binding, signs: binding.state === 'active' })
    case 'pem':
      return parsePem(path, value, binding)
    case 'cryptoKey':
      return parseCryptoKey(path, value)
    case 'secret':
      return parseSecret(path, value, binding)
  }
}

function parseSecret(path: string, value: unknown, { alg }: Binding): KeySource {
  const parameters = parametersOf(alg)
  if (parameters.kty !== 'oct') throw new ConfigError(path, 'is for HS256, HS384 and HS512 alone')
  if (typeof value === 'string') throw new ConfigError(path, 'must be a Uint8Array')
  return { kind: 'secret', kid: undefined, bytes: copyKeyMaterial(path, value, parameters.bytes) }
}

function parsePem(path: string, value: unknown, { alg }: Binding): KeySource {
  if (isSymmetric(alg)) throw new ConfigError(path, `is not for ${alg}: give the secret`)
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
