import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../config.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { SessionRecord } from '../ports.ts'
import { storedSessions } from '../session/stored.ts'
import { issueTokens } from './token-response.ts'

const RECORD: SessionRecord = {
  id: '00112233445566778899aabbccddeeff',
  carrier: 'refresh',
  subject: 'user-1',
  scopes: [],
  authenticatedAt: 1_799_999_000_000,
  amr: [],
  acr: null,
  keyId: 1,
  salt: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
  generation: 3,
  previous: 2,
  rotatedAt: 1_799_999_500_000,
  epoch: 0,
  createdAt: 1_799_999_000_000,
  lastSeenAt: 1_799_999_500_000,
  idleExpiresAt: 1_900_000_000_000,
  absoluteExpiresAt: 1_900_000_000_000,
  version: 3,
  label: null,
  userAgent: null,
  address: null,
  persistent: true,
  dataVersion: 0,
  data: {},
}

const config = resolveConfig({
  origin: 'https://app.test',
  secrets: TEST_SECRETS,
  sessions: storedSessions(createMemorySessionStore()),
  tokens: { issuer: 'https://api.test', audience: 'api', lifetime: '5m' },
  runtime: createTestRuntime(),
})

describe('issueTokens()', () => {
  it('answers as RFC 6749 section 5.1 has it', async () => {
    expect(await issueTokens(config, RECORD)).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: expect.stringMatching(/^lkr_00112233445566778899aabbccddeeff\.3\.[\w-]{43}$/),
    })
    expect(await issueTokens(config, { ...RECORD, scopes: ['a', 'b'] })).toMatchObject({ scope: 'a b' })
  })

  it('gives the same refresh token for the same generation, and a new access token each time', async () => {
    const [one, two] = [await issueTokens(config, RECORD), await issueTokens(config, RECORD)]
    expect(one.refresh_token).toBe(two.refresh_token)
    expect(one.access_token).not.toBe(two.access_token)
  })

  it('needs access tokens', async () => {
    await expect(issueTokens({ ...config, tokens: undefined }, RECORD)).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
  })
})
