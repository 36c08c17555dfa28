import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainToken } from './explain-token.ts'

const NOW = 1_800_000_000_000
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('explainToken()', () => {
  it('writes header and claims, dates in words, and that nothing was checked', () => {
    const claims = {
      sub: '7',
      iat: 1_799_999_940,
      exp: 1_800_000_600,
      nbf: 1_799_913_600,
      auth_time: 'x',
      n: 1_800_000_000,
    }
    expect(explainToken(`${encode({ alg: 'ES256', kid: 'k' })}.${encode(claims)}.c2lnbmF0dXJl`, NOW)).toBe(
      [
        'Header',
        '  "alg": "ES256"',
        '  "kid": "k"',
        'Claims',
        '  "sub": "7"',
        '  "iat": 1799999940  2027-01-15T07:59:00.000Z, 1 minute ago',
        '  "exp": 1800000600  2027-01-15T08:10:00.000Z, in 10 minutes',
        '  "nbf": 1799913600  2027-01-14T08:00:00.000Z, 1 day ago',
        '  "auth_time": "x"',
        '  "n": 1800000000',
        'The signature was not checked: anybody can have written this.',
        '',
      ].join('\n'),
    )
  })

  it('names the session of a credential and keeps its secret', () => {
    const secret = 'S'.repeat(43)
    const text = explainToken(`lkr_${'0a'.repeat(16)}.3.${secret}`, NOW)
    expect(text).toContain('A refresh token of Latchkey.')
    expect(text).toContain('0a'.repeat(16))
    expect(text).not.toContain(secret)
    expect(explainToken(`lks_${'0a'.repeat(16)}.3.${secret}`, NOW)).toContain('session cookie')
  })

  it('shows no signature, and lets nothing of a token reach the terminal as it is', () => {
    const hostile = { '\u001b[2J': '\u001b]0;x\u0007\u202e\n', é: 1 }
    const text = explainToken(`${encode(hostile)}.${encode(hostile)}.c2lnbmF0dXJl`, NOW)
    expect(text).toMatch(/^[ -~\n]+$/)
    expect(text).toContain('\\u001b[2J')
    expect(text).not.toContain('c2lnbmF0dXJl')
  })

  it.each(['', 'a', 'a.b', 'a.b.c', 'e30.W10.c2ln', 'e30..c2ln', 'e30.e30.e30.e30.e30', '{"a":1}', 'lks_x.1.y'])(
    'explains nothing that is no token: %j',
    (text) => {
      expect(explainToken(text, NOW)).toBeUndefined()
    },
  )

  it('never throws, and writes ASCII alone', () => {
    const token = fc.tuple(fc.jsonValue(), fc.jsonValue()).map(([head, body]) => `${encode(head)}.${encode(body)}.e30`)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), token), (text) => {
        expect(explainToken(text, NOW) ?? '').toMatch(/^[ -~\n]*$/)
      }),
    )
  })
})
