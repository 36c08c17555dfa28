/**
 * Making and checking signatures: what an engine does with one key.
 *
 * @module
 */

import type { CryptoKey } from '../platform-crypto.ts'
import { nodeBuffer } from '../runtime.ts'

/** One key of one algorithm, at work. Frozen; no member holds or shows its material. */
export interface Signature {
  /**
   * Tells whether bytes are the key's signature of an input.
   *
   * False for every failure, so that none is told from another; nothing is thrown and no promise rejects. HMAC answers at once
   * where the platform can.
   */
  verify(input: SignedInput, signature: Uint8Array<ArrayBuffer>): boolean | Promise<boolean>
  /** Signs an input. Undefined for a key that only verifies. */
  readonly sign: Sign | undefined
}

/** What is signed: bytes, or text as UTF-8. */
export type SignedInput = string | Uint8Array<ArrayBuffer>

/** Signs an input, in the form that tokens carry (RFC 7518 section 3). Rejects when the platform fails. */
export type Sign = (input: SignedInput) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>

/** The halves of a key, as the Web Cryptography API has them; for HMAC both are the same key. */
export interface SignatureKeys {
  readonly verifying: CryptoKey
  readonly signing: CryptoKey | undefined
}

const encoder = new TextEncoder()

/** The bytes of an input. */
export function toBytes(input: SignedInput): Uint8Array<ArrayBuffer> {
  if (typeof input !== 'string') return input
  return nodeBuffer === null ? encoder.encode(input) : nodeBuffer.from(input, 'utf8')
}
