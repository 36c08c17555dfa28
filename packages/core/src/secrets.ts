/**
 * Root secrets: the material from which every symmetric key is derived, one for each purpose.
 *
 * @module
 */

import { encodeBase64url } from './base64url.ts'
import { ConfigError, UsageError } from './faults.ts'
import { createHmacKey, createWebHmacKey, type HmacKey } from './hmac.ts'
import type { NodeCrypto } from './platform-crypto.ts'
import { nodeCrypto } from './runtime.ts'

/**
 * Root secrets by id. Ids are whole numbers from 1 to 2^31-1 that are never reused. Each secret is at least 32 bytes; text
 * counts as its UTF-8 bytes and is decoded no further.
 */
export type Secrets = { readonly [id: number]: string | Uint8Array }

/** The root secrets of an application, closed over: no member holds or shows any of their bytes. Frozen. */
export interface RootSecrets {
  /** The id whose keys sign. */
  readonly signingId: number
  /** The highest id there is. A higher one belongs to a newer configuration, not to a forger. */
  readonly highestId: number
  /** Every id, ascending. */
  readonly ids: readonly number[]
  /** Tells whether there is a secret of this id. */
  has(id: number): boolean
  /**
   * Derives the key of one purpose: HKDF-SHA-256 (RFC 5869) with an empty salt and `latchkey/v1/<purpose>/<id>` as its info, to
   * a 32-byte key for HMAC-SHA-256. Remembered for each id and purpose, so
   * `purpose` must be a constant of the program.
   *
   * @throws {UsageError} `argument` when there is no secret of this id.
   */
  deriveHmacKey(id: number, purpose: string): HmacKey
  /**
   * Derives text of one purpose, for a library that takes a password and no key: the same HKDF, as 32 bytes in base64url (43
   * characters). A purpose of its own, never one of `deriveHmacKey`: the bytes would be the same.
   *
   * @throws {UsageError} `argument` when there is no secret of this id.
   */
  deriveText(id: number, purpose: string): Promise<string>
}

const ID = /^[1-9]\d{0,9}$/
const MAX_ID = 2 ** 31 - 1
const MIN_BYTES = 32
const MIN_BITS = 128
const HOW = 'make one with: openssl rand -base64 32'
const encoder = new TextEncoder()

/**
 * Creates the root secrets of an application. Bytes are copied: what the caller does with its buffer later changes nothing.
 *
 * @param secrets A `Secrets` object; own enumerable members only.
 * @param signWith The id that signs. Default: the highest.
 * @param node As for `createHmacKey`.
 * @throws {ConfigError} `secrets`, `secrets.<id>` or `signWith`. The message never holds any of the material.
 */
export function createRootSecrets(
  secrets: unknown,
  signWith?: unknown,
  node: NodeCrypto | null = nodeCrypto,
): RootSecrets {
  if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets) || ArrayBuffer.isView(secrets)) {
    throw new ConfigError('secrets', 'must be an object of secrets by id, such as { 1: secret }')
  }
  const material = new Map<number, Uint8Array<ArrayBuffer>>()
  for (const [name, value] of Object.entries(secrets)) {
    if (!ID.test(name) || Number(name) > MAX_ID) {
      throw new ConfigError('secrets', 'must have whole numbers from 1 to 2147483647 as ids')
    }
    material.set(Number(name), copyKeyMaterial(`secrets.${name}`, value))
  }
  const ids = Object.freeze([...material.keys()].sort((one, other) => one - other))
  const highestId = ids.at(-1)
  if (highestId === undefined) throw new ConfigError('secrets', `must hold at least one secret; ${HOW}`)
  const signingId = signWith === undefined ? highestId : signWith
  if (typeof signingId !== 'number' || !material.has(signingId)) {
    throw new ConfigError('signWith', 'must be the id of one of "secrets"')
  }

  const keys = new Map<string, HmacKey>()
  const texts = new Map<string, Promise<string>>()

  /** The value of one id and purpose, derived when it is first asked for. */
  function remember<Derived>(
    known: Map<string, Derived>,
    id: number,
    purpose: string,
    derive: (bytes: Uint8Array<ArrayBuffer>, info: string) => Derived,
  ): Derived {
    const info = `latchkey/v1/${purpose}/${id}`
    const before = known.get(info)
    if (before !== undefined) return before
    const bytes = material.get(id)
    if (bytes === undefined) throw new UsageError('argument', 'There is no secret of this id')
    const derived = derive(bytes, info)
    known.set(info, derived)
    return derived
  }

  return Object.freeze<RootSecrets>({
    signingId,
    highestId,
    ids,
    has: (id) => material.has(id),
    deriveHmacKey: (id, purpose) => remember(keys, id, purpose, (bytes, info) => deriveKey(bytes, info, node)),
    deriveText: async (id, purpose) => remember(texts, id, purpose, deriveText),
  })
}

