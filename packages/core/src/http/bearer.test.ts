import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSchemeParser, parseBareToken, parseBearer } from './bearer.ts'

describe('parseBearer()', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'bEaReR a.b.c'])('reads %j', (value) => {
    expect(parseBearer(value)).toEqual({ status: 'token', token: 'a.b.c' })
  })

  it('takes an absent header for no credentials', () => {
    expect(parseBearer(null)).toEqual({ status: 'none' })
  })

  it.each(['Basic dTpw', 'a.b.c', 'Bearera.b.c', 'Digest username="x", realm="y"', 'BearerX a', 'Bearer-Token a'])(
    'leaves %j to others',
    (value) => {
      expect(parseBearer(value)).toEqual({ status: 'none' })
    },
  )

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer  a.b.c',
    'Bearer\ta.b.c',
    'Bearer\u00a0a.b.c',
    'Bearer a.b.c ',
    'Bearer a.b.c;x=1',
    'Bearer "a.b.c"',
    'Bearer: a.b.c',
    'Bearer=a.b.c',
    'Bearer a.b.c\u0000',
    'Bearer a.b.c\r\nX: 1',
    'Bearer a b',
    'Bearer [object Object]',
    `Bearer ${' '.repeat(100_000)}x`,
    `Bearer ${'a'.repeat(9_000)}`,
    'Basic dTpw, Bearer a.b.c',
    'Basic dTpw,bearer',
  ])('refuses %.40j', (value) => {
    expect(parseBearer(value)).toEqual({ status: 'malformed' })
  })

  it.each([
    'Bearer a.b.c, Bearer a.b.c',
    'Bearer bad, Bearer a.b.c',
    'Bearer a.b.c, realm="x"',
    'Bearer a.b.c,',
    'Bearer a.b.c, Basic dTpw',
  ])('refuses several credentials in one value: %j', (value) => {
    expect(parseBearer(value)).toEqual({ status: 'repeated' })
  })

  it.each([[['Bearer a.b.c']], [1], [undefined], [{}]])('refuses a value that is no text: %j', (value) => {
    expect(parseBearer(value as never)).toEqual({ status: 'malformed' })
  })

  it('gives a token only for the exact grammar', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parseBearer(`Bearer ${text}`)
        expect(parsed.status === 'token').toBe(/^[A-Za-z0-9\-._~+/]+=*$/.test(text))
      }),
    )
  })
})

describe('createSchemeParser()', () => {
  const parse = createSchemeParser('JWT')

  it.each<[string | null, string]>([
    ['JWT a.b.c', 'token'],
    ['jwt a.b.c', 'token'],
    ['JWT', 'malformed'],
    ['JWT  a.b.c', 'malformed'],
    ['JWT a, JWT b', 'repeated'],
    ['Bearer a.b.c', 'none'],
    ['JWTS a.b.c', 'none'],
    [null, 'none'],
  ])('reads %j: %s', (value, status) => {
    expect(parse(value).status).toBe(status)
  })
})

describe('parseBareToken()', () => {
  it.each<[string | null, string]>([
    ['a.b.c', 'token'],
    [null, 'none'],
    ['', 'none'],
    [' a.b.c', 'malformed'],
    ['Bearer a.b.c', 'malformed'],
    ['a.b.c, d.e.f', 'repeated'],
    ['a'.repeat(9_000), 'malformed'],
  ])('reads %.20j: %s', (value, status) => {
    expect(parseBareToken(value).status).toBe(status)
  })
})
