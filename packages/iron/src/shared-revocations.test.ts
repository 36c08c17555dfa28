import { createMemoryRevocationStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createSealedApp } from './sealed.fixture.ts'

const TOKENS = { issuer: 'https://api.test', audience: 'api' }

describe('sealed sessions and access tokens that share a store of revocations', () => {
  function begin() {
    const store = createMemoryRevocationStore()
    return createSealedApp({ revocations: store }, { tokens: TOKENS, revocations: { store } })
  }
  const codeOf = async ({ auth }: ReturnType<typeof begin>, token: string): Promise<string> => {
    const result = await auth.verifyAccessToken(token, { authoritative: 'local' })
    return result.ok ? 'ok' : result.code
  }

  it('end together at a logout, which tells that the session was alive', async () => {
    const app = begin()
    const exchange = app.open(await app.logIn('user-1'))
    await app.auth.guard()(exchange.context)
    const { sessionId = '' } = exchange.context.principal
    const token = await app.auth.issueAccessToken('user-1', { sessionId })
    expect(await app.auth.logout(exchange.context)).toEqual({ ok: true, revoked: true })
    expect(app.events.at(-1)).toMatchObject({ type: 'session_destroyed' })
    expect(await codeOf(app, token)).toBe('token_revoked')
  })

  it('end together when one session is revoked, once', async () => {
    const app = begin()
    const exchange = app.open(await app.logIn('user-1'))
    await app.auth.guard()(exchange.context)
    const { sessionId = '' } = exchange.context.principal
    const token = await app.auth.issueAccessToken('user-1', { sessionId })
    expect(await app.auth.revokeSession('user-1', sessionId)).toBe(true)
    expect(await app.auth.revokeSession('user-1', sessionId)).toBe(false)
    expect(await codeOf(app, token)).toBe('token_revoked')
  })

  it('end together when all are revoked, by one cut that spares who logs in after it', async () => {
    const app = begin()
    const [before, token] = [await app.logIn('user-1'), await app.auth.issueAccessToken('user-1')]
    await app.auth.revokeAllSessions('user-1')
    const [after, next] = [await app.logIn('user-1'), await app.auth.issueAccessToken('user-1')]
    expect(await app.auth.epochOf('user-1')).toBe(app.runtime.now())
    expect([await app.judge(before), await codeOf(app, token)]).toEqual(['session_unknown', 'token_revoked'])
    expect([await app.judge(after), await codeOf(app, next)]).toEqual(['in', 'ok'])
  })
})
