import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNewPassword, type NewPasswordOptions, type NewPasswordProblem } from './new-password.ts'

const GOOD = 'blue teapots sing at dusk'

describe('checkNewPassword()', () => {
  it.each([
    ['a passphrase in lower case, without digits or signs', 'correcthorsebattery'],
    ['64 characters', `${GOOD} ${GOOD} and then again`.padEnd(64, 'x y z ')],
    [
      '15 characters of 4 bytes',
      [...'\u{1f511}\u{1f600}\u{1f30d}'.repeat(6)]
        .map((key, index) => (index % 4 === 0 ? 'q' : key))
        .slice(0, 15)
        .join(''),
    ],
    ['blanks at both ends', '  teapots sing  '],
    [
      'other scripts',
      '\u0441\u0438\u043d\u0438\u0435 \u0447\u0430\u0439\u043d\u0438\u043a\u0438 \u043f\u043e\u044e\u0442',
    ],
    ['U+0000', 'teapots\u0000sing at dusk'],
    [
      '1,024 bytes',
      Array.from({ length: 1_024 }, (_, index) => String.fromCharCode(97 + ((index * index + 3) % 26))).join(''),
    ],
  ])('takes %s', async (_, password) => {
    expect(await checkNewPassword(password)).toEqual({ ok: true })
  })

  it.each<[NewPasswordProblem, string, unknown, NewPasswordOptions?]>([
    ['malformed', 'no text', undefined],
    ['malformed', 'an object', { length: 20 }],
    ['malformed', 'the empty text', ''],
    ['malformed', 'an unpaired surrogate', 'aaaaaaaaaaaaaaaa\ud800'],
    ['malformed', '1,025 bytes', 'a'.repeat(1_025)],
    ['malformed', 'text of 1,025 bytes in NFC only', '\u0958'.repeat(200)],
    ['too_short', '14 characters', 'teapots sing a'],
    ['too_short', '8 characters of 4 bytes', '\u{1f511}\u{1f600}'.repeat(4)],
    ['too_short', '15 code points that are 14 in NFC', 'teapots sing e\u0301'],
    ['too_short', '7 characters under a minimum of 8', 'teapots', { minLength: 8 }],
    ['common', 'a common password', 'Password123', { minLength: 8 }],
    ['common', 'a common password with digits after it', 'password1234567'],
    ['common', 'a common password with digits and signs around it', '!2027 Dragon 2027!'],
    ['common', 'a common passphrase', 'Correct Horse Battery Staple'],
    ['predictable', 'one character', 'aaaaaaaaaaaaaaaaaaaa'],
    ['predictable', 'a word twice', 'passwordpassword'],
    ['predictable', 'a repetition that is cut off', 'latchkelatchkelatch'],
    ['predictable', 'digits upwards', '123456789012345'],
    ['predictable', 'digits downwards', '9876543210987654'],
    ['predictable', 'rows of a keyboard', 'QwertyuiopAsdfghjkl'],
    ['predictable', 'runs', 'abc123def456ghi'],
    ['predictable', 'repeated signs', 'aaabbbcccdddeee'],
    ['context', 'the name of the application', 'Latchkey2026!!!', { contextWords: ['latchkey'] }],
    ['context', 'the user name and a year', 'teapot.sing2026', { contextWords: ['teapot.sing'] }],
    ['context', 'an e-mail address', 'teapot@mail.example', { contextWords: ['teapot@mail.example'] }],
    ['context', 'parts of an e-mail address', 'teapot-teapot-mail!', { contextWords: ['Teapot@mail.example'] }],
    ['common', 'one on the list given', GOOD.toUpperCase(), { blocklist: new Set([GOOD]) }],
    ['common', 'one that the function refuses', GOOD, { blocklist: async (password) => password === GOOD }],
    ['breached', 'one from a breach', GOOD, { breachCheck: async (password) => password === GOOD }],
    [
      'breached',
      'one for which the check answers no boolean',
      GOOD,
      { breachCheck: async () => null as unknown as boolean },
    ],
  ])('refuses as %s: %s', async (problem, _, password, options) => {
    expect(await checkNewPassword(password, options)).toEqual({ ok: false, problem })
  })

  it('takes a password that holds a context word and enough beside it', async () => {
    expect(
      await checkNewPassword('teapots sing at dusk, says ann', { contextWords: ['ann', 'Latchkey', 'x'] }),
    ).toEqual({
      ok: true,
    })
  })

  it('asks the breach check last, and only for a password that is otherwise fine', async () => {
    const asked: string[] = []
    const breachCheck = async (password: string): Promise<boolean> => {
      asked.push(password)
      return false
    }
    await checkNewPassword('short', { breachCheck })
    await checkNewPassword('passwordpassword', { breachCheck })
    await checkNewPassword(`e\u0301 ${GOOD}`, { breachCheck })
    expect(asked).toEqual([`\u00e9 ${GOOD}`])
  })

  it('fails with 503 when a check fails', async () => {
    const broken = (): Promise<boolean> => Promise.reject(new Error('broken'))
    await expect(checkNewPassword(GOOD, { breachCheck: broken })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    await expect(checkNewPassword(GOOD, { blocklist: broken })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it.each([7, 65, 15.5, Number.NaN, '15' as unknown as number])('refuses a minimum of %s', async (minLength) => {
    await expect(checkNewPassword(GOOD, { minLength })).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })

  it('never throws for any value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.anything()), async (password) => {
        expect(typeof (await checkNewPassword(password, { contextWords: ['$&', '('] })).ok).toBe('boolean')
      }),
    )
  })
})
