import { createTestRuntime, mintAccessToken, TEST_KEYS, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuth } from '../auth.ts'
import { createKeyring } from './keyring.ts'
import { keyringFromSecrets } from './secret-keyring.ts'
import { createTokenVerifier, type TokenVerifierOptions } from './verifier.ts'

const runtime = createTestRuntime()
const ring = await createKeyring([TEST_KEYS.HS256])
const OPTIONS = { issuer: 'https://api.test', audience: 'api', keys: ring, runtime }

const make = (options: Partial<TokenVerifierOptions> = {}) => createTokenVerifier({ ...OPTIONS, ...options })
const mint = (claims: object = {}) => mintAccessToken({ subject: 'user-1', claims: claims as never })

describe('createTokenVerifier()', () => {
  it('verifies what its issuer signed, and says who it stands for', async () => {
    const result = await make().verify(mint({ scope: 'a b', tenant: 7 }))
    expect(result).toMatchObject({
      ok: true,
      principal: { subject: 'user-1', scopes: ['a', 'b'] },
      claims: { tenant: 7 },
    })
    expect(result.ok && 'issuer' in result.principal).toBe(false)
    expect(Object.isFrozen(result) && result.ok && Object.isFrozen(result.claims)).toBe(true)
  })

  it.each<[string, Partial<TokenVerifierOptions>, object]>([
    ['token_issuer', { issuer: 'https://other.test' }, {}],
    ['token_audience', { audience: ['x', 'y'] }, {}],
    ['token_claim', { requiredClaims: ['tenant'] }, {}],
    ['token_claim', { maxLifetime: '1m' }, {}],
    ['token_expired', { leeway: 0 }, { iat: 1_799_999_000, exp: 1_799_999_600 }],
    ['token_key', { keys: keyringFromSecrets(TEST_SECRETS) }, {}],
    ['token_type', { types: ['JWT'] }, {}],
  ])('refuses with %s by %j', async (code, options, claims) => {
    expect(await make(options).verify(mint(claims))).toMatchObject({ ok: false, code })
  })

  it('takes tokens of another type where that is said', async () => {
    const token = mintAccessToken({ subject: 'user-1', header: { typ: 'JWT' } })
    expect((await make({ types: ['jwt'] }).verify(token)).ok).toBe(true)
    expect(await make().verify(token)).toMatchObject({ code: 'token_type' })
  })

  it('asks for the keys at every use, also for a token that it remembers', async () => {
    let keys: unknown = ring
    const verifier = make({ keys: () => keys as typeof ring })
    const token = mint()
    expect((await verifier.verify(token)).ok).toBe(true)
    keys = keyringFromSecrets(TEST_SECRETS)
    expect(await verifier.verify(token)).toMatchObject({ code: 'token_key' })
    for (const none of [undefined, [], {}]) {
      keys = none
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    }
  })

  it('waits for keys that have to be fetched, and does not call a token bad where they are out of reach', async () => {
    const token = mint()
    expect((await make({ keys: { find: async (kid) => ring.find(kid) } }).verify(token)).ok).toBe(true)
    const down = make({ keys: { find: () => Promise.reject(new Error('no route')) } })
    await expect(down.verify(token)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('judges every input as createAuth does', async () => {
    const auth = createAuth({ tokens: { issuer: OPTIONS.issuer, audience: OPTIONS.audience, keys: ring }, runtime })
    const verifier = make()
    const genuine = mint()
    const at = fc.nat(genuine.length - 1)
    const input = fc.oneof(
      fc.anything(),
      fc.string(),
      fc.tuple(at, at).map(([one, other]) => genuine.slice(0, one) + genuine.slice(other)),
      fc
        .tuple(at, fc.string({ maxLength: 3 }))
        .map(([index, text]) => genuine.slice(0, index) + text + genuine.slice(index + 1)),
      fc.constantFrom(
        genuine,
        mint({ iss: 'x' }),
        mint({ aud: [] }),
        mint({ exp: 1 }),
        mint({ type: 'refresh' }),
        mint({ cnf: {} }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(input, async (token) => {
        expect(await verifier.verify(token)).toEqual(await auth.verifyAccessToken(token))
      }),
    )
  })

  it('takes no second argument: a refresh token is for none of its callers', async () => {
    const verify = make().verify as (token: unknown, use: string) => Promise<unknown>
    expect(await verify(mint(), 'refresh')).toMatchObject({ ok: true })
  })

  it.each<[string, object]>([
    ['issuer', { issuer: null }],
    ['issuer', { issuer: '' }],
    ['audience', { audience: null }],
    ['audience', { audience: [] }],
    ['keys', { keys: undefined }],
    ['keys', { keys: [TEST_KEYS.HS256] }],
    ['keys', { keys: TEST_SECRETS }],
    ['types', { types: [] }],
    ['maxLifetime', { maxLifetime: 0 }],
    ['leeway', { leeway: '5m' }],
    ['requiredClaims', { requiredClaims: 'tenant' }],
    ['cache', { cache: true }],
    ['cache.maxEntries', { cache: { maxEntries: 1 } }],
    ['runtime', { runtime: {} }],
    ['algorithms', { algorithms: ['none'] }],
    ['profile', { profile: 'flaskJwtExtended' }],
  ])('names %s where that is wrong', (option, wrong) => {
    expect(() => make(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it.each([undefined, null, 'x', []])('refuses %j for options', (options) => {
    expect(() => createTokenVerifier(options as never)).toThrow(expect.objectContaining({ option: 'options' }))
  })
})
