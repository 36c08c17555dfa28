/**
 * What may be a login name.
 *
 * @module
 */

const MAX_LENGTH = 320
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** A login name that was typed. */
export interface LoginName {
  /** What to count attempts under. */
  readonly account: string
  /** What to look up; undefined when nobody can have this name, so that it must not reach a database. */
  readonly lookup: string | undefined
}

/**
 * Parses a login name: 1 to 320 characters, the length of the longest e-mail address.
 *
 * Ill-formed text, control characters, and what `canonical` refuses or makes empty or too long, are names that nobody can have: they are
 * judged like any unknown name, without a lookup.
 *
 * @param value Untrusted.
 * @returns Undefined when it is no text, empty, or too long.
 */
export function parseLogin(value: unknown, canonical: (login: string) => string | undefined): LoginName | undefined {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_LENGTH) return undefined
  if (!isPlain(value)) return { account: value, lookup: undefined }
  const lookup = canonical(value)
  if (typeof lookup !== 'string' || lookup.length === 0 || lookup.length > MAX_LENGTH || !isPlain(lookup)) {
    return { account: value, lookup: undefined }
  }
  return { account: lookup, lookup }
}

function isPlain(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text)
}
