/**
 * Canonical base64 of the alphabet with `+` and `/` (RFC 4648 section 4).
 *
 * @module
 */

/**
 * Decodes base64.
 *
 * @param padded Whether it ends in padding (Django) or has none (PHC strings).
 * @returns Undefined for any other spelling than the one that encoding the bytes gives, so that no two texts give the same bytes.
 */
export function decodeBase64(text: string, padded: boolean): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return encodeBase64(bytes, padded) === text ? bytes : undefined
}

/** Encodes bytes as base64. */
export function encodeBase64(bytes: Uint8Array, padded: boolean): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return padded ? text : text.replace(/=+$/, '')
}
