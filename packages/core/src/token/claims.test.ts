import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateAccessTokenClaims, type ClaimsPolicy } from './claims.ts'
import { FLASK_JWT_EXTENDED } from './flask-profile.ts'
import { RFC9068 } from './profile.ts'

const NOW = 1_800_000_000_000
const SECOND = NOW / 1_000
const POLICY: ClaimsPolicy = {
  profile: RFC9068,
  refreshLifetime: 0,
  issuer: 'https://issuer.example',
  audience: ['api', 'admin-api'],
  maxLifetime: 3_600_000,
  leeway: 5_000,
  clientId: undefined,
  requiredClaims: [],
}
const CLAIMS = {
  iss: 'https://issuer.example',
  aud: 'api',
  sub: 'user-1',
  iat: SECOND,
  exp: SECOND + 600,
  jti: 'jti-1',
}

function judge(changes: object, policy: Partial<ClaimsPolicy> = {}, now: number = NOW): string {
  const verdict = validateAccessTokenClaims({ ...CLAIMS, ...changes }, now, { ...POLICY, ...policy })
  return verdict.ok ? 'ok' : `${verdict.code} ${verdict.claim}`
}

function without(name: string, policy: Partial<ClaimsPolicy> = {}): string {
  const { [name]: _, ...rest } = CLAIMS as Record<string, unknown>
  const verdict = validateAccessTokenClaims(rest, NOW, { ...POLICY, ...policy })
  return verdict.ok ? 'ok' : `${verdict.code} ${verdict.claim}`
}

