/**
 * Base64url without padding, as the cookies have it.
 *
 * @module
 */

const GRAMMAR = /^[A-Za-z0-9_-]*$/

/** Reads base64url. Undefined for any character outside the alphabet, an impossible length, and a second spelling of the same bytes. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!GRAMMAR.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const canonical = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return canonical === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined
}
