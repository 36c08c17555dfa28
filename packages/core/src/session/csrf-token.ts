/**
 * CSRF tokens: text that a page of the application has and a page elsewhere cannot know, bound to one session.
 *
 * @module
 */

import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import type { Runtime, SessionRecord } from '../ports.ts'
import type { RootSecrets } from '../secrets.ts'

/** What a token is bound to: the session, and its salt, which changes with every change of privilege. */
export type CsrfGround = Pick<SessionRecord, 'id' | 'salt'>

/** The CSRF tokens of one configuration. */
export interface CsrfTokens {
  /** Makes a token. Each is a new text, so that compressed pages that hold one give nothing of it away; all of them are good. */
  issue(session: CsrfGround): Promise<string>
  /** Tells whether a text of any bytes is a token of this session. Constant time in the MAC. */
  verify(text: string, session: CsrfGround): Promise<boolean>
}

const PURPOSE = 'csrf-token'
const NONCE_LENGTH = 16
const GRAMMAR = /^[A-Za-z0-9_-]{64}$/
const encoder = new TextEncoder()

/**
 * Creates the CSRF tokens of a configuration: a random nonce of 16 bytes, and HMAC-SHA-256 over nonce, session id and salt. Nothing
 * is stored. The newest root secret signs, and all verify.
 *
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Signed Double-Submit Cookie"
 */
export function createCsrfTokens(secrets: RootSecrets, runtime: Runtime): CsrfTokens {
  return Object.freeze<CsrfTokens>({
    async issue(session) {
      const nonce = runtime.randomBytes(NONCE_LENGTH)
      const mac = await secrets.deriveHmacKey(secrets.signingId, PURPOSE).sign(macInput(nonce, session))
      return encodeBase64url(concat(nonce, new Uint8Array(mac)))
    },
    async verify(text, session) {
      const bytes = GRAMMAR.test(text) ? decodeBase64url(text) : undefined
      if (bytes === undefined) return false
      const input = macInput(bytes.subarray(0, NONCE_LENGTH), session)
      for (const id of secrets.ids) {
        const key = secrets.deriveHmacKey(id, PURPOSE)
        if (await key.verify(input, bytes.subarray(NONCE_LENGTH))) return true
      }
      return false
    },
  })
}

/** Nonce and id have one length each, so that no two inputs of different parts are equal. */
function macInput(nonce: Uint8Array, { id, salt }: CsrfGround): Uint8Array<ArrayBuffer> {
  return concat(nonce, encoder.encode(id + salt))
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}
