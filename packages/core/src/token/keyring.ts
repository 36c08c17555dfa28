/**
 * The keys of access tokens: each under its id, bound to one algorithm, in one state.
 *
 * @module
 */

import { exportJWK, importJWK, importPKCS8, importSPKI } from 'jose'

import { ConfigError } from '../faults.ts'
import type { CryptoKey, RootSecrets } from '../secrets.ts'
import { parseKeyInput, type CheckedKeyInput, type KeyAlgorithm, type KeyInput, type KeyState } from './key-input.ts'

export type { JsonWebKey, KeyAlgorithm, KeyInput, KeyState } from './key-input.ts'

/** One key. Frozen; no member holds or shows its material. */
export interface TokenKey {
  /** The key id. */
  readonly kid: string
  /** The only algorithm that the key is used with. */
  readonly alg: KeyAlgorithm
  /** What the key is for. */
  readonly state: KeyState
  /** The key that verifies. Whether the state allows it is the caller's to check. */
  verificationKey(): Promise<CryptoKey> | CryptoKey
  /** The key that signs; undefined unless the state is `active`. */
  signingKey(): Promise<CryptoKey> | CryptoKey | undefined
}

/** The keys of one issuer. Frozen. */
export interface Keyring {
  /** The key that signs; undefined in a service that only verifies. */
  readonly active: TokenKey | undefined
  /** Finds the key of exactly this id, whatever its state; undefined when there is none. There is no fallback key. */
  find(kid: string): TokenKey | undefined
}

/** A key, imported. */
interface ImportedKey {
  readonly verifying: CryptoKey
  readonly signing: CryptoKey | undefined
}

const PURPOSE = 'access-token/HS256'
const PROBE = new TextEncoder().encode('latchkey')
const FORM = 'must be a key that fits its "alg"'

/**
 * Creates a keyring from an application's own keys.
 *
 * At most one key is `active`, and it must be able to sign; without one the ring only verifies. At least one is not `retired`.
 * Private halves of other keys are dropped. A signing key is tried out, so that halves that do not belong together show here.
 *
 * @throws {ConfigError} With a path such as `keys[1].jwk`. The message never holds any of the material.
 */
export async function createKeyring(keys: readonly KeyInput[]): Promise<Keyring> {
  if (!Array.isArray(keys) || keys.length === 0) throw new ConfigError('keys', 'must be a list of at least one key')
  const inputs = Array.from(keys as readonly unknown[], (key, index) => parseKeyInput(`keys[${index}]`, key))
  const ring = new Map<string, TokenKey>()
  for (const [index, input] of inputs.entries()) {
    if (ring.has(input.kid)) throw new ConfigError(`keys[${index}].kid`, 'must not be the id of another key')
    const imported = await importKey(input)
    const state = input.state ?? (inputs.length > 1 ? undefined : imported.signing ? 'active' : 'accepted')
    if (state === undefined)
      throw new ConfigError(`keys[${index}].state`, 'must be given where there is more than one key')
    if (state === 'active' && imported.signing === undefined) {
      throw new ConfigError(`keys[${index}].state`, 'must not be "active" for a key that cannot sign')
    }
    if (state === 'active' && findActive(ring) !== undefined) {
      throw new ConfigError(`keys[${index}].state`, 'must be "active" for one key only')
    }
    ring.set(input.kid, toTokenKey(input, state, imported))
  }
  if ([...ring.values()].every((key) => key.state === 'retired')) {
    throw new ConfigError('keys', 'must hold a key that is not retired')
  }
  return toKeyring(ring)
}

/**
 * Makes a keyring of HS256 keys that are derived from root secrets, one for each, under the secret's id. The signing id is
 * `active`, the others are `accepted`.
 */
export function keyringFromSecrets(secrets: RootSecrets): Keyring {
  const ring = new Map<string, TokenKey>()
  for (const id of secrets.ids) {
    const active = id === secrets.signingId
    const derive = (): Promise<CryptoKey> => secrets.deriveHmacKey(id, PURPOSE)
    const key: TokenKey = {
      kid: String(id),
      alg: 'HS256',
      state: active ? 'active' : 'accepted',
      verificationKey: derive,
      signingKey: () => (active ? derive() : undefined),
    }
    ring.set(key.kid, Object.freeze(key))
  }
  return toKeyring(ring)
}

function toTokenKey({ kid, alg }: CheckedKeyInput, state: KeyState, { verifying, signing }: ImportedKey): TokenKey {
  const own = state === 'active' ? signing : undefined
  return Object.freeze<TokenKey>({ kid, alg, state, verificationKey: () => verifying, signingKey: () => own })
}

