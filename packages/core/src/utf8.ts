/**
 * UTF-8 (RFC 3629) that has one meaning only.
 *
 * @module
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads UTF-8. A byte order mark is a character like any other. Undefined for ill-formed bytes; nothing is thrown. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