describe('validateAccessTokenClaims()', () => {
  it('gives the claims that it was given', () => {
    const verdict = validateAccessTokenClaims(CLAIMS, NOW, POLICY)
    expect(verdict.ok && verdict.claims).toBe(CLAIMS)
    expect(Object.isFrozen(verdict)).toBe(true)
  })

  it.each([
    ['iss', 'token_issuer iss'],
    ['aud', 'token_audience aud'],
    ['sub', 'token_claim sub'],
    ['exp', 'token_claim exp'],
    ['iat', 'token_claim iat'],
    ['jti', 'token_claim jti'],
  ])('requires %s', (name, expected) => {
    expect(without(name)).toBe(expected)
  })

  it.each([
    ['https://issuer.example/'],
    ['HTTPS://issuer.example'],
    ['https://issuer.exampl'],
    ['https://issuer.example.evil'],
    [''],
    [null],
    [['https://issuer.example']],
    [{ 'https://issuer.example': 1 }],
  ])('refuses the issuer %j', (iss) => {
    expect(judge({ iss })).toBe('token_issuer iss')
  })

  it.each([
    ['api'],
    ['admin-api'],
    [['api']],
    [['other', 'admin-api']],
    [[...Array.from({ length: 19 }, () => 'x'), 'api']],
  ])('accepts the audience %j', (aud) => {
    expect(judge({ aud })).toBe('ok')
  })

  it.each([
    [''],
    ['ap'],
    ['api2'],
    ['API'],
    ['other api'],
    ['*'],
    [[]],
    [['other']],
    [[['api']]],
    [['api', 1]],
    [['api', null]],
    [{ 0: 'api' }],
    [true],
    [null],
    [[...Array.from({ length: 20 }, () => 'x'), 'api']],
  ])('refuses the audience %j', (aud) => {
    expect(judge({ aud })).toBe('token_audience aud')
  })

  it.each([
    [''],
    ['   '],
    [1],
    [null],
    [['user-1']],
    [{}],
    [true],
    ['a\r\nb'],
    ['a\u0000'],
    ['a\u0085'],
    ['\ud800'],
    ['a'.repeat(256)],
  ])('refuses the subject %j', (sub) => {
    expect(judge({ sub })).toBe('token_claim sub')
  })

  it.each(['__proto__', 'constructor', '0', 'é', 'e\u0301', '\u{1f600}', 'a'.repeat(255)])(
    'accepts the subject %j',
    (sub) => {
      expect(judge({ sub })).toBe('ok')
    },
  )

  it.each([[''], [5], [null], [{}], [['a']], ['a'.repeat(256)]])('refuses the token id %j', (jti) => {
    expect(judge({ jti })).toBe('token_claim jti')
  })

  it.each(['exp', 'iat', 'nbf', 'auth_time'])('requires a number in range for %s', (name) => {
    for (const value of [
      null,
      '1800000000',
      [1],
      true,
      {},
      Number.NaN,
      Infinity,
      -Infinity,
      -1,
      8.64e12 + 1,
      2 ** 63,
    ]) {
      expect([value, judge({ [name]: value })]).toEqual([value, `token_claim ${name}`])
    }
  })

  it('expires at exactly the end of the leeway', () => {
    const end = (SECOND + 600) * 1_000 + 5_000
    expect(judge({}, {}, end - 1)).toBe('ok')
    expect(judge({}, {}, end)).toBe('token_expired exp')
    expect(judge({}, { leeway: 0 }, end - 5_001)).toBe('ok')
    expect(judge({}, { leeway: 0 }, end - 5_000)).toBe('token_expired exp')
  })

  it('accepts the longest lifetime and no more', () => {
    expect(judge({ exp: SECOND + 3_600 })).toBe('ok')
    expect(judge({ exp: SECOND + 3_601 })).toBe('token_claim exp')
    expect(judge({ exp: SECOND * 1_000 })).toBe('token_claim exp')
    expect(judge({ iat: 0 })).toBe('token_claim exp')
  })

  it('refuses a token that ends before it begins', () => {
    expect(judge({ iat: SECOND + 1, exp: SECOND + 1 })).toBe('token_claim exp')
    expect(judge({ iat: SECOND + 2, exp: SECOND + 1 })).toBe('token_claim exp')
  })

  it('refuses a token from the future, beyond the leeway', () => {
    expect(judge({ iat: SECOND + 5 })).toBe('ok')
    expect(judge({ iat: SECOND + 5.001 })).toBe('token_not_yet_valid iat')
  })

  it('honours nbf', () => {
    expect(judge({ nbf: SECOND + 5 })).toBe('ok')
    expect(judge({ nbf: SECOND + 6 })).toBe('token_not_yet_valid nbf')
    expect(judge({ nbf: SECOND + 600 })).toBe('token_claim nbf')
  })

  it('refuses a login in the future, which would pass every limit on its age', () => {
    expect(judge({ auth_time: SECOND - 86_400 })).toBe('ok')
    expect(judge({ auth_time: SECOND + 5 })).toBe('ok')
    expect(judge({ auth_time: SECOND + 6 })).toBe('token_claim auth_time')
  })

  it.each(['read', 'read write', 'a:b!#[]~', 'read read'])('accepts the scope %j', (scope) => {
    expect(judge({ scope })).toBe('ok')
  })

  it.each([
    [''],
    [' read'],
    ['read '],
    ['read  write'],
    ['read\twrite'],
    ['a"b'],
    ['a\\b'],
    ['é'],
    [['read']],
    [1],
    [null],
    [{}],
  ])('refuses the scope %j', (scope) => {
    expect(judge({ scope })).toBe('token_claim scope')
  })

  it.each<[string, unknown]>([
    ['amr', 'mfa'],
    ['amr', ['pwd', 1]],
    ['amr', ['']],
    ['amr', null],
    ['acr', 1],
    ['acr', ''],
    ['acr', null],
    ['sid', {}],
    ['sid', ''],
    ['client_id', 1],
    ['client_id', ''],
    ['client_id', null],
  ])('refuses %s as %j', (name, value) => {
    expect(judge({ [name]: value })).toBe(`token_claim ${name}`)
  })

  it('accepts all optional claims together', () => {
    expect(
      judge({
        nbf: SECOND,
        auth_time: SECOND,
        scope: 'a b',
        amr: ['pwd', 'otp'],
        acr: 'high',
        sid: 's',
        client_id: 'web',
      }),
    ).toBe('ok')
    expect(judge({ amr: [] })).toBe('ok')
  })

  it.each([[{ jkt: 'x' }], [{}], [null], [false], ['']])('refuses a token bound to its sender: cnf %j', (cnf) => {
    expect(judge({ cnf })).toBe('token_claim cnf')
  })

  it('requires client_id where the policy has one, and does not compare it', () => {
    expect(judge({}, { clientId: 'web' })).toBe('token_claim client_id')
    expect(judge({ client_id: 'other' }, { clientId: 'web' })).toBe('ok')
  })

  it('requires further claims: own and not null', () => {
    const policy = { requiredClaims: ['tenant'] }
    expect(judge({}, policy)).toBe('token_claim tenant')
    expect(judge({ tenant: null }, policy)).toBe('token_claim tenant')
    expect(judge({ tenant: 0 }, policy)).toBe('ok')
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(judge({}, { requiredClaims: [name] })).toBe(`token_claim ${name}`)
    }
  })

  it('takes no claim from a prototype', () => {
    const verdict = validateAccessTokenClaims(Object.assign(Object.create({ tenant: 'x' }), CLAIMS), NOW, {
      ...POLICY,
      requiredClaims: ['tenant'],
    })
    expect(verdict).toMatchObject({ ok: false, claim: 'tenant' })
  })

  it('leaves claims of the application alone', () => {
    expect(judge({ roles: 'admin', email: null, constructor: { prototype: 1 } })).toBe('ok')
  })

  it('accepts only what meets every rule, judged again by hand', () => {
    const near = fc.integer({ min: -4_000, max: 4_000 }).map((offset) => SECOND + offset)
    const time = fc.oneof(near, fc.double(), fc.constantFrom<unknown>(null, '1', undefined))
    let accepted = 0
    fc.assert(
      fc.property(
        near,
        near,
        fc.option(time, { nil: undefined }),
        fc.integer({ min: 0, max: 60_000 }),
        (exp, iat, nbf, leeway) => {
          const changes = nbf === undefined ? { exp, iat } : { exp, iat, nbf }
          if (judge(changes, { leeway }) !== 'ok') return
          accepted += 1
          expect(NOW).toBeLessThan(exp * 1_000 + leeway)
          expect(iat * 1_000 - leeway).toBeLessThanOrEqual(NOW)
          expect(exp - iat).toBeGreaterThan(0)
          expect(exp - iat).toBeLessThanOrEqual(3_600)
          if (nbf !== undefined) {
            expect(typeof nbf).toBe('number')
            expect((nbf as number) * 1_000 - leeway).toBeLessThanOrEqual(NOW)
          }
        },
      ),
      { numRuns: 2_000 },
    )
    expect(accepted).toBeGreaterThan(50)
  })

  it('never throws, whatever the values', () => {
    const claims = fc.dictionary(
      fc.constantFrom(...Object.keys(CLAIMS), 'nbf', 'scope', 'amr', 'cnf', 'x'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(claims, (changes) => {
        judge(changes)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('validateAccessTokenClaims() of a refresh JWT', () => {
  const flask = { profile: FLASK_JWT_EXTENDED, issuer: null, audience: null, refreshLifetime: 86_400_000 }
  const refresh = { type: 'refresh', iss: undefined, aud: undefined }

  function judgeFor(use: 'access' | 'refresh', changes: object): string {
    const verdict = validateAccessTokenClaims({ ...CLAIMS, ...refresh, ...changes }, NOW, { ...POLICY, ...flask }, use)
    return verdict.ok ? 'ok' : `${verdict.code} ${verdict.claim}`
  }

  it('holds for refreshing alone', () => {
    expect(judgeFor('refresh', {})).toBe('ok')
    expect(judgeFor('access', {})).toBe('token_type type')
    expect(judgeFor('refresh', { type: 'access' })).toBe('token_type type')
  })

  it('may live as long as refresh JWTs do', () => {
    expect(judgeFor('refresh', { exp: SECOND + 86_400 })).toBe('ok')
    expect(judgeFor('refresh', { exp: SECOND + 86_401 })).toBe('token_claim exp')
    expect(judgeFor('access', { type: 'access', exp: SECOND + 3_601 })).toBe('token_claim exp')
  })

  it('does not look at issuer and audience where none is configured', () => {
    expect(judgeFor('refresh', { iss: 'https://anyone.example', aud: 7 })).toBe('ok')
  })
})
