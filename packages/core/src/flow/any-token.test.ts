import { createTestRuntime, TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { bindAccessTokens } from '../token/access-token.ts'
import { createKeyring } from '../token/keyring.ts'
import { resolveTokenOptions } from '../token/options.ts'
import { verifyAnyToken } from './any-token.ts'

const TOKENS = { issuer: 'https://api.test', audience: 'api' }

async function begin(options: object) {
  const ring = await createKeyring([TEST_KEYS.HS256])
  return bindAccessTokens(resolveTokenOptions({ ...TOKENS, ...options }), () => ring, createTestRuntime())
}

describe('verifyAnyToken()', () => {
  it('tells what a token is for', async () => {
    const tokens = await begin({ profile: 'flaskJwtExtended' })
    for (const use of ['access', 'refresh'] as const) {
      const token = await tokens.issue('7', { refresh: use === 'refresh' })
      expect(await verifyAnyToken(tokens, token)).toMatchObject({ use, claims: { sub: '7' } })
    }
  })

  it.each([undefined, null, 7, '', 'a.b.c', {}, []])('gives nothing for %j', async (token) => {
    expect(await verifyAnyToken(await begin({}), token)).toBeUndefined()
  })

  it('gives nothing for a token of another kind, whose form is the same', async () => {
    const flask = await begin({ profile: 'flaskJwtExtended' })
    expect(await verifyAnyToken(await begin({}), await flask.issue('7'))).toBeUndefined()
  })
})
