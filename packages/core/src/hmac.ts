/**
 * Keys for HMAC: synchronous where there is a `node:crypto`, through the Web Cryptography API elsewhere.
 *
 * @module
 */

import type { CryptoKey, NodeCrypto, NodeKey } from './platform-crypto.ts'
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
      ? createNodeKey(hash, node.KeyObject.from(material), node)
      : createWebHmacKey(async () => material)
  }
  if (node !== null) return createNodeKey(hash, node.createSecretKey(material), node)
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

function createNodeKey(hash: HmacHash, key: NodeKey, node: NodeCrypto): HmacKey {
  const name = hash.replace('-', '').toLowerCase()
  const sign = (input: string | Uint8Array): Uint8Array<ArrayBuffer> =>
    node.createHmac(name, key).update(input).digest()
  return Object.freeze<HmacKey>({
    sign,
    verify(input, mac) {
      const expected = sign(input)
      return expected.length === mac.length && node.timingSafeEqual(expected, mac)
    },
  })
}
