import { createTestRequest } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from './auth.fixture.ts'
import { closedSink } from './http/effects.ts'

describe('Auth.authenticate() and Auth.authorize()', () => {
  it('judge a request without an adapter', async () => {
    const { auth } = createTestAuth()
    const token = await auth.issueAccessToken('user-1', { scopes: ['notes'] })
    const request = createTestRequest({ headers: { Authorization: `Bearer ${token}` } })
    const { authentication } = await auth.authenticate(request, closedSink)
    expect(auth.authorize(authentication, { scope: 'notes' })).toBeUndefined()
    expect(auth.authorize(authentication, { scope: 'admin' })).toMatchObject({ status: 403 })
    expect(auth.authorize({ status: 'anonymous' })).toMatchObject({ status: 401 })
    expect(auth.authorize({ status: 'anonymous' }, { optional: true })).toBeUndefined()
  })

  it('judge maxAge by the clock', async () => {
    const { auth, runtime } = createTestAuth()
    const token = await auth.issueAccessToken('user-1', { authenticatedAt: runtime.now() - 300_000 })
    const { authentication } = await auth.authenticate(
      createTestRequest({ headers: { authorization: `Bearer ${token}` } }),
      closedSink,
    )
    expect(auth.authorize(authentication, { maxAge: '5m' })).toBeUndefined()
    runtime.advance('6s')
    expect(auth.authorize(authentication, { maxAge: '5m' })).toMatchObject({
      status: 401,
      body: { error: 'insufficient_user_authentication' },
    })
  })

  it('refuse a misspelt requirement', async () => {
    const { auth } = createTestAuth()
    const wrong = { scopes: 'admin' } as object
    expect(() => auth.guard(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
    expect(() => auth.authorize({ status: 'anonymous' }, wrong)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG' }),
    )
    await expect(auth.authenticate(createTestRequest(), closedSink, wrong)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG' }),
    )
  })
})

describe('Auth: access tokens', () => {
  it('issues what it verifies, and finds the user behind it', async () => {
    const { auth } = createTestAuth()
    const result = await auth.verifyAccessToken(await auth.issueAccessToken('user-1'))
    expect(result).toMatchObject({ ok: true, principal: { subject: 'user-1' } })
    expect(await auth.userOf(result)).toEqual({ id: 'user-1', email: 'user-1@app.test' })
    expect(await auth.userOf(await auth.verifyAccessToken(await auth.issueAccessToken('gone')))).toBeNull()
    expect(await auth.userOf(await auth.verifyAccessToken('nonsense'))).toBeNull()
  })

  it('does not verify the tokens of an instance with other secrets', async () => {
    const other = createTestAuth({ secrets: { 1: 'another-test-secret:Qm7Zx2VbN8Lk4TpRw9Ys' } })
    expect(await createTestAuth().auth.verifyAccessToken(await other.auth.issueAccessToken('user-1'))).toEqual({
      ok: false,
      code: 'token_signature',
    })
  })

  it('says so where tokens are not configured', async () => {
    const { auth } = createTestAuth({ tokens: undefined })
    await expect(auth.issueAccessToken('user-1')).rejects.toThrow(expect.objectContaining({ reason: 'not_configured' }))
    await expect(auth.verifyAccessToken('x')).rejects.toThrow(expect.objectContaining({ reason: 'not_configured' }))
  })
})

describe('Auth: the sessions of a subject', () => {
  it('lists them, newest first, without anything that opens one', async () => {
    const { auth, logIn, runtime } = createTestAuth()
    await logIn('user-1', { label: 'Phone' })
    runtime.advance(1)
    await logIn('user-1', { label: 'Laptop' })
    await logIn('user-2')
    const sessions = await auth.listSessions('user-1')
    expect(sessions.map((session) => session.label)).toEqual(['Laptop', 'Phone'])
    expect(Object.keys(sessions[0] ?? {}).sort()).toEqual([
      'absoluteExpiresAt',
      'address',
      'authenticatedAt',
      'carrier',
      'createdAt',
      'id',
      'idleExpiresAt',
      'label',
      'lastSeenAt',
      'persistent',
      'userAgent',
    ])
  })

  it('ends one, or all but one', async () => {
    const { auth, logIn, visit } = createTestAuth()
    const cookies = [await logIn('user-1'), await logIn('user-1'), await logIn('user-1')]
    const ids = await Promise.all(
      cookies.map(async (cookie) => (await visit({ headers: { cookie } })).context.principal.sessionId ?? ''),
    )
    expect(await auth.revokeSession('user-1', ids[0] ?? '')).toBe(true)
    expect(await auth.revokeSession('user-2', ids[1] ?? '')).toBe(false)
    expect(await auth.revokeAllSessions('user-1', { except: ids[1] ?? '' })).toBe(1)
    const alive = await Promise.all(
      cookies.map(async (cookie) => (await visit({ headers: { cookie } })).denial === undefined),
    )
    expect(alive).toEqual([false, true, false])
    expect(await auth.revokeAllSessions('user-1')).toBe(1)
  })

  it.each(['', 'a\u0000', 1])('refuses the subject %j as a mistake of the caller', async (subject) => {
    const { auth, storeCalls } = createTestAuth()
    for (const call of [auth.listSessions, auth.revokeAllSessions, auth.epochOf]) {
      await expect(call(subject as string)).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
    }
    await expect(auth.revokeSession(subject as string, '0'.repeat(32))).rejects.toThrow(
      expect.objectContaining({ reason: 'argument' }),
    )
    expect(storeCalls).toEqual([])
  })

  it('takes a store that fails for an outage, in every call', async () => {
    const { auth, hooks } = createTestAuth()
    hooks.before = () => {
      throw new Error('down')
    }
    const calls = [
      auth.listSessions('u'),
      auth.revokeSession('u', '0'.repeat(32)),
      auth.revokeAllSessions('u'),
      auth.epochOf('u'),
      auth.sweep(),
    ]
    for (const call of calls) await expect(call).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
  })
})

describe('Auth.sweep()', () => {
  it('removes at most as many dead sessions as it is told', async () => {
    const { auth, logIn, runtime } = createTestAuth()
    for (let count = 0; count < 3; count += 1) await logIn('user-1')
    runtime.advance('7d')
    expect(await auth.sweep({ limit: 2 })).toBe(2)
    expect(await auth.sweep()).toBe(1)
  })

  it.each([0, -1, 1.5, Number.NaN, 100_001])('refuses the limit %s', async (limit) => {
    await expect(createTestAuth().auth.sweep({ limit })).rejects.toThrow(
      expect.objectContaining({ reason: 'argument' }),
    )
  })
})

describe('Auth: what leaves it', () => {
  it('no event, message or principal holds a credential', async () => {
    const { auth, logIn, visit, open, events } = createTestAuth()
    const cookie = await logIn('user-1')
    const token = await auth.issueAccessToken('user-1')
    const secret = cookie.slice(cookie.lastIndexOf('.') + 1)
    await visit({ headers: { cookie: `${cookie}x` } })
    await visit({ headers: { authorization: `Bearer ${token}x` } })
    await visit({ method: 'POST', headers: { cookie, origin: 'https://evil.test' } })
    const { context } = open({ method: 'POST', headers: { cookie, origin: ORIGIN } })
    await auth.guard()(context)
    const told = JSON.stringify([events, context, context.principal, context.authentication, auth])
    expect(events.length).toBeGreaterThan(3)
    for (const canary of [secret, token.split('.')[2] ?? '', 'latchkey-test-secret']) expect(told).not.toContain(canary)
  })
})