function toKeyring(ring: ReadonlyMap<string, TokenKey>): Keyring {
  return Object.freeze<Keyring>({ active: findActive(ring), find: (kid) => ring.get(kid) })
}

function findActive(ring: ReadonlyMap<string, TokenKey>): TokenKey | undefined {
  return [...ring.values()].find((key) => key.state === 'active')
}

async function importKey(input: CheckedKeyInput): Promise<ImportedKey> {
  let imported: ImportedKey
  let works: boolean
  try {
    imported = await importSource(input)
    works = await isWorking(imported)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    // What the platform says about a key may quote it.
    throw new ConfigError(input.path, FORM)
  }
  if (!works) throw new ConfigError(input.path, 'must not have a public and a private half of different keys')
  return imported
}

async function importSource({ source, alg, path }: CheckedKeyInput): Promise<ImportedKey> {
  switch (source.kind) {
    case 'secret': {
      const hmac = { name: 'HMAC', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('raw', source.bytes, hmac, false, ['sign', 'verify'])
      return { verifying: key, signing: key }
    }
    case 'ed25519':
      return {
        verifying: await importEd25519(source.x, undefined, alg),
        signing: source.d === undefined ? undefined : await importEd25519(source.x, source.d, alg),
      }
    case 'spki':
      return { verifying: await importSPKI(source.pem, alg), signing: undefined }
    case 'pkcs8': {
      const half = await publicHalf(await importPKCS8(source.pem, alg, { extractable: true }), alg)
      return { verifying: half, signing: await importPKCS8(source.pem, alg) }
    }
    case 'cryptoKey':
      return checkCryptoKeys(path, alg, source)
  }
}

async function checkCryptoKeys(
  path: string,
  alg: KeyAlgorithm,
  { publicKey, privateKey }: { readonly publicKey: unknown; readonly privateKey: unknown },
): Promise<ImportedKey> {
  const signing = checkCryptoKey(path, alg, privateKey, 'sign')
  if (publicKey !== undefined) {
    const verifying = checkCryptoKey(path, alg, publicKey, 'verify')
    if (verifying === undefined) throw new ConfigError(path, 'must have a key that may verify')
    return { verifying, signing }
  }
  if (signing === undefined) throw new ConfigError(path, 'must be a CryptoKey or a pair of them')
  if (!signing.extractable) {
    throw new ConfigError(path, 'must be a pair: a private key that cannot be exported does not verify')
  }
  return { verifying: await publicHalf(signing, alg), signing }
}

/** Checks what a CryptoKey says of itself. Undefined: it was not given, or is a shared secret that may not be used so. */
function checkCryptoKey(
  path: string,
  alg: KeyAlgorithm,
  key: unknown,
  usage: 'sign' | 'verify',
): CryptoKey | undefined {
  if (key === undefined) return undefined
  if (Object.prototype.toString.call(key) !== '[object CryptoKey]') {
    throw new ConfigError(path, 'must be a CryptoKey or a pair of them')
  }
  const candidate = key as CryptoKey
  const { name, hash, length } = candidate.algorithm as { name: string; hash?: { name: string }; length?: number }
  const type = alg === 'HS256' ? 'secret' : usage === 'sign' ? 'private' : 'public'
  const fits =
    alg === 'HS256' ? name === 'HMAC' && hash?.name === 'SHA-256' && (length ?? 0) >= 256 : name === 'Ed25519'
  if (!fits || candidate.type !== type) throw new ConfigError(path, FORM)
  if (candidate.usages.includes(usage)) return candidate
  if (type === 'secret') return undefined
  throw new ConfigError(path, `must be a key that may ${usage}`)
}

async function importEd25519(x: string, d: string | undefined, alg: KeyAlgorithm): Promise<CryptoKey> {
  const jwk = d === undefined ? { kty: 'OKP', crv: 'Ed25519', x } : { kty: 'OKP', crv: 'Ed25519', x, d }
  return (await importJWK(jwk, alg)) as CryptoKey
}

async function publicHalf(privateKey: CryptoKey, alg: KeyAlgorithm): Promise<CryptoKey> {
  const { x } = await exportJWK(privateKey)
  return importEd25519(x as string, undefined, alg)
}

/** Tries a key out: what it signs it verifies, and a signature of zeros it does not. */
async function isWorking({ verifying, signing }: ImportedKey): Promise<boolean> {
  const { name } = verifying.algorithm
  if (await crypto.subtle.verify(name, verifying, new Uint8Array(64), PROBE)) return false
  if (signing === undefined) return true
  return crypto.subtle.verify(name, verifying, await crypto.subtle.sign(name, signing, PROBE), PROBE)
}
