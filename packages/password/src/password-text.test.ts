import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_PASSWORD_BYTES, parsePassword } from './password-text.ts'

describe('parsePassword()', () => {
  it.each([
    ['an empty text', ''],
    ['no text at all', undefined],
    ['null', null],
    ['a number', 12_345_678],
    ['true', true],
    ['an array', ['password']],
    ['an object', { $gt: '' }],
    ['an object with toString', { toString: () => 'password' }],
    ['a String object', new String('password')],
    ['an unpaired high surrogate', 'aaaaaaaaaaaaaa\ud800'],
    ['an unpaired low surrogate', 'aaaaaaaaaaaaaa\udfff'],
    ['1,025 bytes', 'a'.repeat(1025)],
    ['1,026 bytes in 342 characters', '\u20ac'.repeat(342)],
    ['one mebibyte', 'a'.repeat(2 ** 20)],
    ['text that passes the limit in NFC only', '\u0958'.repeat(341)],
  ])('refuses %s', (_, value) => {
    expect(parsePassword(value)).toBeUndefined()
  })

  it.each([
    ['1,024 bytes', 'a'.repeat(MAX_PASSWORD_BYTES)],
    ['64 characters of 4 bytes', '\u{1f511}'.repeat(64)],
    ['a blank', ' '],
    ['blanks around', '  Passw0rd  '],
    ['U+0000', 'abc\u0000def'],
  ])('keeps %s as it is', (_, value) => {
    expect(parsePassword(value)).toEqual({ exact: value, normal: value })
  })

  it('normalises to NFC and keeps compatibility characters', () => {
    expect(parsePassword('e\u0301 \ufb01 \u2460')).toEqual({
      exact: 'e\u0301 \ufb01 \u2460',
      normal: '\u00e9 \ufb01 \u2460',
    })
  })

  it('gives bounded, well-formed text or nothing, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_500 }), (value) => {
        const password = parsePassword(value)
        for (const text of password === undefined ? [] : [password.exact, password.normal]) {
          expect(text.isWellFormed()).toBe(true)
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PASSWORD_BYTES)
          expect(text.normalize('NFC')).toBe(password?.normal)
        }
      }),
    )
  })
})
