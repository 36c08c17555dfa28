import { createAuth, createKeyring } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { mintAccessToken } from './access-token.ts'
import { TEST_KEYS } from './keys.ts'
import { createTestRuntime } from './runtime.ts'

describe('mintAccessToken()', () => {
  it.each(['HS256', 'EdDSA'] as const)('mints what a verifier with the test key for %s accepts', async (alg) => {
    const runtime = createTestRuntime()
    const keys = await createKeyring([TEST_KEYS[alg]])
    const auth = createAuth({ tokens: { issuer: 'https://api.test', audience: 'api', keys }, runtime })
    expect(await auth.verifyAccessToken(mintAccessToken({ alg, subject: 'user-7' }))).toMatchObject({
      ok: true,
      principal: { subject: 'user-7' },
    })
    expect(await auth.verifyAccessToken(mintAccessToken({ alg, lifetime: -60 }))).toMatchObject({
      ok: false,
      code: 'token_expired',
    })
    expect(await auth.verifyAccessToken(mintAccessToken({ alg, claims: { sub: undefined } }))).toMatchObject({
      ok: false,
      code: 'token_claim',
    })
    expect(await auth.verifyAccessToken(mintAccessToken({ alg, header: { typ: 'JWT' } }))).toMatchObject({
      ok: false,
      code: 'token_type',
    })
  })

  it('mints the same token from the same options', () => {
    expect(mintAccessToken({ now: 1_800_000_060_000 })).toBe(mintAccessToken({ now: 1_800_000_060_000 }))
    expect(mintAccessToken()).not.toBe(mintAccessToken({ subject: 'user-2' }))
  })
})
