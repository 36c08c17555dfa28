/**
 * Importing keys: from the forms in which they are kept to keys that work.
 *
 * @module
 */

import { calculateJwkThumbprint, exportJWK, importPKCS8, importSPKI } from 'jose'

import { ConfigError } from '../faults.ts'
import type { CryptoKey, NodeCrypto } from '../platform-crypto.ts'
import { nodeCrypto } from '../runtime.ts'
import { parametersOf, type KeyAlgorithm } from './algorithm.ts'
import { KEY_FORM, toCryptoKey, tryOut, withoutMaterial } from './jwk-import.ts'
import { parseJwk, type JsonWebKey } from './jwk.ts'
import type { CheckedKeyInput } from './key-input.ts'
import type { Signature, SignatureKeys } from './signature.ts'

/** A key, imported and tried out. */
export interface ImportedKey {
  /** The given id, or the thumbprint of the public key. */
  readonly kid: string
  readonly signature: Signature
  /** The public half and nothing else; undefined for a secret. */
  readonly publicJwk: JsonWebKey | undefined
}

/**
 * The thumbprint of a public key (RFC 7638, with SHA-256): 43 characters that name the key by itself.
 *
 * @throws {TypeError} For something that is no JWK.
 */
export async function toThumbprint(jwk: JsonWebKey): Promise<string> {
  return calculateJwkThumbprint(jwk, 'sha256')
}

/**
 * Imports a key and tries it out.
 *
 * @throws {ConfigError} The message never holds any of the material.
 */
export function importKey(input: CheckedKeyInput, node: NodeCrypto | null = nodeCrypto): Promise<ImportedKey> {
  return withoutMaterial(input.path, async () => {
    const source = await importSource(input, node !== null)
    const { publicJwk } = source
    const signature = await tryOut(input.path, input.alg, source, node)
    return { kid: input.kid ?? (await toThumbprint(publicJwk as JsonWebKey)), signature, publicJwk }
  })
}

type Source = SignatureKeys & { readonly publicJwk: JsonWebKey | undefined }

/** `extractable`: so that `node:crypto` may have the key; it is dropped right after. */
async function importSource({ source, alg, path }: CheckedKeyInput, extractable: boolean): Promise<Source> {
  switch (source.kind) {
    case 'secret': {
      const { hash } = parametersOf(alg) as { readonly hash: string }
      const hmac = { name: 'HMAC', hash }
      const key = await crypto.subtle.importKey('raw', source.bytes, hmac, extractable, ['sign', 'verify'])
      return { verifying: key, signing: key, publicJwk: undefined }
    }
    case 'jwk': {
      const signing = source.privateJwk && (await toCryptoKey(source.privateJwk, alg, extractable))
      return { verifying: await toCryptoKey(source.publicJwk, alg), signing, publicJwk: source.publicJwk }
    }
    case 'spki':
      return withPublicJwk(path, alg, await importSPKI(source.pem, alg), undefined)
    case 'pkcs8': {
      const exportable = await importPKCS8(source.pem, alg, { extractable: true })
      return withPublicJwk(path, alg, exportable, await importPKCS8(source.pem, alg, { extractable }))
    }
    case 'cryptoKey':
      return checkCryptoKeys(path, alg, source)
  }
}

async function checkCryptoKeys(
  path: string,
  alg: KeyAlgorithm,
  { publicKey, privateKey }: { readonly publicKey: unknown; readonly privateKey: unknown },
): Promise<Source> {
  const signing = checkCryptoKey(path, alg, privateKey, 'sign')
  const verifying = checkCryptoKey(path, alg, publicKey, 'verify')
  const shown = verifying ?? signing
  if (shown === undefined) {
    throw new ConfigError(
      path,
      publicKey === undefined ? 'must be a CryptoKey or a pair of them' : 'must be a key that may verify',
    )
  }
  if (shown.type === 'secret') {
    if (verifying === undefined) throw new ConfigError(path, 'must be a key that may verify')
    return { verifying, signing, publicJwk: undefined }
  }
  if (!shown.extractable) {
    throw new ConfigError(path, 'must have a public half that can be exported: give a pair, or the public key')
  }
  return withPublicJwk(path, alg, shown, signing)
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
  const type = parametersOf(alg).kty === 'oct' ? 'secret' : usage === 'sign' ? 'private' : 'public'
  if (!fits(candidate, alg) || candidate.type !== type) throw new ConfigError(path, KEY_FORM)
  if (candidate.usages.includes(usage)) return candidate
  if (type === 'secret') return undefined
  throw new ConfigError(path, `must be a key that may ${usage}`)
}

function fits({ algorithm }: CryptoKey, alg: KeyAlgorithm): boolean {
  const { name, hash, length, namedCurve } = algorithm as {
    readonly name: string
    readonly hash?: { readonly name: string }
    readonly length?: number
    readonly namedCurve?: string
  }
  const parameters = parametersOf(alg)
  switch (parameters.kty) {
    case 'oct':
      return name === 'HMAC' && hash?.name === parameters.hash && (length ?? 0) >= parameters.bytes * 8
    case 'RSA': {
      const scheme = parameters.saltBytes === undefined ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS'
      return name === scheme && hash?.name === parameters.hash
    }
    case 'EC':
      return name === 'ECDSA' && namedCurve === parameters.crv
    case 'OKP':
      return name === 'Ed25519'
  }
}

/** Reads the public half of a key that can be exported, checks it, and makes a key of it. */
async function withPublicJwk(
  path: string,
  alg: KeyAlgorithm,
  exportable: CryptoKey,
  signing: CryptoKey | undefined,
): Promise<Source> {
  const parsed = parseJwk(path, await exportJWK(exportable), { kid: undefined, alg, signs: false })
  const { publicJwk } = parsed as { readonly publicJwk: JsonWebKey }
  return { verifying: await toCryptoKey(publicJwk, alg), signing, publicJwk }
}
