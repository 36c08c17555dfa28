/**
 * Key ids: short text of a safe alphabet, so that one is never a path, a query or a line of a log.
 *
 * @module
 */

const KEY_ID = /^[A-Za-z0-9._~-]{1,256}$/

/** What a key id must be, for messages. */
export const KEY_ID_FORM = 'must be 1 to 256 characters of A-Z a-z 0-9 . _ ~ -'

/** Tells whether a value can be a key id: 1 to 256 characters of `A-Z a-z 0-9 . _ ~ -`. */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && KEY_ID.test(value)
}
