import { createHmac } from 'node:crypto'
import { TEST_KEYS } from '@latchkey/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestAuth, type TestAuth } from '../auth.fixture.ts'
import { createKeyring } from '../token/keyring.ts'
import { toKeyring, type Keyring, type TokenKey } from '../token/token-key.ts'

const SECRET = (TEST_KEYS.HS256 as unknown as { secret: Uint8Array }).secret
const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: 'test-hs256' }
const CLAIMS = {
  iss: 'https://api.test',
  aud: 'api',
  sub: 'user-1',
  iat: 1_800_000_000,
  exp: 1_800_000_600,
  jti: 'test-token',
}
const MIB = 1_048_576

const encode = (content: string | object): string =>
  Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url')

/** A token whose signature is good, whatever its header and claims are. */
function signed(header: string | object = HEADER, claims: string | object = CLAIMS): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

/** The text of an object with more text at its end. */
const plus = (object: object, more: string): string => `${JSON.stringify(object).slice(0, -1)},${more}}`
const nested = (depth: number): string => `"x":${'['.repeat(depth)}${']'.repeat(depth)}`

/** Another spelling of the same bytes: the unused bits of the last character are not zero. */
function respell(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return segment.slice(0, -1) + alphabet.charAt(alphabet.indexOf(segment.slice(-1)) + 1)
}

function respelled(part: 0 | 1 | 2): string {
  // Lengths that leave bits unused in each segment.
  const segments = signed(plus(HEADER, '"x":1'), plus(CLAIMS, '"xy":1')).split('.')
  if (segments.some((segment) => segment.length % 4 === 0)) throw new Error('A segment has no unused bits')
  return segments.map((segment, index) => (index === part ? respell(segment) : segment)).join('.')
}

/** Bad tokens, and whether the signature of each has to be checked to know. Those of the second list are refused before any cryptography. */
const UNPARSED: Readonly<Record<string, unknown>> = {
  'alg twice': signed(`{"alg":"none",${JSON.stringify(HEADER).slice(1)}`),
  'kid twice, spelled in two ways': signed(plus(HEADER, '"k\\u0069d":"other"')),
  'a claim twice': signed(HEADER, plus(CLAIMS, '"sub":"admin"')),
  'a claim twice, below the top': signed(HEADER, plus(CLAIMS, '"x":{"a":1,"a":2}')),
  'a header that is spelled in another way': respelled(0),
  'claims that are spelled in another way': respelled(1),
  'a signature that is spelled in another way': respelled(2),
  padding: `${signed()}=`,
  blanks: ` ${signed()}`,
  'a line break inside': signed().replace('.', '.\n'),
  'a number as alg': signed({ ...HEADER, alg: 256 }),
  'a list as kid': signed({ ...HEADER, kid: ['test-hs256'] }),
  'an object as typ': signed({ ...HEADER, typ: {} }),
  'claims that are a list': signed(HEADER, [CLAIMS]),
  'claims that are text': signed(HEADER, '"sub"'),
  'a header that is null': signed('null'),
  'a header of 17 levels': signed(plus(HEADER, nested(16))),
  'claims of 17 levels': signed(HEADER, plus(CLAIMS, nested(16))),
  'claims of 100,000 levels': signed(HEADER, plus(CLAIMS, nested(100_000))),
  '1 MiB of claims': signed(HEADER, { ...CLAIMS, x: 'a'.repeat(MIB) }),
  '1 MiB of header': signed({ ...HEADER, x: 'a'.repeat(MIB) }),
  '1 MiB of signature': `${signed()}${'A'.repeat(MIB)}`,
  '1 MiB of dots': '.'.repeat(MIB),
  '1 MiB of one letter': 'A'.repeat(MIB),
  '1 MiB of something else': '\ud800'.repeat(MIB / 2),
  crit: signed({ ...HEADER, crit: ['exp'] }),
  'crit that is empty': signed({ ...HEADER, crit: [] }),
  'crit that names b64': signed({ ...HEADER, crit: ['b64'], b64: false }),
  'b64 without crit': signed({ ...HEADER, b64: false }),
  'b64 that is true': signed({ ...HEADER, b64: true }),
  'a key id that is a path': signed({ ...HEADER, kid: '../../dev/null' }),
  'a key id that is SQL': signed({ ...HEADER, kid: "x' UNION SELECT 'key" }),
  'the key id __proto__': signed({ ...HEADER, kid: '__proto__' }),
  'the key id constructor': signed({ ...HEADER, kid: 'constructor' }),
  'the key id hasOwnProperty': signed({ ...HEADER, kid: 'hasOwnProperty' }),
  'the key id toString': signed({ ...HEADER, kid: 'toString' }),
  'a member __proto__': signed(HEADER, plus(CLAIMS, '"__proto__":{"admin":true}')),
  'ill-formed UTF-8': signed(HEADER).replace(/\.[^.]+\./, `.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.`),
}

