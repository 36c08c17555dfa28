import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmail } from './email.ts'

describe('parseEmail()', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace+notes@Example.COM\u2003', 'ada.lovelace+notes@example.com'],
    ['cafe\u0301@example.com', 'caf\u00e9@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['\u212Aelvin@example.com', 'kelvin@example.com'],
  ])('gives %j its canonical form', (input, email) => {
    expect(parseEmail(input)).toBe(email)
  })

  it.each([
    '',
    ' ',
    'ada',
    '@example.com',
    'ada@',
    'a@b@c',
    'a b@example.com',
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    '<a@example.com>',
    'a@example.com\nbcc: b@example.com',
    'a\0@example.com',
    'ada@example.com\n',
    '\tada@example.com',
    'a\u200b@example.com',
    'a\ud800@example.com',
    'ada\uff20example.com',
    'a\uff20evil.example@example.com',
    `${'a'.repeat(243)}@example.com`,
    `ada@example.com${' '.repeat(2_000)}`,
  ])('refuses %j', (input) => {
    expect(parseEmail(input)).toBeUndefined()
  })

  it('takes 254 characters', () => {
    expect(parseEmail(`${'a'.repeat(242)}@example.com`)).toHaveLength(254)
  })

  it('gives a form that is its own canonical form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, domain) => {
        const email = parseEmail(`${local}@${domain}`)
        if (email !== undefined) expect(parseEmail(email)).toBe(email)
      }),
      { numRuns: 500 },
    )
  })
})
