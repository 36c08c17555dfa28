/**
 * Passwords that are a pattern: repetition and sequence (NIST SP 800-63B-4 section 3.1.1.2).
 *
 * @module
 */

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '12345678901234567890',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
]
const MAX_PERIOD = 8
const MIN_RUN = 3

/** Every pair of neighbours in a row, and which way it goes. */
const STEPS: ReadonlyMap<string, number> = new Map(
  ROWS.flatMap((row) =>
    [...row].slice(1).flatMap((letter, index): [string, number][] => {
      const before = row.charAt(index)
      return [
        [before + letter, 1],
        [letter + before, -1],
      ]
    }),
  ),
)

/**
 * Tells whether a password is a pattern: at most 8 characters repeated (`passwordpassword`, `aaaa`), or nothing but runs of three and
 * more characters that repeat or follow each other in the alphabet, in digits or on a row of a keyboard (`abcd1234`, `qwertyasdfgh`).
 *
 * @param password In lower case.
 */
export function isPredictable(password: string): boolean {
  const characters = [...password]
  return isRepetition(characters) || isRuns(characters)
}

function isRepetition(characters: readonly string[]): boolean {
  for (let period = 1; period <= Math.min(MAX_PERIOD, characters.length / 2); period += 1) {
    if (characters.every((character, index) => index < period || character === characters[index - period])) return true
  }
  return false
}

function isRuns(characters: readonly string[]): boolean {
  let length = 1
  let direction: number | undefined
  for (const [index, character] of characters.entries()) {
    if (index === 0) continue
    const before = characters[index - 1] ?? ''
    const step = before === character ? 0 : STEPS.get(before + character)
    if (step !== undefined && (length === 1 || step === direction)) {
      length += 1
      direction = step
    } else {
      if (length < MIN_RUN) return false
      length = 1
      direction = undefined
    }
  }
  return length >= MIN_RUN
}
