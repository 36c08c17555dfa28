/**
 * The one form in which e-mail addresses are kept and looked up.
 *
 * @module
 */

const MAX_LENGTH = 254
const MAX_INPUT_LENGTH = 1_024
const CONTROL = /\p{Cc}/u
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
  if (input.length > MAX_INPUT_LENGTH || !input.isWellFormed() || CONTROL.test(input)) return undefined
  const email = input.trim().toLowerCase().normalize('NFC')
  // A fullwidth @ is one to systems that fold such letters: the mail would then go to another domain.
  const isAddress = GRAMMAR.test(email) && GRAMMAR.test(email.normalize('NFKC'))
  return email.length <= MAX_LENGTH && isAddress ? email : undefined
}
