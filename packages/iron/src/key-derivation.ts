/**
 * The keys of a seal, each derived from the password and a salt of its own: PBKDF2 (RFC 8018) with HMAC-SHA-1 and one round.
 *
 * @module
 */

import type { NodeCrypto } from '@latchkey/core'
import { createRekeyedHmac, writeBytes } from './rekeyed-hmac.ts'

/** Derives 32 bytes. The salt is 64 hexadecimal digits, which count as text. */
export type DeriveKey = (password: string, salt: string) => Uint8Array<ArrayBuffer>

const SALT_LENGTH = 64
/** The number of the block, in four bytes, after the salt. */
const INPUT_LENGTH = SALT_LENGTH + 4
const BLOCK_LENGTH = 20
const KEY_LENGTH = 32

const encoder = new TextEncoder()

/** Creates the derivation. In one round each block is one code, of the salt and of its own number. */
export function createKeyDerivation(node: NodeCrypto): DeriveKey {
  const hmac = createRekeyedHmac('sha1', INPUT_LENGTH, node)
  // An application has one password or two.
  let last: string | undefined

  function blockOf(number: number): string {
    hmac.input[INPUT_LENGTH - 1] = number
    return hmac.sign()
  }

  return function deriveKey(password, salt) {
    if (password !== last) hmac.setKey(encoder.encode(password))
    last = password
    writeBytes(salt, hmac.input)
    const key = new Uint8Array(KEY_LENGTH)
    writeBytes(blockOf(1), key)
    writeBytes(blockOf(2).slice(0, KEY_LENGTH - BLOCK_LENGTH), key, BLOCK_LENGTH)
    return key
  }
}
