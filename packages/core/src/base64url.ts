/**
 * Canonical base64url without padding (RFC 4648 section 5): one spelling for each sequence of bytes.
 *
 * @module
 */

import { nodeBuffer, type NodeBuffer } from './runtime.ts'
import { decodeUtf8 } from './utf8.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES: Uint8Array = new Uint8Array(128).fill(255)
for (let index = 0; index < ALPHABET.length; index += 1) VALUES[ALPHABET.charCodeAt(index)] = index

const encoder = new TextEncoder()
/** What a lenient reader of UTF-8 puts in the place of what is none. */
const REPLACEMENT = '\ufffd'

/**
 * Writes bytes as base64url without padding.
 *
 * @param buffer The `Buffer` to use; null for our own code. Default: the platform's. Both answer alike, here and below.
 */
export function encodeBase64url(bytes: Uint8Array, buffer: NodeBuffer | null = nodeBuffer): string {
  // A copy: what is small has no memory that could be looked at in place, and would be given some for that.
  if (buffer !== null) return buffer.from(bytes).toString('base64url')
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const first = bytes[index] as number
    const second = bytes[index + 1]
    const third = bytes[index + 2]
    text += ALPHABET.charAt(first >> 2) + ALPHABET.charAt(((first & 3) << 4) | ((second ?? 0) >> 4))
    if (second !== undefined) text += ALPHABET.charAt(((second & 15) << 2) | ((third ?? 0) >> 6))
    if (third !== undefined) text += ALPHABET.charAt(third & 63)
  }
  return text
}

/** Writes text, as UTF-8, as base64url without padding. */
export function encodeTextBase64url(text: string, buffer: NodeBuffer | null = nodeBuffer): string {
  return buffer === null ? encodeBase64url(encoder.encode(text), null) : buffer.from(text, 'utf8').toString('base64url')
}

/**
 * Reads canonical base64url.
 *
 * @returns The bytes; undefined for padding, any character outside the alphabet, an impossible length, or unused bits
 * that are not zero (RFC 4648 section 3.5), so that no two texts give the same bytes.
 */
export function decodeBase64url(
  text: string,
  buffer: NodeBuffer | null = nodeBuffer,
): Uint8Array<ArrayBuffer> | undefined {
  if (buffer !== null) {
    const bytes = buffer.from(text, 'base64url')
    // `Buffer` passes over what it cannot read. The canonical spelling is the one that it writes.
    if (bytes.toString('base64url') !== text) return undefined
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  }
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let accumulator = 0
  let bits = 0
  let length = 0
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES[text.charCodeAt(index)] ?? 255
    if (value === 255) return undefined
    accumulator = ((accumulator << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[length] = (accumulator >> bits) & 255
      length += 1
    }
  }
  return (accumulator & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/**
 * Reads canonical base64url of text in UTF-8.
 *
 * @returns The text, with a byte order mark if there is one; undefined for what `decodeBase64url` refuses, and for ill-formed UTF-8.
 */
export function decodeTextBase64url(text: string, buffer: NodeBuffer | null = nodeBuffer): string | undefined {
  if (buffer !== null) {
    const bytes = buffer.from(text, 'base64url')
    if (bytes.toString('base64url') !== text) return undefined
    const decoded = bytes.toString('utf8')
    // A replacement character may also be what was written: then it is looked at byte by byte.
    return decoded.includes(REPLACEMENT) ? decodeUtf8(bytes) : decoded
  }
  const bytes = decodeBase64url(text, null)
  return bytes && decodeUtf8(bytes)
}
