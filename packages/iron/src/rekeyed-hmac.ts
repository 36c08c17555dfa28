/**
 * HMAC (RFC 2104) with one key after another, as the keys of seals come.
 *
 * @module
 */

import type { NodeCrypto } from '@latchkey/core'

/** Makes codes of what stands in its input. */
export interface RekeyedHmac {
  /** Where the input is written to. */
  readonly input: Uint8Array
  /** Takes a key, of any length, in the place of the last one. */
  setKey(key: Uint8Array): void
  /** The code of the first bytes of the input, of all by default: one character for each byte of it. */
  sign(length?: number): string
}

/** Both hashes take what they hash in blocks of so many bytes (FIPS 180-4). */
const BLOCK = 64
const LENGTHS = { sha1: 20, sha256: 32 } as const

/**
 * Creates an HMAC of two hashes, each by one call: `createHmac` makes a stream and wants a key object, and each of them costs more than what
 * is hashed. The last key and the last input stay in memory until others take their place.
 *
 * @param room The most bytes that the input may have.
 */
export function createRekeyedHmac(hash: keyof typeof LENGTHS, room: number, node: NodeCrypto): RekeyedHmac {
  const inner = new Uint8Array(BLOCK + room)
  const outer = new Uint8Array(BLOCK + LENGTHS[hash])

  return {
    input: inner.subarray(BLOCK),
    setKey(key) {
      const block = key.length > BLOCK ? toBytes(node.hash(hash, key, 'latin1')) : key
      inner.fill(0x36, 0, BLOCK)
      outer.fill(0x5c, 0, BLOCK)
      for (let index = 0; index < block.length; index += 1) {
        const byte = block[index] as number
        inner[index] = byte ^ 0x36
        outer[index] = byte ^ 0x5c
      }
    },
    sign(length = room) {
      const hashed = length === room ? inner : inner.subarray(0, BLOCK + length)
      writeBytes(node.hash(hash, hashed, 'latin1'), outer, BLOCK)
      return node.hash(hash, outer, 'latin1')
    },
  }
}

/** The bytes of text that has one character for each. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  writeBytes(text, bytes)
  return bytes
}

/** Writes text that has one character for each byte. */
export function writeBytes(text: string, bytes: Uint8Array, at = 0): void {
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index)
}
