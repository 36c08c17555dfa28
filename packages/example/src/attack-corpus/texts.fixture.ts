/**
 * Texts of the attack corpus: spellings of a credential that are not it, and bodies.
 *
 * @module
 */

import type { RawAnswer } from '../attack-corpus.fixture.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Changes the bits of the last character that base64url does not use: the same bytes in another spelling. */
export function changeUnusedBits(text: string): string {
  return text.slice(0, -1) + ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) + 1)
}

/** Swaps the case of the last letter. */
export function swapLastCase(text: string): string {
  return text.replace(/[A-Za-z](?=[^A-Za-z]*$)/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

/** Changes one character in the middle of the secret. */
export function flipSecret(text: string): string {
  const at = text.lastIndexOf('.') + 20
  return text.slice(0, at) + (text.charAt(at) === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** The JSON in a body, whose chunks have their lengths around it; null when there is none. */
export function jsonOf({ body }: RawAnswer): unknown {
  return JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? 'null')
}