/**
 * Copies a secret, and refuses what is none: a key in text form, a key in DER form, a short or a guessable secret.
 *
 * How hard it is to guess is a Shannon estimate over the bytes of its shortest period: at least 128 bits. It finds repeated
 * and tiny-alphabet secrets; it cannot tell a long phrase that everybody knows from a random one.
 *
 * @param value Text (its UTF-8 bytes) or a `Uint8Array`.
 * @param minBytes Default 32.
 * @throws {ConfigError} For `option`.
 */
export function copyKeyMaterial(option: string, value: unknown, minBytes: number = MIN_BYTES): Uint8Array<ArrayBuffer> {
  if (typeof value === 'string' && !value.isWellFormed()) throw new ConfigError(option, 'must be well-formed Unicode')
  const bytes = typeof value === 'string' ? encoder.encode(value) : isBytes(value) ? new Uint8Array(value) : undefined
  if (bytes === undefined)
    throw new ConfigError(option, `must be text or a Uint8Array, and is ${describeType(value)}; ${HOW}`)
  if (isKeyText(bytes) || isDer(bytes)) {
    throw new ConfigError(
      option,
      'must be random material, and is a PEM, JWK or DER key: give keys to createKeyring instead',
    )
  }
  if (bytes.length < minBytes) throw new ConfigError(option, `must be at least ${minBytes} bytes; ${HOW}`)
  if (estimateBits(bytes) < MIN_BITS) throw new ConfigError(option, `must be harder to guess than it is; ${HOW}`)
  return bytes
}

function deriveKey(bytes: Uint8Array<ArrayBuffer>, info: string, node: NodeCrypto | null): HmacKey {
  if (node !== null) {
    const derived = node.hkdfSync('sha256', bytes, new Uint8Array(), encoder.encode(info), 32)
    return createHmacKey('SHA-256', new Uint8Array(derived), node)
  }
  return createWebHmacKey(async () => {
    const root = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(info) },
      root,
      { name: 'HMAC', hash: 'SHA-256', length: 256 },
      false,
      ['sign', 'verify'],
    )
  })
}

async function deriveText(bytes: Uint8Array<ArrayBuffer>, info: string): Promise<string> {
  const root = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(info) }
  return encodeBase64url(new Uint8Array(await crypto.subtle.deriveBits(derivation, root, 256)))
}

// By tag and not by `instanceof`: test runners put bytes of another realm into a process.
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array'
}

function isKeyText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trimStart()
    return text.includes('-----BEGIN') || text.startsWith('{') || text.startsWith('[')
  } catch {
    return false
  }
}

// A DER sequence that fills the bytes and starts with another one (SPKI) or an integer (PKCS#1, PKCS#8, SEC 1).
function isDer(bytes: Uint8Array): boolean {
  const [tag, short = 0, first = 0, second = 0] = bytes
  if (tag !== 0x30 || short > 0x82) return false
  const [length, at] = short < 0x80 ? [short, 2] : short === 0x81 ? [first, 3] : [first * 256 + second, 4]
  return length === bytes.length - at && (bytes[at] === 0x30 || bytes[at] === 0x02)
}

function estimateBits(bytes: Uint8Array): number {
  const unit = bytes.subarray(0, periodOf(bytes))
  const counts = new Map<number, number>()
  for (const byte of unit) counts.set(byte, (counts.get(byte) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / unit.length)
  return bits
}

/** The length of the shortest prefix that, repeated, gives all the bytes. Linear (Knuth, Morris and Pratt). */
function periodOf(bytes: Uint8Array): number {
  const borders = new Uint32Array(bytes.length)
  let border = 0
  for (let index = 1; index < bytes.length; index += 1) {
    while (border > 0 && bytes[index] !== bytes[border]) border = borders[border - 1] as number
    if (bytes[index] === bytes[border]) border += 1
    borders[index] = border
  }
  return bytes.length - border
}

function describeType(value: unknown): string {
  return value === null || value === undefined ? String(value) : typeof value
}
