/**
 * What may be a password, and which bytes of it are hashed.
 *
 * @module
 */

/** The longest password in UTF-8 bytes, before and after normalisation. Longer input is refused before any work is done on it (CWE-400). */
export const MAX_PASSWORD_BYTES = 1_024

/** A password that can be hashed. */
export interface PasswordText {
  /** As it was sent. */
  readonly exact: string
  /** In Unicode normalisation form C, which is what is hashed (RFC 8265 section 4.2, step 4). */
  readonly normal: string
}

/**
 * Parses a password: 1 to 1,024 bytes of well-formed Unicode text. U+0000 is a character like any other.
 *
 * Apart from NFC nothing is changed: no trimming, no case folding, no truncation, and no mapping of spaces.
 *
 * @param value Untrusted.
 * @returns Undefined for anything else. Unpaired surrogates are refused, because all of them have the same UTF-8 bytes.
 */
export function parsePassword(value: unknown): PasswordText | undefined {
  // UTF-8 takes at least one byte for each code unit, so the first test bounds the work of the others.
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_PASSWORD_BYTES) return undefined
  if (!value.isWellFormed() || Buffer.byteLength(value) > MAX_PASSWORD_BYTES) return undefined
  const normal = value.normalize('NFC')
  return Buffer.byteLength(normal) > MAX_PASSWORD_BYTES ? undefined : { exact: value, normal }
}
