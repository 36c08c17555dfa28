/**
 * Keys for HMAC: synchronous where there is a `node:crypto`, through the Web Cryptography API elsewhere.
 *
 * @module
 */

import type { CryptoKey, NodeCrypto } from './platform-crypto.ts'
import { nodeCrypto } from './runtime.ts'

/** The hash functions that HMAC is used with, as the Web Cryptography API names them. */
export type HmacHash = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** A key that makes and checks message authentication codes (RFC 2104). Frozen; no member holds or shows its bytes. */
export interface HmacKey {
  /** The code of bytes, or of text as UTF-8. As long as the hash. */
  sign(input: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  /** Tells whether bytes are the whole code of an input. Constant time in the code; false for any other length. */
  verify(input: string | Uint8Array<ArrayBuffer>, mac: Uint8Array<ArrayBuffer>): boolean | Promise<boolean>
}

const encoder = new TextEncoder()
/** Bytes: of a block that is hashed at a time, and of a hash (FIPS 180-4). */
const SIZES = {
  'SHA-256': { block: 64, length: 32 },
  'SHA-384': { block: 128, length: 48 },
  'SHA-512': { block: 128, length: 64 },
} as const
/** Text up to so many bytes is hashed in memory that waits for it: every token that is looked at. */
const SHORT = 8_192

/**
 * Creates a key for HMAC. How long it is and how hard to guess is not checked here.
 *
 * @param material Bytes, which are copied; or a key of the Web Cryptography API for HMAC with this hash, which stays there
 * unless it can be exported.
 * @param node The `node:crypto` to use; null for the Web Cryptography API. Default: the platform's. Both answer alike.
 */
export function createHmacKey(
  hash: HmacHash,
  material: Uint8Array<ArrayBuffer> | CryptoKey,
  node: NodeCrypto | null = nodeCrypto,
): HmacKey {
  if (!ArrayBuffer.isView(material)) {
    return node !== null && material.extractable
      ? createNodeKey(hash, node.KeyObject.from(material).export(), node)
      : createWebHmacKey(async () => material)
  }
  if (node !== null) return createNodeKey(hash, material, node)
  const bytes = material.slice()
  return createWebHmacKey(() =>
    crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign', 'verify']),
  )
}

/** Creates a key for HMAC through the Web Cryptography API, from a key that is made when it is first used. */
export function createWebHmacKey(make: () => Promise<CryptoKey>): HmacKey {
  let made: Promise<CryptoKey> | undefined
  const key = (): Promise<CryptoKey> => (made ??= make())
  const toBytes = (input: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
    typeof input === 'string' ? encoder.encode(input) : input
  return Object.freeze<HmacKey>({
    sign: async (input) => new Uint8Array(await crypto.subtle.sign('HMAC', await key(), toBytes(input))),
    verify: async (input, mac) => crypto.subtle.verify('HMAC', await key(), mac, toBytes(input)),
  })
}

/**
 * HMAC as two hashes (RFC 2104 section 2), each by one call: `createHmac` makes a stream for every code, which costs more than twice as much
 * as what is hashed.
 */
function createNodeKey(hash: HmacHash, secret: Uint8Array, node: NodeCrypto): HmacKey {
  const name = hash.replace('-', '').toLowerCase()
  const { block, length } = SIZES[hash]
  const key = secret.length > block ? setBytes(new Uint8Array(length), 0, node.hash(name, secret, 'latin1')) : secret
  const inner = pad(key, 0x36, block)
  const outer = concat(pad(key, 0x5c, block), new Uint8Array(length))
  const short = concat(inner, new Uint8Array(SHORT))
  const afterInner = short.subarray(block)
  const expected = new Uint8Array(length)

  function toHashed(input: string | Uint8Array): Uint8Array {
    if (typeof input !== 'string') return concat(inner, input)
    const { read, written } = encoder.encodeInto(input, afterInner)
    return read === input.length ? short.subarray(0, block + written) : concat(inner, encoder.encode(input))
  }

  // As one character for each byte: bytes would come in a buffer of their own, at twice the price.
  const digest = (input: string | Uint8Array): string =>
    node.hash(name, setBytes(outer, block, node.hash(name, toHashed(input), 'latin1')), 'latin1')

  return Object.freeze<HmacKey>({
    sign: (input) => setBytes(new Uint8Array(length), 0, digest(input)),
    verify: (input, mac) => mac.length === length && node.timingSafeEqual(setBytes(expected, 0, digest(input)), mac),
  })
}

function pad(key: Uint8Array, byte: number, block: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: block }, (_, index) => (key[index] ?? 0) ^ byte)
}

function setBytes(bytes: Uint8Array<ArrayBuffer>, at: number, characters: string): Uint8Array<ArrayBuffer> {
  for (let index = 0; index < characters.length; index += 1) bytes[at + index] = characters.charCodeAt(index)
  return bytes
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}
