import { createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { UnavailableError } from '../faults.ts'
import { bindAccessTokens, type AccessTokens } from './access-token.ts'
import { resolveTokenOptions } from './options.ts'
import type { JsonWebKey } from './jwk.ts'
import type { KeyInput } from './key-input.ts'
import { createKeyring } from './keyring.ts'
import { toKeyring, type Keyring, type TokenKey } from './token-key.ts'

const NOW = 1_800_000_000_000
const OPTIONS = { issuer: 'https://issuer.example', audience: 'api' }
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const HMAC: KeyInput = { kid: 'hs', alg: 'HS256', state: 'active', secret: SECRET }
const makeKey = (): JsonWebKey =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JsonWebKey
const EC: KeyInput = { kid: 'ec', alg: 'ES256', state: 'active', jwk: makeKey() }

let now = NOW
const runtime = {
  now: () => now,
  startTimer: () => () => {},
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
}
/** How often a signature was checked, by key id. */
let checks: string[] = []

/** A ring of the same keys that writes down each check of a signature. */
async function countingRing(...inputs: readonly KeyInput[]): Promise<Keyring> {
  const ring = await createKeyring(inputs)
  return toKeyring(
    inputs.map(({ kid = '' }) => {
      const key = ring.find(kid) as TokenKey
      return Object.freeze<TokenKey>({
        ...key,
        verify(input, signature) {
          checks.push(kid)
          return key.verify(input, signature)
        },
      })
    }),
  )
}

function create(ring: Keyring | (() => Keyring), options: object = {}): AccessTokens {
  const keys = typeof ring === 'function' ? ring : (): Keyring => ring
  return bindAccessTokens(resolveTokenOptions({ ...OPTIONS, ...options }), keys, runtime)
}

async function codeOf(tokens: AccessTokens, token: unknown): Promise<string> {
  const result = await tokens.verify(token)
  return result.ok ? 'ok' : result.code
}

beforeEach(() => {
  now = NOW
  checks = []
})

describe.each([
  ['HMAC', HMAC],
  ['an asymmetric signature', EC],
])('a token that was verified before, with %s', (_, input) => {
  it('is not verified again, and has the same claims', async () => {
    const tokens = create(await countingRing(input))
    const token = await tokens.issue('u', { scopes: ['read'], amr: ['pwd'] })
    const first = await tokens.verify(token)
    const second = await tokens.verify(token.slice(0, 10) + token.slice(10))
    expect(checks).toHaveLength(1)
    expect(second).toEqual(first)
  })

  it('has a principal of its own for each request, frozen to its depth', async () => {
    const tokens = create(await countingRing(input))
    const token = await tokens.issue('u', { scopes: ['read'], amr: ['pwd'], claims: { role: { name: 'admin' } } })
    const [first, second] = [await tokens.verify(token), await tokens.verify(token)]
    if (!first.ok || !second.ok) throw new Error('refused')
    expect(second.principal).not.toBe(first.principal)
    const { principal } = second
    for (const part of [
      second,
      principal,
      principal.scopes,
      principal.amr,
      principal.claims,
      principal.claims?.['role'],
    ])
      expect(Object.isFrozen(part)).toBe(true)
    expect(() => Object.assign(principal.claims?.['role'] as object, { name: 'root' })).toThrow(TypeError)
  })

  it('is refused from the moment that it expires', async () => {
    const tokens = create(await countingRing(input), { leeway: 0 })
    const token = await tokens.issue('u', { lifetime: 60 })
    expect(await codeOf(tokens, token)).toBe('ok')
    now = NOW + 59_999
    expect(await codeOf(tokens, token)).toBe('ok')
    now = NOW + 60_000
    expect(await codeOf(tokens, token)).toBe('token_expired')
    now = NOW - 1_000
    expect(await codeOf(tokens, token)).toBe('token_not_yet_valid')
    expect(checks).toHaveLength(1)
  })

  it('is refused as soon as its key is retired, gone, or another one of the same id', async () => {
    const other: KeyInput = { kid: 'other', alg: 'EdDSA', state: 'active', jwk: ED_KEY }
    let ring = await countingRing(input)
    const tokens = create(() => ring)
    const token = await tokens.issue('u')
    expect(await codeOf(tokens, token)).toBe('ok')
    ring = await countingRing({ ...input, state: 'retired' }, other)
    expect(await codeOf(tokens, token)).toBe('token_key')
    ring = await countingRing(other)
    expect(await codeOf(tokens, token)).toBe('token_key')
    const replaced = input === HMAC ? { ...HMAC, secret: SECRET.toReversed() } : { ...EC, jwk: makeKey() }
    ring = await countingRing(replaced)
    expect(await codeOf(tokens, token)).toBe('token_signature')
    ring = await countingRing({ ...input, state: 'accepted' }, other)
    expect(await codeOf(tokens, token)).toBe('ok')
  })

  it('is judged by the application each time', async () => {
    let revoked = false
    const tokens = create(await countingRing(input), { checkClaims: () => (revoked ? 'revoked' : true) })
    const token = await tokens.issue('u')
    expect(await codeOf(tokens, token)).toBe('ok')
    revoked = true
    expect(await tokens.verify(token)).toMatchObject({ ok: false, code: 'token_claims_refused', reason: 'revoked' })
    revoked = false
    expect(await codeOf(tokens, token)).toBe('ok')
    expect(checks).toHaveLength(1)
  })

  it('is not remembered when it was refused, for whatever reason', async () => {
    const tokens = create(await countingRing(input), { leeway: 0 })
    const token = await tokens.issue('u')
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    for (const run of [1, 2, 3]) {
      expect(await codeOf(tokens, forged)).toBe('token_signature')
      expect(checks).toHaveLength(run)
    }
    now = NOW + 3_600_000
    for (const run of [4, 5]) {
      expect(await codeOf(tokens, token)).toBe('token_expired')
      expect(checks).toHaveLength(run)
    }
  })

  it('lends its signature to no other text', async () => {
    const tokens = create(await countingRing(input))
    const token = await tokens.issue('u')
    expect(await codeOf(tokens, token)).toBe('ok')
    const [header = '', claims = '', signature = ''] = token.split('.')
    const admin = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('"u"', '"a"')).toString('base64url')
    expect(await codeOf(tokens, `${header}.${admin}.${signature}`)).toBe('token_signature')
    expect(await codeOf(tokens, `${token} `)).toBe('token_malformed')
    expect(await codeOf(tokens, Object(token))).toBe('token_malformed')
  })

  it('is unknown to another verifier', async () => {
    const ring = await countingRing(input)
    const [tokens, other] = [create(ring), create(ring, { audience: 'other' })]
    const token = await tokens.issue('u')
    expect([await codeOf(tokens, token), await codeOf(other, token)]).toEqual(['ok', 'token_audience'])
    expect(await codeOf(create(ring), token)).toBe('ok')
    expect(checks).toHaveLength(3)
  })

  it('is verified each time where the cache is off', async () => {
    const tokens = create(await countingRing(input), { cache: false })
    const token = await tokens.issue('u')
    for (const run of [1, 2, 3]) {
      expect(await codeOf(tokens, token)).toBe('ok')
      expect(checks).toHaveLength(run)
    }
  })

  it('fails closed when the clock or the keys do not answer', async () => {
    let ring: Keyring | undefined = await countingRing(input)
    const tokens = create(() => ring as Keyring)
    const token = await tokens.issue('u')
    expect(await codeOf(tokens, token)).toBe('ok')
    now = Number.NaN
    await expect(tokens.verify(token)).rejects.toThrow(UnavailableError)
    now = NOW
    ring = undefined
    await expect(tokens.verify(token)).rejects.toThrow(UnavailableError)
  })
})

