import fc from 'fast-check'
import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createRootSecrets } from '../secrets.ts'
import { createCsrfTokens, type CsrfGround } from './csrf-token.ts'

const SESSION: CsrfGround = { id: '0123456789abcdef0123456789abcdef', salt: 'salt-of-the-session' }
const OTHER_SECRET = 'another-latchkey-secret:Qm5sT8yHw2Kd'
const create = (secrets: object = TEST_SECRETS) => createCsrfTokens(createRootSecrets(secrets), createTestRuntime())

describe('createCsrfTokens()', () => {
  it('makes tokens of 64 characters, each another one, and all good', async () => {
    const tokens = create()
    const made = await Promise.all([tokens.issue(SESSION), tokens.issue(SESSION), tokens.issue(SESSION)])
    expect(new Set(made).size).toBe(3)
    for (const token of made) {
      expect(token).toMatch(/^[\w-]{64}$/)
      expect(await tokens.verify(token, SESSION)).toBe(true)
    }
  })

  it('binds a token to the id and the salt of one session', async () => {
    const tokens = create()
    const token = await tokens.issue(SESSION)
    expect(await tokens.verify(token, { ...SESSION, id: SESSION.id.replace('0', '1') })).toBe(false)
    expect(await tokens.verify(token, { ...SESSION, salt: 'salt-after-a-change' })).toBe(false)
  })

  it('binds a token to the secrets: the newest signs, and all verify', async () => {
    const [old = ''] = Object.values(TEST_SECRETS)
    const before = await create().issue(SESSION)
    const both = create({ 1: old, 2: OTHER_SECRET })
    expect(await both.verify(before, SESSION)).toBe(true)
    const after = await both.issue(SESSION)
    expect(await create({ 2: OTHER_SECRET }).verify(after, SESSION)).toBe(true)
    expect(await create({ 2: OTHER_SECRET }).verify(before, SESSION)).toBe(false)
    expect(await create().verify(after, SESSION)).toBe(false)
  })

  it('refuses a token with any one character changed', async () => {
    const tokens = create()
    const token = await tokens.issue(SESSION)
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token.charAt(at) === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(await tokens.verify(changed, SESSION)).toBe(false)
    }
  })

  it('refuses any text of any length, and throws nothing', async () => {
    const tokens = create()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 64, maxLength: 64 })),
        async (text) => {
          expect(await tokens.verify(text, SESSION)).toBe(false)
        },
      ),
    )
    expect(await tokens.verify('A'.repeat(1_000_000), SESSION)).toBe(false)
  })
})
