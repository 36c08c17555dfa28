import { createAuth, createKeyring } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { TEST_KEYS, TEST_SECRETS } from './keys.ts'

const tokens = { issuer: 'https://api.test', audience: 'api' }

describe('TEST_SECRETS', () => {
  it('are accepted as root secrets', async () => {
    const auth = createAuth({ secrets: TEST_SECRETS, tokens })
    expect(await auth.verifyAccessToken(await auth.issueAccessToken('user-1'))).toMatchObject({ ok: true })
  })
})

describe('TEST_KEYS', () => {
  it.each(['HS256', 'EdDSA'] as const)('sign and verify with %s', async (alg) => {
    const auth = createAuth({ tokens: { ...tokens, keys: await createKeyring([TEST_KEYS[alg]]) } })
    const token = await auth.issueAccessToken('user-1')
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg })
    expect(await auth.verifyAccessToken(token)).toMatchObject({ ok: true })
  })
})
