/**
 * The one form in which e-mail addresses are kept and looked up.
 *
 * @module
 */

const MAX_LENGTH = 254
const MAX_INPUT_LENGTH = 1_024
/** One @, something on both sides, and nothing that makes lists, comments, quotes or header lines. */
const GRAMMAR = /^[^\s\p{C}@,;:<>()[\]\\"]+@[^\s\p{C}@,;:<>()[\]\\"]+$/u

/**
 * Parses an e-mail address into its canonical form: trimmed, lower-case, Unicode NFC. Registration, login and the unique index all
 * use this form, so that one mailbox is one account.
 *
 * Whether the address exists, or is the caller's, is not checked: an application that relies on that sends a mail.
 *
 * @returns Undefined for what is no address, and for more than 254 characters.
 */
export function parseEmail(input: string): string | undefined {
  if (input.length > MAX_INPUT_LENGTH || !input.isWellFormed()) return undefined
  const email = input.trim().toLowerCase().normalize('NFC')
  return email.length <= MAX_LENGTH && GRAMMAR.test(email) ? email : undefined
}
