import { describe, expect, it } from 'vitest'
import type { ApiKeyVerdict, ApiKeyVerifier } from '../api-key-port.ts'
import { createTestAuth } from '../auth.fixture.ts'
import type { UserLookup } from '../ports.ts'

const OWNER = { subject: 'user-1', keyId: 'k1', scopes: ['notes:read'], authenticatedAt: 1_700_000_000_000 }
const GOOD: ApiKeyVerdict = { ok: true, principal: OWNER }
const EVERYBODY: UserLookup<{ id: string; email: string }> = { findById: (id) => ({ id, email: `${id}@app.test` }) }

/** An application with keys that begin with `acme_live_`, each of which is answered alike; and what was verified. */
function createApp(
  answer: unknown = GOOD,
  { users = EVERYBODY, ...overrides }: Parameters<typeof createTestAuth>[0] = {},
) {
  const verified: string[] = []
  const apiKeys: ApiKeyVerifier = {
    prefix: 'acme_live',
    async verify(key) {
      verified.push(key)
      if (answer instanceof Error) throw answer
      return answer as ApiKeyVerdict
    },
  }
  const app = createTestAuth({ apiKeys, users, ...overrides })
  const present = (key: string, requirement?: Parameters<typeof app.visit>[1], headers: object = {}) =>
    app.visit({ headers: { authorization: `Bearer ${key}`, ...headers } }, requirement)
  return { ...app, verified, present }
}

describe('an API key', () => {
  it('authenticates its owner by its own scopes, and is no login, however new it is', async () => {
    const { present, runtime, verified, storeCalls } = createApp()
    runtime.set(OWNER.authenticatedAt)
    const { context, denial } = await present('acme_live_1', { scope: 'notes:read' })
    expect(denial).toBeUndefined()
    expect(context.authentication).toEqual({ status: 'authenticated', via: 'bearer', principal: { ...OWNER, amr: [] } })
    expect(Object.isFrozen(context.principal) && Object.isFrozen(context.principal.scopes)).toBe(true)
    expect(await context.user()).toEqual({ id: 'user-1', email: 'user-1@app.test' })
    expect(verified).toEqual(['acme_live_1'])
    expect(storeCalls).toEqual([])
    expect((await present('acme_live_1', { scope: 'notes:write' })).denial).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    })
    expect((await present('acme_live_1', { maxAge: '5m' })).denial).toMatchObject({
      status: 401,
      body: { error: 'insufficient_user_authentication' },
    })
    expect((await present('acme_live_1', { amr: ['pwd'] })).denial?.status).toBe(401)
  })

  it('takes over nothing that its verifier says besides', async () => {
    const principal = { ...OWNER, sessionId: 's', amr: ['pwd'], acr: 'mfa', claims: { admin: true }, admin: true }
    const { context } = await createApp({ ok: true, principal }).present('acme_live_1')
    expect(context.principal).toEqual({ ...OWNER, amr: [] })
  })

  it('is told from an access token by how it begins, and neither is tried as the other', async () => {
    const { auth, present, verified } = createApp()
    const token = await auth.issueAccessToken('user-2')
    expect((await present(token)).context.principal.subject).toBe('user-2')
    for (const other of [
      'acme_live',
      'acme_liv_1',
      'ACME_LIVE_1',
      'xacme_live_1',
      'acme_test_1',
      `${token}_acme_live_1`,
    ]) {
      const { context } = await present(other)
      expect(context.authentication).toMatchObject({ status: 'rejected', code: expect.stringMatching(/^token_/) })
    }
    expect(verified).toEqual([])
    const refusing = createApp({ ok: false, code: 'malformed' })
    const genuine = await refusing.auth.issueAccessToken('user-2')
    const { context } = await refusing.present(`acme_live_${genuine}`)
    expect(context.authentication).toEqual({ status: 'rejected', code: 'api_key_malformed' })
  })

  it.each(['malformed', 'unknown', 'expired'] as const)(
    'that is %s is refused, also where authentication is optional',
    async (code) => {
      const { present, events } = createApp({ ok: false, code })
      const { context, denial } = await present('acme_live_1', { optional: true })
      expect(context.authentication).toEqual({ status: 'rejected', code: `api_key_${code}` })
      expect(denial).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
        body: { error: 'invalid_token' },
      })
      expect(events).toEqual([{ type: 'rejected', code: `api_key_${code}` }])
    },
  )

  it.each([
    [() => null, 'user_gone'],
    [() => 'disabled' as const, 'user_disabled'],
  ])('is refused with its user: %#', async (statusOf, code) => {
    const { present, events } = createApp(GOOD, { users: { ...EVERYBODY, statusOf } })
    const { context, denial } = await present('acme_live_1')
    expect(context.authentication).toEqual({ status: 'rejected', code })
    expect(denial).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(events).toEqual([{ type: 'rejected', code }])
  })

  it('is never "wrong" when the store of keys or the lookup of users is out of reach: 503', async () => {
    const cause = new Error('no connection')
    await expect(createApp(cause).present('acme_live_1')).rejects.toMatchObject({ status: 503, cause })
    const statusOf = () => Promise.reject(cause)
    const { present } = createApp(GOOD, { users: { ...EVERYBODY, statusOf } })
    await expect(present('acme_live_1')).rejects.toMatchObject({ status: 503, cause })
  })

  it.each([
    undefined,
    null,
    true,
    'ok',
    {},
    { ok: 'true', principal: OWNER },
    { ok: true },
    { ok: true, principal: null },
    { ok: false },
    { ok: false, code: 'other' },
    { ok: true, principal: { ...OWNER, subject: '' } },
    { ok: true, principal: { ...OWNER, subject: undefined } },
    { ok: true, principal: { ...OWNER, keyId: 7 } },
    { ok: true, principal: { ...OWNER, scopes: 'admin' } },
    { ok: true, principal: { ...OWNER, scopes: [null] } },
    { ok: true, principal: { ...OWNER, authenticatedAt: Number.NaN } },
  ])('admits nobody by an answer that is none: %j', async (answer) => {
    const { present } = createApp(answer ?? null)
    await expect(present('acme_live_1')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('beside a session cookie is refused before either is looked at', async () => {
    const { logIn, present, verified } = createApp()
    const cookie = await logIn('user-1')
    const { context, denial } = await present('acme_live_1', {}, { cookie })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'credentials_ambiguous' })
    expect([denial?.status, verified]).toEqual([400, []])
  })

  it('is not looked at on a route for session cookies', async () => {
    const { present, verified } = createApp()
    expect((await present('acme_live_1', { via: 'session', optional: true })).context.authentication.status).toBe(
      'anonymous',
    )
    expect(verified).toEqual([])
  })

  it('is enough by itself: neither tokens nor sessions need be configured', async () => {
    const { present, visit } = createApp(GOOD, { tokens: undefined, sessions: undefined })
    expect((await present('acme_live_1')).context.principal.keyId).toBe('k1')
    expect((await present('eyJhbGciOiJub25lIn0.e30.')).context.authentication).toEqual({
      status: 'rejected',
      code: 'token_key',
    })
    expect((await visit()).denial?.headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  it('is an access token like any other where none are configured', async () => {
    const { visit } = createTestAuth()
    const { context } = await visit({ headers: { authorization: 'Bearer acme_live_1' } })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'token_malformed' })
  })
})
