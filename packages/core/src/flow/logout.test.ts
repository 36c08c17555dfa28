import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'

describe('logout()', () => {
  it('ends the session on the server and deletes the cookie', async () => {
    const { auth, logIn, open, visit, events } = createTestAuth()
    const cookie = await logIn('user-1')
    const exchange = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    expect(await auth.logout(exchange.context)).toEqual({ ok: true, revoked: true })
    expect(exchange.context.authentication).toEqual({ status: 'anonymous' })
    expect(exchange.cookies).toEqual([
      '__Host-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
    expect((await visit({ headers: { cookie } })).denial?.status).toBe(401)
    expect(events.map((event) => event.type)).toEqual(['session_created', 'session_destroyed', 'rejected'])
  })

  it.each([[{}], [{ cookie: '__Host-session=nonsense' }], [{ cookie: '__Host-session=a; __Host-session=b' }]])(
    'is no failure without a live session: %j',
    async (headers) => {
      const { auth, open } = createTestAuth()
      const exchange = open({ method: 'POST', headers: { origin: ORIGIN, ...headers } })
      expect(await auth.logout(exchange.context)).toEqual({ ok: true, revoked: false })
      expect(exchange.cookies).toHaveLength(1)
    },
  )

  it('is idempotent', async () => {
    const { auth, logIn, open } = createTestAuth()
    const cookie = await logIn('user-1')
    const request = { method: 'POST', headers: { origin: ORIGIN, cookie } }
    expect(await auth.logout(open(request).context)).toEqual({ ok: true, revoked: true })
    expect(await auth.logout(open(request).context)).toEqual({ ok: true, revoked: false })
  })

  it('is not another site\u2019s to ask for', async () => {
    const { auth, logIn, open, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    for (const headers of [
      { cookie, origin: 'https://evil.test' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie },
    ]) {
      const exchange = open({ method: 'POST', headers })
      expect(await auth.logout(exchange.context)).toMatchObject({
        ok: false,
        code: 'cross_origin',
        denial: { status: 403 },
      })
      expect(exchange.cookies).toEqual([])
    }
    expect((await visit({ headers: { cookie } })).denial).toBeUndefined()
  })

  it('is an error, and keeps the cookie, when the store is out of reach', async () => {
    const { auth, logIn, open, hooks } = createTestAuth()
    const cookie = await logIn('user-1')
    hooks.before = (name) => {
      if (name === 'destroy') throw new Error('down')
    }
    const exchange = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    await expect(auth.logout(exchange.context)).rejects.toThrow(expect.objectContaining({ status: 503 }))
    expect(exchange.cookies).toEqual([])
  })

  it('ends a session that the same request began', async () => {
    const { auth, visit } = createTestAuth()
    const exchange = await visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    const session = await exchange.context.session()
    await session.set('a', 1)
    expect(await auth.logout(exchange.context)).toEqual({ ok: true, revoked: true })
    await expect(session.set('a', 2)).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
    expect(exchange.cookies).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('is refused before anything happens when the response has begun', async () => {
    const { auth, logIn, open, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    const { context, flush } = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    flush()
    await expect(auth.logout(context)).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect((await visit({ headers: { cookie } })).denial).toBeUndefined()
  })
})
