import { createTestRuntime, TEST_KEYS, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createAuth } from '../auth.ts'
import { createAccessTokens, type AccessTokensOptions } from './access-token.ts'
import { createKeyring } from './keyring.ts'
import { remoteKeys } from './remote-keys.ts'
import { keyringFromSecrets } from './secret-keyring.ts'

const runtime = createTestRuntime()
const NAMES = { issuer: 'https://api.test', audience: 'api' }
const make = (options: Partial<AccessTokensOptions> = {}) =>
  createAccessTokens({ ...NAMES, keys: keyringFromSecrets(TEST_SECRETS), runtime, ...options })

describe('createAccessTokens()', () => {
  it('issues what createAuth verifies, and verifies what createAuth issues', async () => {
    const tokens = make()
    const auth = createAuth({ secrets: TEST_SECRETS, tokens: NAMES, runtime })
    const ours = await tokens.issue('user-1', { scopes: ['a'], claims: { tenant: 7 } })
    expect(await auth.verifyAccessToken(ours)).toEqual(await tokens.verify(ours))
    expect(await tokens.verify(ours)).toMatchObject({ ok: true, claims: { sub: 'user-1', scope: 'a', tenant: 7 } })
    expect((await tokens.verify(await auth.issueAccessToken('user-1'))).ok).toBe(true)
  })

  it('takes its options', async () => {
    const tokens = make({ lifetime: '1m', clientId: 'web', requiredClaims: ['tenant'], cache: false, leeway: 0 })
    expect([tokens.issuer, tokens.lifetime]).toEqual(['https://api.test', 60_000])
    await expect(tokens.issue('user-1')).rejects.toMatchObject({ reason: 'argument' })
    const token = await tokens.issue('user-1', { claims: { tenant: 1 } })
    const result = await tokens.verify(token)
    expect(result.ok && [result.claims.client_id, result.claims.exp - result.claims.iat]).toEqual(['web', 60])
  })

  it('issues no refresh JWTs and takes none', async () => {
    const tokens = make()
    await expect(tokens.issue('user-1', { refresh: true })).rejects.toMatchObject({ reason: 'argument' })
    expect(await tokens.verify(await tokens.issue('user-1'), 'refresh')).toMatchObject({ code: 'token_type' })
  })

  it('publishes the public halves of its keys', async () => {
    const tokens = make({ keys: await createKeyring([TEST_KEYS.EdDSA]) })
    expect(tokens.publicJwks().keys).toMatchObject([{ kty: 'OKP', kid: 'test-eddsa' }])
  })

  it('takes no keys of another server, which can neither sign nor be published by it', async () => {
    const remote = remoteKeys('https://login.test/jwks', { fetch }) as never
    expect(() => make({ keys: remote })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'keys' }))
    const tokens = make({ keys: () => remote })
    expect(() => tokens.publicJwks()).toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    await expect(tokens.issue('user-1')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it.each<[string, object]>([
    ['issuer', { issuer: null }],
    ['audience', { audience: undefined }],
    ['keys', { keys: undefined }],
    ['lifetime', { lifetime: '2h' }],
    ['lifetime', { lifetime: null }],
    ['clientId', { clientId: '' }],
    ['cache.maxLength', { cache: { maxLength: 1 } }],
    ['runtime', { runtime: null }],
    ['secrets', { secrets: TEST_SECRETS }],
    ['trustedIssuers', { trustedIssuers: [] }],
  ])('names %s where that is wrong', (option, wrong) => {
    expect(() => make(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
