import { createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AccessTokenClaims } from '../authentication.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import { createHmacKey } from '../hmac.ts'
import { createRootSecrets } from '../secrets.ts'
import { bindAccessTokens, type AccessTokens, type IssueOptions } from './access-token.ts'
import { resolveTokenOptions } from './options.ts'
import { signJws } from './jws.ts'
import type { JsonWebKey } from './jwk.ts'
import { createKeyring } from './keyring.ts'
import { deriveKeyring } from './secret-keyring.ts'
import type { Keyring } from './token-key.ts'

interface Claims extends AccessTokenClaims {
  readonly role?: string
}

const NOW = 1_800_000_000_123
const SECOND = 1_800_000_000
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const ED_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
/** Made once, at random: nothing depends on which keys they are. */
function makeEcKey(): JsonWebKey {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JsonWebKey
}
const EC_KEYS = [makeEcKey(), makeEcKey()] as const
const OPTIONS = { issuer: 'https://issuer.example', audience: 'api' }

let now = NOW
const runtime = {
  now: () => now,
  startTimer: () => () => {},
  randomBytes: (length: number) => new Uint8Array(length).fill(7),
}

let hs: Keyring
let ed: Keyring
let tokens: AccessTokens<Claims>

beforeAll(async () => {
  hs = await createKeyring([
    { kid: 'hs-1', alg: 'HS256', state: 'active', secret: SECRET },
    { kid: 'ed-1', alg: 'EdDSA', state: 'accepted', jwk: ED_KEY },
    { kid: 'old', alg: 'HS256', state: 'retired', secret: Uint8Array.from(SECRET).reverse() },
  ])
  ed = await createKeyring([{ kid: 'ed-1', alg: 'EdDSA', jwk: ED_KEY }])
  tokens = create()
})

function create(options: object = {}, ring: Keyring = hs): AccessTokens<Claims> {
  return bindAccessTokens<Claims>(resolveTokenOptions({ ...OPTIONS, ...options }), () => ring, runtime)
}

async function when<Result>(time: number, run: () => Promise<Result>): Promise<Result> {
  now = time
  try {
    return await run()
  } finally {
    now = NOW
  }
}

