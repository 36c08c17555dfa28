/**
 * Credentials that nobody gave out, for the proof that a case checks what it measures.
 *
 * @module
 */

/** Changes one character near the end of a token, where its signature is: the tenth from the end, which no padding makes void. */
export function forgeToken(token: string): string {
  const place = token.length - 10
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`
}

/** The same with each cookie of a header. */
export function forgeCookie(header: string): string {
  return header.split('; ').map(forgeToken).join('; ')
}
