/**
 * Sealing and opening by `node:crypto`, synchronously: the same bytes as iron's, without a hop through the thread pool for each of the
 * operations that a seal takes.
 *
 * @module
 */

import { systemRuntime, type JsonValue, type NodeBuffer, type NodeCrypto, type NodeKey } from '@latchkey/core'
import { createKeyDerivation } from './key-derivation.ts'
import { createRekeyedHmac, toBytes, writeBytes } from './rekeyed-hmac.ts'
import type { SealBox } from './seal-box.ts'

const PREFIX = 'Fe26.2'
const SUFFIX = '~2'
const CIPHER = 'aes-256-cbc'
const SALT_BYTES = 32
const IV_BYTES = 16
/** Of a seal that a cookie can hold; room for a longer one is made when there is one. */
const LONGEST = 4_096
/** So long after its expiration iron still opens a seal, in milliseconds. */
const SKEW = 60_000

// Not by `Buffer`, which would leave what is secret in memory that it shares with whoever makes a small buffer.
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Creates the box.
 *
 * @param node The platform's `node:crypto`.
 * @param buffer The platform's `Buffer`.
 */
export function createNodeBox(node: NodeCrypto, buffer: NodeBuffer): SealBox {
  const deriveKey = createKeyDerivation(node)
  let hmac = createRekeyedHmac('sha256', LONGEST, node)

  // As a key object: a cipher that is given raw bytes makes a key of them at a higher price.
  const cipherKey = (password: string, salt: string): NodeKey => node.createSecretKey(deriveKey(password, salt))

  function macOf(signed: string, password: string, salt: string): Uint8Array<ArrayBuffer> {
    if (signed.length > hmac.input.length) hmac = createRekeyedHmac('sha256', signed.length, node)
    hmac.setKey(deriveKey(password, salt))
    writeBytes(signed, hmac.input)
    return toBytes(hmac.sign(signed.length))
  }

  function write(bytes: Uint8Array<ArrayBuffer>, encoding: 'base64url' | 'hex'): string {
    return buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding)
  }

  return Object.freeze<SealBox>({
    seal(values, { id, text: password }, ttl) {
      const random = systemRuntime.randomBytes(2 * SALT_BYTES + IV_BYTES)
      const salts = write(random.subarray(0, 2 * SALT_BYTES), 'hex')
      const salt = salts.slice(0, salts.length / 2)
      const macSalt = salts.slice(salts.length / 2)
      const iv = random.subarray(2 * SALT_BYTES)
      const cipher = node.createCipheriv(CIPHER, cipherKey(password, salt), iv)
      const sealed = join(cipher.update(encoder.encode(JSON.stringify(values))), cipher.final())
      const expiresAt = systemRuntime.now() + ttl * 1_000
      const signed = `${PREFIX}*${id}*${salt}*${write(iv, 'base64url')}*${write(sealed, 'base64url')}*${expiresAt}`
      return `${signed}*${macSalt}*${write(macOf(signed, password, macSalt), 'base64url')}${SUFFIX}`
    },

    unseal({ passwordId, expiresAt, salt, iv, ciphertext, signed, macSalt, mac }, { id, text: password }) {
      if (passwordId !== id || expiresAt <= systemRuntime.now() - SKEW) return undefined
      const expected = macOf(signed, password, macSalt)
      const given = buffer.from(mac, 'base64url')
      if (given.length !== expected.length || !node.timingSafeEqual(given, expected)) return undefined
      // Only who has the password comes this far, so that nothing is told by what fails here.
      try {
        const cipher = node.createDecipheriv(CIPHER, cipherKey(password, salt), buffer.from(iv, 'base64url'))
        const bytes = join(cipher.update(buffer.from(ciphertext, 'base64url')), cipher.final())
        return (JSON.parse(decoder.decode(bytes)) as JsonValue) ?? {}
      } catch {
        return undefined
      }
    },
  })
}

function join(first: Uint8Array, last: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + last.length)
  bytes.set(first)
  bytes.set(last, first.length)
  return bytes
}
