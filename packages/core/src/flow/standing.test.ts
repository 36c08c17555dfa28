import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { Requirement } from '../authentication.ts'
import { createMemoryRevocationStore } from '../memory/revocation-store.ts'
import type { RevocationStore } from '../revocation-port.ts'

const INVALID_TOKEN = 'Bearer realm="api", error="invalid_token"'

/** An application with a revocation store whose calls are counted, and with users whose status a test sets. */
function begin(overrides: Parameters<typeof createTestAuth>[0] = {}) {
  const memory = createMemoryRevocationStore()
  const asked: string[] = []
  const state = { status: 'active' as 'active' | 'disabled' | null, down: false }
  const store: RevocationStore = {
    ...memory,
    async isRevoked(credential, call) {
      asked.push('isRevoked')
      if (state.down) throw new Error('down')
      return memory.isRevoked(credential, call)
    },
    async changedSince(since, call) {
      asked.push('changedSince')
      if (state.down) throw new Error('down')
      return memory.changedSince(since, call)
    },
  }
  const app = createTestAuth({
    revocations: { store },
    users: { findById: (id) => ({ id, email: '' }), statusOf: () => state.status },
    ...overrides,
  })
  return Object.assign(app, { asked, state, memory })
}

async function logInForToken({ auth, open }: TestAuth): Promise<string> {
  const login = await auth.login(open({ method: 'POST' }).context, { subject: 'user-1', deliver: 'tokens' })
  if (!login.ok) throw new Error(login.code)
  return login.tokens.access_token
}

const present = (app: TestAuth, token: string, requirement: Requirement) =>
  app.visit({ headers: { authorization: `Bearer ${token}` } }, requirement)

describe('an authoritative route', () => {
  it('is one that says so: others ask no store about a token', async () => {
    const app = begin()
    const token = await logInForToken(app)
    await app.auth.revokeAccessToken(token)
    app.storeCalls.length = 0
    for (const requirement of [{}, { authoritative: false }]) {
      expect((await present(app, token, requirement)).denial).toBeUndefined()
    }
    expect([...app.asked, ...app.storeCalls]).toEqual([])
  })

  it.each([true, 'local'] as const)('refuses a token that was revoked: %j', async (authoritative) => {
    const app = begin()
    const [revoked, other] = [await logInForToken(app), await logInForToken(app)]
    expect((await present(app, revoked, { authoritative })).denial).toBeUndefined()
    expect(await app.auth.revokeAccessToken(revoked)).toBe(true)
    app.runtime.advance('11s')
    const { denial } = await present(app, revoked, { authoritative })
    expect(denial).toMatchObject({ status: 401, headers: { 'www-authenticate': INVALID_TOKEN } })
    expect(app.events.at(-1)).toEqual({ type: 'rejected', code: 'token_revoked' })
    expect((await present(app, other, { authoritative })).denial).toBeUndefined()
  })

  it('refuses a token whose session has ended, though nobody wrote a revocation', async () => {
    const app = begin({ revocations: undefined })
    const token = await logInForToken(app)
    expect((await present(app, token, { authoritative: true })).denial).toBeUndefined()
    await app.auth.revokeAllSessions('user-1')
    expect((await present(app, token, { authoritative: true })).denial?.status).toBe(401)
    expect((await present(app, token, {})).denial).toBeUndefined()
  })

  it('refuses a token that names a session of another subject, or none that there is', async () => {
    const app = begin()
    await app.logIn('user-2')
    const [session] = await app.auth.listSessions('user-2')
    for (const sessionId of [session?.id ?? '', 'ab'.repeat(16), 'nothing']) {
      const token = await app.auth.issueAccessToken('user-1', { sessionId })
      expect((await present(app, token, { authoritative: true })).denial?.status).toBe(401)
    }
    const without = await app.auth.issueAccessToken('user-1')
    expect((await present(app, without, { authoritative: true })).denial).toBeUndefined()
  })

  it.each([
    ['disabled', 'user_disabled'],
    [null, 'user_gone'],
  ] as const)('refuses the token and the cookie of a user who is %s', async (status, code) => {
    const app = begin()
    const token = await logInForToken(app)
    const cookie = await app.logIn('user-1')
    app.state.status = status
    expect((await present(app, token, { authoritative: true })).denial?.status).toBe(401)
    expect(app.events.at(-1)).toEqual({ type: 'rejected', code })
    const visit = await app.visit({ headers: { cookie } }, { authoritative: true })
    expect(visit.denial?.status).toBe(401)
    expect(app.events.at(-1)).toEqual({ type: 'rejected', code })
    for (const authoritative of [false, 'local'] as const) {
      expect((await present(app, token, { authoritative })).denial).toBeUndefined()
      expect((await app.visit({ headers: { cookie } }, { authoritative })).denial).toBeUndefined()
    }
  })

  it('counts a user who is gone as nobody where authentication is optional', async () => {
    const app = begin()
    const cookie = await app.logIn('user-1')
    app.state.status = null
    const visit = await app.visit(
      { method: 'POST', headers: { cookie, origin: ORIGIN } },
      { authoritative: true, optional: true },
    )
    expect(visit.denial).toBeUndefined()
    expect(visit.context.authentication).toEqual({ status: 'anonymous' })
  })

  it.each([true, 'local'] as const)('is a 503 when the store is down, and never "fine": %j', async (authoritative) => {
    const app = begin()
    const token = await logInForToken(app)
    app.state.down = true
    await expect(present(app, token, { authoritative })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE' }),
    )
    expect((await present(app, token, {})).denial).toBeUndefined()
  })

  it('goes on by a local view for as long as its bound says, and is a 503 from then on', async () => {
    const app = begin()
    const token = await logInForToken(app)
    const authoritative = 'local'
    await present(app, token, { authoritative })
    app.state.down = true
    app.runtime.advance('10s')
    expect((await present(app, token, { authoritative })).denial).toBeUndefined()
    app.runtime.advance('1s')
    await expect(present(app, token, { authoritative })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE' }),
    )
  })

  it('asks no store about what is no good token', async () => {
    const app = begin()
    const token = await logInForToken(app)
    app.storeCalls.length = 0
    for (const bad of ['x', `${token}x`, token.slice(0, -4)]) {
      expect((await present(app, bad, { authoritative: true })).denial?.status).toBe(401)
    }
    expect([...app.asked, ...app.storeCalls]).toEqual([])
  })

  it('is refused when it is made where nothing could answer it', () => {
    const bare = { sessions: undefined, users: undefined, revocations: undefined } as const
    const authoritative = expect.objectContaining({ code: 'ERR_CONFIG', option: 'requirement.authoritative' })
    expect(() => createTestAuth(bare).auth.guard({ authoritative: true })).toThrow(authoritative)
    expect(() => createTestAuth().auth.guard({ authoritative: 'local' })).toThrow(authoritative)
    expect(() => createTestAuth().auth.guard({ authoritative: true })).not.toThrow()
  })
})

describe('verifyAccessToken() that is authoritative', () => {
  it('asks the stores as a route does', async () => {
    const app = begin()
    const token = await logInForToken(app)
    await app.auth.revokeAccessToken(token)
    expect(await app.auth.verifyAccessToken(token)).toMatchObject({ ok: true })
    for (const authoritative of [true, 'local'] as const) {
      const result = await app.auth.verifyAccessToken(token, { authoritative })
      expect(result).toEqual({ ok: false, code: 'token_revoked' })
      expect(await app.auth.userOf(result)).toBeNull()
    }
    await expect(createTestAuth().auth.verifyAccessToken(token, { authoritative: 'local' })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG' }),
    )
  })
})