describe('the cache', () => {
  it('never changes a verdict, whatever is presented in whatever order', async () => {
    const ring = await createKeyring([HMAC])
    const [cached, plain] = [create(ring, { cache: { maxEntries: 4 } }), create(ring, { cache: false })]
    const genuine = await Promise.all(
      Array.from({ length: 8 }, (_, index) => plain.issue(`u${index}`, { lifetime: 60 })),
    )
    const presented = fc.record({
      token: fc.constantFrom(...genuine),
      at: fc.nat(),
      character: fc.constantFrom('', 'A', '.', 'é'),
      edited: fc.boolean(),
      time: fc.constantFrom(NOW, NOW + 59_000, NOW + 70_000, NOW - 60_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(presented, { maxLength: 20 }), async (requests) => {
        for (const { token, at, character, edited, time } of requests) {
          now = time
          const place = at % token.length
          const text = edited ? token.slice(0, place) + character + token.slice(place + 1) : token
          expect(await cached.verify(text)).toEqual(await plain.verify(text))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('forgets a token of a flood, and verifies it again', async () => {
    const tokens = create(await countingRing(HMAC), { cache: { maxEntries: 2 } })
    const first = await tokens.issue('u')
    await tokens.verify(first)
    for (let index = 0; index < 5; index += 1) await tokens.verify(await tokens.issue('u'))
    checks = []
    expect(await codeOf(tokens, first)).toBe('ok')
    expect(checks).toHaveLength(1)
  })
})

describe('the same token at the same time', () => {
  it('is checked once, and all who asked get the verdict', async () => {
    const tokens = create(await countingRing(EC), { cache: false })
    const token = await tokens.issue('u')
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    const verdicts = await Promise.all([token, token, forged, token, forged].map((text) => codeOf(tokens, text)))
    expect(verdicts).toEqual(['ok', 'ok', 'token_signature', 'ok', 'token_signature'])
    expect(checks).toHaveLength(2)
    expect(await codeOf(tokens, token)).toBe('ok')
    expect(checks).toHaveLength(3)
  })

  it('lends its verdict to no other text with the same signature', async () => {
    const tokens = create(await countingRing(EC), { cache: false })
    const token = await tokens.issue('u')
    const [header, , signature] = token.split('.')
    const [, claims] = (await tokens.issue('root')).split('.')
    const mixed = `${header}.${claims}.${signature}`
    const verdicts = await Promise.all([token, mixed, token, mixed].map((text) => codeOf(tokens, text)))
    expect(verdicts).toEqual(['ok', 'token_signature', 'ok', 'token_signature'])
  })
})

const ED_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

describe('several issuers', () => {
  const [A, B] = ['https://a.example', 'https://b.example'] as const
  const keyOf = (name: string, jwk: JsonWebKey): KeyInput => ({ kid: name, alg: 'ES256', state: 'active', jwk })
  const [jwkA, jwkB, jwkOwn] = [makeKey(), makeKey(), makeKey()]

  async function setUp(options: object = {}): Promise<Record<'own' | 'a' | 'b' | 'all', AccessTokens>> {
    // One key id for all: it is the issuer that decides.
    const [own, ringA, ringB] = await Promise.all([jwkOwn, jwkA, jwkB].map((jwk) => createKeyring([keyOf('k', jwk)])))
    const trustedIssuers = [
      { issuer: A, keys: ringA },
      { issuer: B, keys: ringB, audience: 'b-api', ...options },
    ]
    return {
      own: create(own as Keyring),
      a: create(ringA as Keyring, { issuer: A }),
      b: create(ringB as Keyring, { issuer: B, audience: 'b-api', maxLifetime: '2h' }),
      all: create(own as Keyring, { trustedIssuers }),
    }
  }

  it('are told apart by their exact iss, and each has its own keys', async () => {
    const { own, a, b, all } = await setUp()
    const results = await Promise.all([own, a, b].map(async (issuer) => all.verify(await issuer.issue('7'))))
    expect(results.map((result) => result.ok && [result.principal.subject, result.principal.issuer])).toEqual([
      ['7', undefined],
      ['7', A],
      ['7', B],
    ])
  })

  it('never have their keys verify the tokens of another', async () => {
    const { all } = await setUp()
    for (const issuer of [OPTIONS.issuer, A, B, `${A}/`, 'https://A.example', 'https://c.example', '__proto__']) {
      for (const jwk of [jwkOwn, jwkA, jwkB]) {
        const forger = create(await createKeyring([keyOf('k', jwk)]), { issuer, audience: ['api', 'b-api'] })
        const genuine = [
          [OPTIONS.issuer, jwkOwn],
          [A, jwkA],
          [B, jwkB],
        ].some(([name, key]) => name === issuer && key === jwk)
        expect([issuer, await codeOf(all, await forger.issue('u'))]).toEqual([
          issuer,
          genuine
            ? 'ok'
            : jwk === jwkOwn && !([A, B] as string[]).includes(issuer)
              ? 'token_issuer'
              : 'token_signature',
        ])
      }
    }
  })

  it('are each judged by their own audience, types, lifetime and claims', async () => {
    const { b, all } = await setUp()
    const other = create(await createKeyring([keyOf('k', jwkB)]), { issuer: B, audience: 'api' })
    expect(await codeOf(all, await other.issue('u'))).toBe('token_audience')
    expect(await codeOf(all, await b.issue('u', { lifetime: '2h' }))).toBe('token_claim')
    const { all: wider } = await setUp({ maxLifetime: '2h' })
    expect(await codeOf(wider, await b.issue('u', { lifetime: '2h' }))).toBe('ok')
    const { all: demanding } = await setUp({ requiredClaims: ['tenant'] })
    expect(await codeOf(demanding, await b.issue('u'))).toBe('token_claim')
    expect(await codeOf(demanding, await b.issue('u', { claims: { tenant: 't' } }))).toBe('ok')
    const { all: typed } = await setUp({ types: ['JWT'] })
    expect(await codeOf(typed, await b.issue('u'))).toBe('token_type')
  })

  it('accept a typ of JWT where the application says so, and no token without one', async () => {
    const ring = await createKeyring([HMAC])
    const all = create(await createKeyring([EC]), { trustedIssuers: [{ issuer: A, keys: ring, types: ['JWT'] }] })
    const claims = { iss: A, aud: 'api', sub: 'u', iat: NOW / 1_000, exp: NOW / 1_000 + 60, jti: 'j' }
    const mint = (header: object): string => {
      const input = [{ alg: 'HS256', kid: 'hs', ...header }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
    }
    expect(await codeOf(all, mint({ typ: 'JWT' }))).toBe('ok')
    expect(await codeOf(all, mint({ typ: 'at+jwt' }))).toBe('token_type')
    expect(await codeOf(all, mint({}))).toBe('token_type')
    expect(await codeOf(all, mint({ typ: 'JWT', kid: undefined }))).toBe('token_key')
  })

  it('say when keys are out of reach, and refuse tokens of other issuers all the same', async () => {
    const away = { find: () => Promise.reject(new Error('away')) }
    const { own, a } = await setUp()
    const all = create(await createKeyring([keyOf('k', jwkOwn)]), { trustedIssuers: [{ issuer: A, keys: away }] })
    await expect(all.verify(await a.issue('u'))).rejects.toThrow(UnavailableError)
    expect(await codeOf(all, await own.issue('u'))).toBe('ok')
  })
})
