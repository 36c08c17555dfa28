/**
 * The rules for a new password (NIST SP 800-63B-4 section 3.1.1.2).
 *
 * @module
 */

import { UnavailableError, UsageError } from '@latchkey/core'
import { COMMON_PASSWORDS } from './common-passwords.ts'
import { parsePassword } from './password-text.ts'
import { isPredictable } from './predictable.ts'

/** What `checkNewPassword` takes. Every member may be left out. */
export interface NewPasswordOptions {
  /** The least number of characters, counted as Unicode code points in NFC: 8 to 64. Default 15; 8 is for passwords beside a second factor. */
  readonly minLength?: number
  /**
   * Words that are easy to guess here: the user's name and e-mail address, the name of the application. Of an e-mail address its parts
   * count too. Compared without regard to case. Words of fewer than 3 characters are ignored. Default: none.
   */
  readonly contextWords?: readonly string[]
  /**
   * Passwords that are refused: a set in lower case and NFC, or a function that is given the password in that form. Default: none. A
   * short list of the most common ones always applies.
   */
  readonly blocklist?: ReadonlySet<string> | ((password: string) => boolean | Promise<boolean>)
  /** Tells whether a password is known from a breach, such as what `createRangeBreachCheck` makes. Given the NFC. Default: none. */
  readonly breachCheck?: (password: string) => Promise<boolean>
}

/**
 * Why a new password is refused.
 *
 * - `malformed`: not text, empty, ill-formed Unicode, or above 1,024 bytes before or after normalisation.
 * - `too_short`: fewer characters than `minLength`.
 * - `predictable`: a repetition or a sequence.
 * - `common`: on a blocklist, or one of the most common ones with digits and signs around it.
 * - `context`: without the context words fewer than 8 characters are left.
 * - `breached`: known from a breach.
 */
export type NewPasswordProblem = 'malformed' | 'too_short' | 'predictable' | 'common' | 'context' | 'breached'

/** The outcome of the check. A refusal names the first problem found. */
export type NewPasswordResult = { readonly ok: true } | { readonly ok: false; readonly problem: NewPasswordProblem }

const DEFAULT_MIN_LENGTH = 15
const FLOOR = 8
const MAX_MIN_LENGTH = 64
const MIN_WORD = 3

/**
 * Checks a password that somebody wants to have. At least 64 characters are always accepted; there are no rules of composition, and
 * nothing is trimmed. The password is not hashed: that is `PasswordHasher.hash`.
 *
 * @param password Untrusted.
 * @throws {UsageError} `argument` for a `minLength` outside 8 to 64.
 * @throws {UnavailableError} When the blocklist or the breach check fails.
 */
export async function checkNewPassword(
  password: unknown,
  { minLength = DEFAULT_MIN_LENGTH, contextWords = [], blocklist, breachCheck }: NewPasswordOptions = {},
): Promise<NewPasswordResult> {
  if (!Number.isSafeInteger(minLength) || minLength < FLOOR || minLength > MAX_MIN_LENGTH) {
    throw new UsageError('argument', `minLength is a whole number from ${FLOOR} to ${MAX_MIN_LENGTH}`)
  }
  const text = parsePassword(password)
  if (text === undefined) return refuse('malformed')
  if (countCharacters(text.normal) < minLength) return refuse('too_short')
  const folded = fold(text.normal)
  if (COMMON_PASSWORDS.has(folded) || COMMON_PASSWORDS.has(stemOf(folded))) return refuse('common')
  if (isPredictable(folded)) return refuse('predictable')
  if (countCharacters(removeWords(folded, contextWords)) < FLOOR) return refuse('context')
  if (await ask(async () => (typeof blocklist === 'function' ? blocklist(folded) : blocklist?.has(folded)))) {
    return refuse('common')
  }
  if (await ask(async () => breachCheck?.(text.normal))) return refuse('breached')
  return { ok: true }
}

function refuse(problem: NewPasswordProblem): NewPasswordResult {
  return { ok: false, problem }
}

function fold(text: string): string {
  return text.toLowerCase().normalize('NFC')
}

/** What is left without digits and signs around it: they are what guessers add first. */
function stemOf(folded: string): string {
  return folded.replaceAll(/^\P{L}+|\P{L}+$/gu, '')
}

function countCharacters(text: string): number {
  return [...text].length
}

// Longest first, so that an address is not cut into pieces by its own parts.
function removeWords(folded: string, words: readonly string[]): string {
  const parts = words.flatMap((word) => [word, ...word.split(/[@.\s]+/u)]).map(fold)
  return parts
    .filter((part) => countCharacters(part) >= MIN_WORD)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, part) => rest.replaceAll(part, ''), folded)
}

// Only `false` and a missing check let a password pass: a check that answers nonsense has not answered.
async function ask(check: () => Promise<unknown>): Promise<boolean> {
  let answer: unknown
  try {
    answer = await check()
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  return answer !== false && answer !== undefined
}