function parts(token: string): readonly [Record<string, unknown>, Record<string, unknown>] {
  const [header = '', claims = ''] = token.split('.')
  const read = (text: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
  return [read(header), read(claims)]
}

/** Signs whatever header and claims with the HMAC key, whatever the header says. */
function forge(header: object, claims: object = {}): string {
  const good = { iss: OPTIONS.issuer, aud: 'api', sub: 'user-1', iat: SECOND, exp: SECOND + 60, jti: 'j' }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'hs-1', ...header })}.${encode({ ...good, ...claims })}`
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

async function codeOf(token: unknown, verifier: AccessTokens<Claims> = tokens): Promise<string> {
  const result = await verifier.verify(token)
  expect(Object.isFrozen(result)).toBe(true)
  return result.ok ? 'ok' : result.claim === undefined ? result.code : `${result.code} ${result.claim}`
}

async function reasonOf(issue: () => Promise<unknown>): Promise<string> {
  try {
    await issue()
  } catch (error) {
    if (error instanceof UsageError) return error.reason
    throw error
  }
  return 'none'
}

describe('issue()', () => {
  it('writes the header and the claims of RFC 9068', async () => {
    const [header, claims] = parts(await tokens.issue('user-1'))
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: 'hs-1' })
    expect(claims).toEqual({
      iss: 'https://issuer.example',
      aud: 'api',
      sub: 'user-1',
      iat: SECOND,
      exp: SECOND + 600,
      jti: 'BwcHBwcHBwcHBwcHBwcHBw',
    })
  })

  it('writes everything that it is given', async () => {
    const issuer = create({ audience: ['api', 'admin'], clientId: 'web' })
    const token = await issuer.issue('user-1', {
      scopes: ['read', 'write'],
      lifetime: '1m',
      claims: { role: 'admin' },
      authenticatedAt: NOW - 60_000,
      amr: ['pwd', 'otp'],
      acr: 'high',
      sessionId: 's1',
    })
    expect(parts(token)[1]).toEqual({
      iss: 'https://issuer.example',
      aud: ['api', 'admin'],
      sub: 'user-1',
      client_id: 'web',
      iat: SECOND,
      exp: SECOND + 60,
      jti: 'BwcHBwcHBwcHBwcHBwcHBw',
      scope: 'read write',
      auth_time: SECOND - 60,
      amr: ['pwd', 'otp'],
      acr: 'high',
      sid: 's1',
      role: 'admin',
    })
  })

  it('signs with the active key of the ring', async () => {
    const token = await create({}, ed).issue('user-1')
    expect(parts(token)[0]).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'ed-1' })
    expect(await codeOf(token)).toBe('ok')
  })

  it('signs with root secrets', async () => {
    const ring = deriveKeyring(createRootSecrets({ 4: SECRET }))
    const token = await create({}, ring).issue('user-1')
    expect(parts(token)[0]).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: '4' })
    expect(await codeOf(token, create({}, ring))).toBe('ok')
  })

  it('is not configured without a key that signs', async () => {
    const { d: _, ...publicKey } = ED_KEY
    const ring = await createKeyring([{ kid: 'ed-1', alg: 'EdDSA', jwk: publicKey }])
    expect(await reasonOf(() => create({}, ring).issue('user-1'))).toBe('not_configured')
    expect(await codeOf(await create({}, ed).issue('user-1'), create({}, ring))).toBe('ok')
  })

  it.each<[string, unknown, unknown]>([
    ['an empty subject', '', {}],
    ['a blank subject', '  ', {}],
    ['a subject that is a number', 1, {}],
    ['a subject with a line break', 'a\nb', {}],
    ['a subject of 256 characters', 'a'.repeat(256), {}],
    ['scopes as text', 'u', { scopes: 'read' }],
    ['a scope with a blank', 'u', { scopes: ['read write'] }],
    ['an empty scope', 'u', { scopes: [''] }],
    ['a scope outside its alphabet', 'u', { scopes: ['é'] }],
    ['a lifetime of zero', 'u', { lifetime: 0 }],
    ['a lifetime above the longest', 'u', { lifetime: '61m' }],
    ['a lifetime of half a second', 'u', { lifetime: 0.5 }],
    ['a lifetime that is no number', 'u', { lifetime: Number.NaN }],
    ['a time of authentication in the future', 'u', { authenticatedAt: NOW + 60_000 }],
    ['a time of authentication as text', 'u', { authenticatedAt: '1' }],
    ['a time of authentication that is no number', 'u', { authenticatedAt: Number.NaN }],
    ['amr as text', 'u', { amr: 'pwd' }],
    ['an empty acr', 'u', { acr: '' }],
    ['acr that is ill-formed', 'u', { acr: '\ud800' }],
    ['a session id that is a number', 'u', { sessionId: 1 }],
    ['an unknown option', 'u', { scope: 'read' }],
    ['null as options', 'u', null],
    ['a claim of a reserved name', 'u', { claims: { sub: 'admin' } }],
    ['a claim that binds the token', 'u', { claims: { cnf: {} } }],
    ['claims that are too long', 'u', { claims: { text: 'a'.repeat(6_500) } }],
    [
      'more members than a verifier reads',
      'u',
      { claims: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}`, 0])) },
    ],
  ])('refuses %s', async (_, subject, options) => {
    expect(await reasonOf(() => tokens.issue(subject as string, options as IssueOptions))).toBe('argument')
  })

  it('issues what it verifies, and refuses the rest, whatever the options', async () => {
    const odd = fc.string({
      unit: fc.constantFrom('a', '"', '\\', 'ud', '\ud800', '\udc00', 'é', ' ', '\n'),
      maxLength: 5,
    })
    const text = fc.oneof({ weight: 15, arbitrary: fc.stringMatching(/^[a-z]{1,5}$/) }, { weight: 1, arbitrary: odd })
    const options = fc.record(
      {
        scopes: fc.array(text, { maxLength: 2 }),
        acr: text,
        amr: fc.array(text, { maxLength: 2 }),
        sessionId: text,
        claims: fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 300 }), fc.jsonValue()), { maxKeys: 3 }),
      },
      { requiredKeys: [] },
    )
    const seen = { issued: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        let token: string
        try {
          token = await tokens.issue('u', given as IssueOptions)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
          seen.refused += 1
          return
        }
        expect(await codeOf(token)).toBe('ok')
        seen.issued += 1
      }),
      { numRuns: 500 },
    )
    expect(Math.min(seen.issued, seen.refused)).toBeGreaterThan(50)
  })

  it('writes a list as it is, whatever is hung on it', async () => {
    const amr = Object.assign(['pwd'], { toJSON: () => ['otp'] })
    expect(parts(await tokens.issue('u', { amr }))[1]).toMatchObject({ amr: ['pwd'] })
  })

  it('refuses claims that JSON does not carry', async () => {
    expect(await reasonOf(() => tokens.issue('u', { claims: { at: new Date(0) as never } }))).toBe('value_not_json')
  })

  it('refuses to issue without a required claim', async () => {
    const strict = create({ requiredClaims: ['role'] })
    expect(await reasonOf(() => strict.issue('u'))).toBe('argument')
    expect(await codeOf(await strict.issue('u', { claims: { role: 'a' } }), strict)).toBe('ok')
  })

  it('says when the key is out of reach', async () => {
    const failing: Keyring = {
      active: {
        kid: 'k',
        alg: 'HS256',
        state: 'active',
        publicJwk: undefined,
        verify: () => Promise.reject(new Error('away')),
        sign: () => Promise.reject(new Error('away')),
      },
      find: () => failing.active,
      publicJwks: () => ({ keys: [] }),
    }
    await expect(create({}, failing).issue('u')).rejects.toThrow(UnavailableError)
    await expect(create({}, failing).verify(forge({ kid: 'k' }))).rejects.toThrow(UnavailableError)
  })

  it('issues what it verifies, for arbitrary subjects, scopes and claims', async () => {
    const subject = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '')
    const scope = fc.stringMatching(/^[!#-[\]-~]{1,10}$/)
    const names = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((name) => name !== '__proto__')
      .map((name) => `x-${name}`)
    const claims = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })
    await fc.assert(
      fc.asyncProperty(
        subject,
        fc.array(scope, { maxLength: 4 }),
        claims,
        fc.boolean(),
        async (sub, scopes, custom, asymmetric) => {
          const issuer = create({}, asymmetric ? ed : hs)
          const options = { scopes, claims: custom as NonNullable<IssueOptions['claims']> }
          if ((await reasonOf(() => issuer.issue(sub, options))) !== 'none') return
          const result = await issuer.verify(await issuer.issue(sub, options))
          expect(result).toMatchObject({ ok: true, principal: { subject: sub, scopes } })
          for (const [name, value] of Object.entries(custom)) {
            expect(JSON.stringify(result.ok && result.claims[name])).toBe(JSON.stringify(value))
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('verify()', () => {
  it('gives the claims and the principal, frozen to their depth', async () => {
    const options = {
      scopes: ['a', 'b'],
      amr: ['pwd'],
      acr: 'x',
      sessionId: 's',
      authenticatedAt: NOW - 5_000,
      claims: { role: 'r', deep: { list: [1] } },
    }
    const result = await tokens.verify(await tokens.issue('user-1', options))
    if (!result.ok) throw new Error(result.code)
    expect(result.principal).toEqual({
      subject: 'user-1',
      sessionId: 's',
      scopes: ['a', 'b'],
      authenticatedAt: (SECOND - 5) * 1_000,
      amr: ['pwd'],
      acr: 'x',
      claims: result.claims,
    })
    expect(result.claims.role).toBe('r')
    const { claims, principal } = result
    const deep = claims['deep'] as { list: number[] }
    for (const part of [result, claims, deep, deep.list, claims.amr, principal, principal.scopes, principal.amr]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    expect(Object.getPrototypeOf(claims)).toBeNull()
  })

  it('takes the time of issue for the login where the token does not say', async () => {
    const result = await tokens.verify(await tokens.issue('user-1'))
    expect(result.ok && result.principal).toMatchObject({ authenticatedAt: SECOND * 1_000, scopes: [], amr: [] })
    expect(result.ok && Object.keys(result.principal)).not.toContain('sessionId')
  })

  it('verifies until the end of the leeway', async () => {
    const token = await tokens.issue('user-1')
    expect(await when((SECOND + 605) * 1_000 - 1, () => codeOf(token))).toBe('ok')
    expect(await when((SECOND + 605) * 1_000, () => codeOf(token))).toBe('token_expired exp')
    expect(await when((SECOND - 5) * 1_000, () => codeOf(token))).toBe('ok')
    expect(await when((SECOND - 5) * 1_000 - 1, () => codeOf(token))).toBe('token_not_yet_valid iat')
  })

  it('tells the reasons apart', async () => {
    expect(await codeOf('nonsense')).toBe('token_malformed')
    expect(await codeOf(forge({ kid: 'unknown' }))).toBe('token_key')
    expect(await codeOf(forge({ kid: undefined }))).toBe('token_key')
    expect(await codeOf(forge({ kid: 'old' }))).toBe('token_key')
    expect(await codeOf(forge({ alg: 'HS512' }))).toBe('token_algorithm')
    expect(await codeOf(forge({ typ: 'JWT' }))).toBe('token_type')
    expect(await codeOf(forge({ typ: undefined }))).toBe('token_type')
    expect(await codeOf(`${forge({}).slice(0, -43)}${'A'.repeat(43)}`)).toBe('token_signature')
    expect(await codeOf(forge({}, { iss: 'other' }))).toBe('token_issuer iss')
    expect(await codeOf(forge({}, { aud: 'other' }))).toBe('token_audience aud')
    expect(await codeOf(forge({}, { sub: 1 }))).toBe('token_claim sub')
    expect(await codeOf(forge({}))).toBe('ok')
  })

  it('refuses a token signed with alg none', async () => {
    const [, claims] = forge({}).split('.')
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'hs-1' })).toString('base64url')
      expect(await codeOf(`${header}.${claims}.`)).toBe('token_malformed')
      expect(await codeOf(`${header}.${claims}.AAAA`)).toBe('token_algorithm')
    }
  })

  it('refuses an HMAC under the id of an Ed25519 key, keyed with the public key', async () => {
    const header = { alg: 'HS256', kid: 'ed-1' } as const
    const { sign } = createHmacKey('SHA-256', new Uint8Array(Buffer.from(ED_KEY.x, 'base64url')))
    const claims = parts(forge({}))[1]
    expect(await codeOf(await signJws(claims, 'at+jwt', header, sign))).toBe('token_algorithm')
    expect(await codeOf(await signJws(claims, 'at+jwt', { ...header, kid: 'hs-1' }, sign))).toBe('token_signature')
  })

  it('reads both names of Ed25519, whichever one its own key writes', async () => {
    const ring = await createKeyring([{ kid: 'ed-1', alg: 'Ed25519', jwk: ED_KEY }])
    const [older, newer] = [create({}, ed), create({}, ring)]
    expect(parts(await older.issue('u'))[0]['alg']).toBe('EdDSA')
    expect(parts(await newer.issue('u'))[0]['alg']).toBe('Ed25519')
    expect(await codeOf(await older.issue('u'), newer)).toBe('ok')
    expect(await codeOf(await newer.issue('u'), older)).toBe('ok')
    expect(await codeOf(await older.issue('u'))).toBe('ok')
  })

  it('uses no key that the token brings along', async () => {
    const jwk = { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url') }
    const input = forge({ jwk, jku: 'https://evil.example', x5u: 'https://evil.example', x5c: ['x'] })
      .split('.')
      .slice(0, 2)
      .join('.')
    const mac = createHmac('sha256', 'x'.repeat(32)).update(input).digest('base64url')
    expect(await codeOf(`${input}.${mac}`)).toBe('token_signature')
  })

  it('ends with the retirement of the key', async () => {
    const token = await tokens.issue('u')
    const retired = await createKeyring([
      { kid: 'hs-1', alg: 'HS256', state: 'retired', secret: SECRET },
      { kid: 'ed-1', alg: 'EdDSA', state: 'active', jwk: ED_KEY },
    ])
    expect(await codeOf(token, create({}, retired))).toBe('token_key')
  })

  it('follows a function that gives the current keys: a rotation step by step, with no token refused', async () => {
    const first = { kid: '1', alg: 'ES256', jwk: EC_KEYS[0] } as const
    const second = { kid: '2', alg: 'ES256', jwk: EC_KEYS[1] } as const
    const steps = [
      [{ ...first, state: 'active' }],
      [
        { ...first, state: 'active' },
        { ...second, state: 'accepted' },
      ],
      [
        { ...first, state: 'accepted' },
        { ...second, state: 'active' },
      ],
      [{ ...second, state: 'active' }],
    ] as const
    let ring = await createKeyring(steps[0])
    const rotating = bindAccessTokens<Claims>(resolveTokenOptions(OPTIONS), () => ring, runtime)
    const issued: string[] = []
    const verdicts: string[] = []
    const published: string[] = []
    for (const step of steps) {
      ring = await createKeyring(step)
      issued.push(await rotating.issue('u'))
      verdicts.push((await Promise.all(issued.map((token) => codeOf(token, rotating)))).join(' '))
      published.push(
        rotating
          .publicJwks()
          .keys.map(({ kid }) => String(kid))
          .join(),
      )
    }
    expect(issued.map((token) => parts(token)[0]['kid'])).toEqual(['1', '1', '2', '2'])
    expect(verdicts).toEqual(['ok', 'ok ok', 'ok ok ok', 'token_key token_key ok ok'])
    expect(published).toEqual(['1', '1,2', '1,2', '2'])
  })

  it.each<[string, () => unknown]>([
    ['throws', () => JSON.parse('')],
    ['gives nothing', () => undefined],
    ['gives a promise', async () => hs],
    ['gives a list', () => []],
  ])('says that the keys are out of reach when their function %s', async (_, keys) => {
    const failing = bindAccessTokens<Claims>(resolveTokenOptions(OPTIONS), keys as () => Keyring, runtime)
    await expect(failing.issue('u')).rejects.toThrow(UnavailableError)
    await expect(failing.verify(forge({}))).rejects.toThrow(UnavailableError)
    expect(() => failing.publicJwks()).toThrow(UnavailableError)
    expect(await codeOf('no token', failing)).toBe('token_malformed')
  })

  it('refuses a token of another purpose of the same root secret', async () => {
    const secrets = createRootSecrets({ 1: SECRET })
    const { sign } = secrets.deriveHmacKey(1, 'session-credential')
    const token = await signJws(parts(forge({}))[1], 'at+jwt', { alg: 'HS256', kid: '1' }, sign)
    expect(await codeOf(token, create({}, deriveKeyring(secrets)))).toBe('token_signature')
  })

  it.each([Number.NaN, Infinity, -1, 1.5, '1'])('fails closed with a clock that says %s', async (time) => {
    const token = await tokens.issue('u')
    await expect(when(time as number, () => tokens.verify(token))).rejects.toThrow(UnavailableError)
    await expect(when(time as number, () => tokens.issue('u'))).rejects.toThrow(UnavailableError)
  })

  it('refuses every edit of one character', async () => {
    const originals = [await tokens.issue('user-1', { scopes: ['read'] }), await create({}, ed).issue('user-1')]
    const alphabet = fc.constantFrom(
      ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u0000é',
    )
    const edit = fc.constantFrom('replace', 'insert', 'delete')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.nat(),
        alphabet,
        edit,
        async (original, place, character, kind) => {
          const at = place % original.length
          const edited =
            original.slice(0, at) +
            (kind === 'delete' ? '' : character) +
            original.slice(kind === 'insert' ? at : at + 1)
          fc.pre(edited !== original)
          expect(await codeOf(edited)).not.toBe('ok')
        },
      ),
      { numRuns: 1_500 },
    )
  })

  it('never throws, whatever is given', async () => {
    const hostile = fc.oneof(
      fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true, withSparseArray: true }),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.json(), fc.json(), fc.string())
        .map((segments) => segments.map((s) => Buffer.from(s).toString('base64url')).join('.')),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async (token) => {
        expect((await tokens.verify(token)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws and never accepts a wrong type, whatever a good signature covers', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>('user-1', SECOND, SECOND + 60, 'api', ['api'], 'read', ['pwd']),
    )
    const names = ['iss', 'aud', 'sub', 'exp', 'iat', 'nbf', 'jti', 'scope', 'amr', 'acr', 'sid', 'auth_time', 'x']
    const claims = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
    const header = fc.dictionary(fc.constantFrom('alg', 'typ', 'kid', 'crit', 'jwk', 'x'), value, { maxKeys: 1 })
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant({}), header), claims, async (headerChanges, changes) => {
        const result = await tokens.verify(forge(headerChanges, changes))
        if (!result.ok) return
        accepted += 1
        const { principal } = result
        expect(principal.subject).toMatch(/./u)
        expect(principal.scopes.every((scope) => typeof scope === 'string' && scope !== '')).toBe(true)
        expect(principal.amr.every((method) => typeof method === 'string')).toBe(true)
        expect(principal.authenticatedAt).toBeLessThanOrEqual(NOW + 5_000)
        expect(['string', 'undefined']).toContain(typeof principal.acr)
        expect(['string', 'undefined']).toContain(typeof principal.sessionId)
      }),
      { numRuns: 1_000 },
    )
    expect(accepted).toBeGreaterThan(50)
  })
})