const SIGNED: Readonly<Record<string, string>> = {
  'a number as sub': signed(HEADER, { ...CLAIMS, sub: 1 }),
  'a list as sub': signed(HEADER, { ...CLAIMS, sub: ['user-1'] }),
  'text as exp': signed(HEADER, { ...CLAIMS, exp: '1800000600' }),
  'a list as iss': signed(HEADER, { ...CLAIMS, iss: ['https://api.test'] }),
  'an object as aud': signed(HEADER, { ...CLAIMS, aud: { 0: 'api', length: 1 } }),
  'a list as scope': signed(HEADER, { ...CLAIMS, scope: ['read'] }),
  'text as amr': signed(HEADER, { ...CLAIMS, amr: 'pwd' }),
  'a number as jti': signed(HEADER, { ...CLAIMS, jti: 1 }),
  'no sub': signed(HEADER, { ...CLAIMS, sub: undefined }),
}

/** Keys that the token brings along: the forger's own, and where it is. */
const EMBEDDED: Readonly<Record<string, object>> = {
  jwk: { jwk: { kty: 'oct', k: encode('x'.repeat(32)) } },
  jku: { jku: 'https://evil.test/jwks' },
  x5u: { x5u: 'https://evil.test/cert' },
  x5c: { x5c: ['MIIB'] },
}

describe('bad input', () => {
  let stage: TestAuth
  let checks = 0

  beforeAll(async () => {
    const key = (await createKeyring([TEST_KEYS.HS256])).active as TokenKey
    const counting: TokenKey = {
      ...key,
      verify(input, signature) {
        checks += 1
        return key.verify(input, signature)
      },
    }
    const keys: Keyring = toKeyring([counting])
    stage = createTestAuth({ tokens: { issuer: 'https://api.test', audience: 'api', keys } })
  })

  /** What comes of a token, in a request and by itself; no store may be called, and nothing may throw. */
  async function present(token: unknown): Promise<{ readonly code: string; readonly checks: number }> {
    checks = 0
    const result = await stage.auth.verifyAccessToken(token)
    const seen = checks
    if (typeof token === 'string') {
      const { context, denial } = await stage.visit({ headers: { authorization: `Bearer ${token}` } })
      expect(context.authentication.status).toBe(result.ok ? 'authenticated' : 'rejected')
      expect(denial === undefined).toBe(result.ok)
      if (denial !== undefined) expect([400, 401]).toContain(denial.status)
    }
    expect(stage.storeCalls).toEqual([])
    expect('admin' in {}).toBe(false)
    return { code: result.ok ? 'ok' : result.code, checks: seen }
  }

  it('is told from a good token', async () => {
    expect(await present(signed())).toEqual({ code: 'ok', checks: 1 })
    expect(await present(signed(plus(HEADER, '"x":1'), plus(CLAIMS, '"xy":1')))).toEqual({ code: 'ok', checks: 1 })
    expect(await present(signed(HEADER, plus(CLAIMS, nested(15))))).toEqual({ code: 'ok', checks: 1 })
  })

  it.each(Object.keys(UNPARSED))('is refused before any cryptography, although it is signed: %s', async (name) => {
    const { code, checks: made } = await present(UNPARSED[name])
    expect(code).toMatch(/^token_(malformed|key)$/)
    expect(made).toBe(0)
  })

  it.each(Object.keys(SIGNED))('is refused although it is signed: %s', async (name) => {
    expect((await present(SIGNED[name])).code).toMatch(/^token_(claim|issuer|audience)$/)
  })

  it.each(Object.keys(EMBEDDED))('brings no key along: %s', async (name) => {
    const input = `${encode({ ...HEADER, ...EMBEDDED[name] })}.${encode(CLAIMS)}`
    const forged = createHmac('sha256', 'x'.repeat(32)).update(input).digest('base64url')
    expect(await present(`${input}.${forged}`)).toEqual({ code: 'token_signature', checks: 1 })
  })

  it('does the same work for every forged token, and remembers none', async () => {
    const forged = `${signed().slice(0, -4)}AAAA`
    for (let count = 0; count < 100; count += 1) {
      expect(await present(forged)).toEqual({ code: 'token_signature', checks: 1 })
    }
  })
})
