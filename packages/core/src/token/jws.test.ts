import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCompactJws, signJws } from './jws.ts'
import { createKeyring } from './keyring.ts'
import type { Sign } from './signature.ts'

/** RFC 7515 appendix A.1. */
const A1_KEY = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
const RING = await createKeyring([{ kid: 'k', alg: 'HS256', jwk: { kty: 'oct', k: A1_KEY } }])
const SIGN = RING.active?.sign as Sign

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

function tokenOf(header: unknown, claims: unknown = {}): string {
  return `${encode(header)}.${encode(claims)}.c2ln`
}

function codeOf(token: unknown): string {
  const parsed = parseCompactJws(token)
  return parsed.ok ? 'ok' : parsed.code
}

const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: 'k' }

describe('signJws()', () => {
  it('signs HS256 as node:crypto does, with a header of three members', async () => {
    const token = await signJws({ sub: 'user-1' }, 'at+jwt', { alg: 'HS256', kid: 'k' }, SIGN)
    const input = `${encode(HEADER)}.${encode({ sub: 'user-1' })}`
    const mac = createHmac('sha256', Buffer.from(A1_KEY, 'base64url')).update(input).digest('base64url')
    expect(token).toBe(`${input}.${mac}`)
  })

  it('signs arbitrary claims so that they come back unchanged', async () => {
    const claims = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__' && !name.includes('\\')),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 })),
      { maxKeys: 10 },
    )
    await fc.assert(
      fc.asyncProperty(claims, async (value) => {
        const parsed = parseCompactJws(await signJws(value, 'at+jwt', { alg: 'HS256', kid: 'k' }, SIGN))
        if (!parsed.ok) throw new Error(parsed.code)
        expect(JSON.stringify(parsed.claims)).toBe(JSON.stringify(value))
        expect(await RING.active?.verify(parsed.input, parsed.signature)).toBe(true)
      }),
    )
  })
})

describe('parseCompactJws()', () => {
  it('takes a token apart', () => {
    const parsed = parseCompactJws(tokenOf({ ...HEADER, other: { a: 1 } }, { sub: 'user-1', list: [{}] }))
    expect(parsed).toMatchObject({ ok: true, header: HEADER, claims: { sub: 'user-1' } })
  })

  it.each([
    ['at+jwt', 'at+jwt'],
    ['AT+JWT', 'at+jwt'],
    ['application/at+jwt', 'at+jwt'],
    ['Application/AT+jwt', 'at+jwt'],
    ['application/application/at+jwt', 'application/at+jwt'],
    ['at+jwt ', 'at+jwt '],
    [undefined, undefined],
  ])('reads typ %j as %j', (typ, read) => {
    const parsed = parseCompactJws(tokenOf({ ...HEADER, typ }))
    expect(parsed.ok ? parsed.header.typ : parsed).toBe(read)
  })

  it.each<[string, unknown]>([
    ['a number', 1],
    ['null', null],
    ['a string object', Object(tokenOf(HEADER))],
    ['an object that turns into a token', { toString: () => tokenOf(HEADER) }],
    ['a list of one token', [tokenOf(HEADER)]],
    ['bytes', Buffer.from(tokenOf(HEADER))],
    ['no text', ''],
    ['two segments', 'e30.e30'],
    ['four segments', `${tokenOf(HEADER)}.e30`],
    ['five segments', `${tokenOf(HEADER)}.e30.e30`],
    ['an empty header', '.e30.c2ln'],
    ['empty claims', `${encode(HEADER)}..c2ln`],
    ['an empty signature', `${encode(HEADER)}.e30.`],
    ['a blank at the end', `${tokenOf(HEADER)} `],
    ['a line break at the end', `${tokenOf(HEADER)}\n`],
    ['padding', `${tokenOf(HEADER)}=`],
    ['another alphabet', `${encode(HEADER)}.e30.a+b/`],
    ['a signature with unused bits', `${encode(HEADER)}.e30.c2lo_x`],
    ['an impossible length', `${encode(HEADER)}.e30.c2lnc`],
    ['a header that is a list', tokenOf([])],
    ['a header without alg', tokenOf({ kid: 'k' })],
    ['an alg that is no string', tokenOf({ ...HEADER, alg: ['HS256'] })],
    ['a kid that is no string', tokenOf({ ...HEADER, kid: 1 })],
    ['a kid that is null', tokenOf({ ...HEADER, kid: null })],
    ['a typ that is no string', tokenOf({ ...HEADER, typ: null })],
    ['crit', tokenOf({ ...HEADER, crit: ['exp'] })],
    ['crit that is null', tokenOf({ ...HEADER, crit: null })],
    ['b64', tokenOf({ ...HEADER, b64: true })],
    ['zip', tokenOf({ ...HEADER, zip: 'DEF' })],
    ['enc', tokenOf({ ...HEADER, enc: 'A256GCM' })],
    ['alg twice', tokenOf('{"alg":"HS256","kid":"k","alg":"none"}')],
    ['claims that are a list', tokenOf(HEADER, [])],
    ['a claim twice', tokenOf(HEADER, '{"sub":"a","sub":"b"}')],
  ])('refuses %s', (_, token) => {
    expect(codeOf(token)).toBe('token_malformed')
  })

  it.each(['', ' k', 'k ', 'k/../l', 'https://evil.example/keys', "k' OR 1=1", 'é', 'k\n', 'a'.repeat(257)])(
    'has no key for the id %j',
    (kid) => {
      expect(codeOf(tokenOf({ ...HEADER, kid }))).toBe('token_key')
    },
  )

  it('tells a token that names no key', () => {
    expect(parseCompactJws(tokenOf({ alg: 'HS256' }))).toMatchObject({ ok: true, header: { kid: undefined } })
  })

  it('takes a known header as it is known, for the same text alone', () => {
    const known = { alg: 'HS256', kid: 'k', typ: 'known' }
    const headers = new Map([[encode(HEADER), known]])
    const [same, other] = [tokenOf(HEADER), tokenOf({ ...HEADER, kid: 'k2' })].map((token) =>
      parseCompactJws(token, headers),
    )
    expect(same).toMatchObject({ ok: true, header: known, newHeader: undefined })
    expect(other).toMatchObject({
      ok: true,
      header: { ...HEADER, kid: 'k2' },
      newHeader: encode({ ...HEADER, kid: 'k2' }),
    })
  })

  it('reads 8192 characters and no more', () => {
    const start = `${encode(HEADER)}.e30.`
    // Lengths that base64url can have.
    const room = 8_192 - start.length
    const longest = room % 4 === 1 ? room - 1 : room
    expect(codeOf(start + 'A'.repeat(longest))).toBe('ok')
    expect(codeOf(start + 'A'.repeat(room + 4))).toBe('token_malformed')
  })

  it('never throws, whatever is given', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }), (token) => {
        expect(parseCompactJws(token).ok).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.json(), fc.json(), (header, claims) => {
        parseCompactJws(tokenOf(header, claims))
      }),
    )
  })
})
