/**
 * Any string as text that every database keeps unchanged.
 *
 * PostgreSQL refuses NUL, and drivers turn half a surrogate pair into U+FFFD, which would make different subjects equal.
 * Those characters are written as U+FFFD and four hex digits, and so is U+FFFD itself; other text stands as it is.
 *
 * @module
 */

const ESCAPE = '\ufffd'
// With the flag `u`, the range of surrogates matches only those that are half of no pair.
const UNSAFE = /[\0\ufffd\ud800-\udfff]/gu
const ESCAPED = /\ufffd([0-9a-f]{4})/g

/** Writes a string so that it survives any database. Different strings give different texts. */
export function toStoredText(value: string): string {
  return value.replace(UNSAFE, (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** Reads what `toStoredText` wrote. */
export function fromStoredText(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replace(ESCAPED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
