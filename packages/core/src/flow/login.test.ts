import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'
import type { LoginOptions } from './login.ts'

const FORM = { method: 'POST', headers: { origin: ORIGIN } } as const
const CUT_OFF = { ok: false, code: 'login_cut_off', denial: expect.objectContaining({ status: 401 }) }

describe('login()', () => {
  it('makes a session, sends its cookie, and authenticates the context', async () => {
    const { auth, open, visit, runtime } = createTestAuth()
    const { context, cookiePair } = open(FORM)
    const result = await auth.login(context, {
      subject: 'user-1',
      deliver: 'cookie',
      amr: ['pwd'],
      acr: 'basic',
      scopes: ['notes'],
      label: 'Firefox',
    })
    expect(result.ok && result.session.subject).toBe('user-1')
    expect(context.principal).toMatchObject({
      subject: 'user-1',
      authenticatedAt: runtime.now(),
      amr: ['pwd'],
      acr: 'basic',
      scopes: ['notes'],
    })
    expect(await context.session()).toBe(result.ok && result.session)
    expect(await context.user()).toEqual({ id: 'user-1', email: 'user-1@app.test' })
    expect(await auth.listSessions('user-1')).toMatchObject([{ id: context.principal.sessionId, label: 'Firefox' }])
    expect((await visit({ headers: { cookie: cookiePair() } })).context.principal.subject).toBe('user-1')
  })

  it('sends the cookie with safe attributes, uncacheably', async () => {
    const { auth, open } = createTestAuth()
    const exchange = open(FORM)
    await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    expect(exchange.cookies).toEqual([
      expect.stringMatching(
        /^__Host-session=lks_[0-9a-f]{32}\.0\.[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect(exchange.headers.get('cache-control')).toBe('no-store')
  })

  it('ends the session that the request presented, also when the same subject logs in again', async () => {
    const { auth, open, logIn, visit, events } = createTestAuth()
    const before = await logIn('user-1')
    const exchange = open({ method: 'POST', headers: { origin: ORIGIN, cookie: before } })
    await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    expect((await visit({ headers: { cookie: before } })).denial?.status).toBe(401)
    expect(await auth.listSessions('user-1')).toHaveLength(1)
    expect(events.map((event) => event.type)).toEqual([
      'session_created',
      'session_created',
      'session_destroyed',
      'rejected',
    ])
  })

  it('gives a planted session nothing: the attacker\u2019s cookie is dead after the victim\u2019s login', async () => {
    const { auth, open, visit } = createTestAuth()
    const planted = await visit({}, { optional: true })
    await (await planted.context.session()).set('evil', true)
    const cookie = planted.cookiePair()
    const victim = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    const result = await auth.login(victim.context, { subject: 'victim', deliver: 'cookie' })
    expect(victim.cookiePair()).not.toBe(cookie)
    expect(result.ok && result.session.keys()).toEqual([])
    expect((await visit({ headers: { cookie } }, { optional: true })).context.authentication.status).toBe('anonymous')
  })

  it('ends handles that were given out before it', async () => {
    const { auth, visit } = createTestAuth()
    const first = await visit({}, { optional: true })
    const before = await first.context.session()
    await before.set('a', 1)
    const second = await visit(
      { method: 'POST', headers: { origin: ORIGIN, cookie: first.cookiePair() } },
      { optional: true },
    )
    const stale = await second.context.session()
    await auth.login(second.context, { subject: 'user-1', deliver: 'cookie' })
    await expect(stale.set('a', 2)).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
    // Nor does it take away the cookie of what came after it.
    expect(await stale.destroy()).toBe(false)
    expect(second.cookiePair()).toMatch(/^__Host-session=lks_/)
    await (await second.context.session()).set('a', 3)
  })

  it('ends handles that had nothing stored, so that a late write does not take the login\u2019s cookie away', async () => {
    const { auth, visit } = createTestAuth()
    const exchange = await visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    const early = await exchange.context.session()
    await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    await expect(early.set('a', 1)).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
    expect(await early.destroy()).toBe(false)
    expect((await visit({ headers: { cookie: exchange.cookiePair() } })).context.principal.subject).toBe('user-1')
  })

  it('leaves the former session alone when the response begins before it is ended', async () => {
    const { auth, open, logIn, hooks, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    const { context, flush } = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    hooks.after = (name) => {
      if (name === 'create') flush()
    }
    await expect(auth.login(context, { subject: 'user-2', deliver: 'cookie' })).rejects.toThrow(
      expect.objectContaining({ reason: 'headers_sent' }),
    )
    hooks.after = () => {}
    expect(await auth.listSessions('user-2')).toEqual([])
    expect((await visit({ headers: { cookie } })).denial).toBeUndefined()
  })

  it.each([
    [{ origin: 'https://evil.test' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'null' }],
    [{ cookie: 'other=1' }],
  ])('refuses to log a browser in for another site: %j', async (headers) => {
    const { auth, open, storeCalls, events } = createTestAuth()
    const exchange = open({ method: 'POST', headers })
    expect(await auth.login(exchange.context, { subject: 'attacker', deliver: 'cookie' })).toMatchObject({
      ok: false,
      code: 'cross_origin',
      denial: { status: 403 },
    })
    expect(exchange.cookies).toEqual([])
    expect(storeCalls).toEqual([])
    expect(events).toEqual([{ type: 'rejected', code: 'cross_origin' }])
    expect(() => exchange.context.authentication).toThrow(expect.objectContaining({ reason: 'not_guarded' }))
  })

  it('lets in a client that is no browser', async () => {
    const { auth, open } = createTestAuth()
    expect((await auth.login(open({ method: 'POST' }).context, { subject: 'user-1', deliver: 'cookie' })).ok).toBe(true)
  })

  it('refuses a login that was judged by a password changed meanwhile', async () => {
    const { auth, open } = createTestAuth()
    const epoch = await auth.epochOf('user-1')
    await auth.revokeAllSessions('user-1')
    const exchange = open(FORM)
    expect(await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie', epoch })).toEqual(CUT_OFF)
    expect(exchange.cookies).toEqual([])
    expect(await auth.listSessions('user-1')).toEqual([])
  })

  it('kills a login that revocation overtakes at any of its store calls', async () => {
    for (const [moment, call] of [
      ['after', 'epochOf'],
      ['before', 'create'],
      ['after', 'create'],
    ] as const) {
      const { auth, open, hooks, visit } = createTestAuth()
      hooks[moment] = async (name) => {
        if (name === call) await auth.revokeAllSessions('user-1')
      }
      const exchange = open(FORM)
      const result = await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
      hooks[moment] = () => {}
      expect(result).toEqual(call === 'create' && moment === 'after' ? expect.objectContaining({ ok: true }) : CUT_OFF)
      expect((await visit({ headers: { cookie: exchange.cookiePair() } })).denial?.status).toBe(401)
      expect(await auth.listSessions('user-1')).toEqual([])
    }
  })

  it('stores nothing when the response has begun', async () => {
    const { auth, open, storeCalls } = createTestAuth()
    const { context, flush } = open(FORM)
    flush()
    await expect(auth.login(context, { subject: 'user-1', deliver: 'cookie' })).rejects.toThrow(
      expect.objectContaining({ reason: 'headers_sent' }),
    )
    expect(storeCalls).toEqual([])
  })

  it('leaves the client with what it had when the store fails half-way', async () => {
    for (const call of ['epochOf', 'create', 'destroy']) {
      const { auth, open, logIn, hooks } = createTestAuth()
      const cookie = await logIn('user-1')
      hooks.before = (name) => {
        if (name === call) throw new Error('down')
      }
      const exchange = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
      await expect(auth.login(exchange.context, { subject: 'user-2', deliver: 'cookie' })).rejects.toThrow(
        expect.objectContaining({ status: 503 }),
      )
      expect(exchange.cookies).toEqual([])
    }
  })

  it.each<[Partial<LoginOptions & { readonly deliver: 'cookie' }>]>([
    [{ subject: '' }],
    [{ subject: 'a\u0000' }],
    [{ subject: 1 as never }],
    [{ scopes: ['a b'] }],
    [{ amr: ['"'] }],
    [{ acr: '' }],
    [{ label: 'x'.repeat(201) }],
    [{ deliver: 'header' as never }],
    [{ label: 5 as never }],
    [{ label: { length: 3 } as never }],
    [{ epoch: Number.NaN }],
    [{ epoch: -1 }],
    [{ epoch: 1.5 }],
    [{ epoch: 2 ** 60 }],
  ])('refuses %j as a mistake of the caller', async (options) => {
    const { auth, open, storeCalls } = createTestAuth()
    await expect(auth.login(open(FORM).context, { subject: 'user-1', deliver: 'cookie', ...options })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' }),
    )
    expect(storeCalls).toEqual([])
  })

  it('needs sessions, and a context of its own', async () => {
    const { auth, open } = createTestAuth({ sessions: undefined })
    await expect(auth.login(open(FORM).context, { subject: 'user-1', deliver: 'cookie' })).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
    await expect(
      auth.login(createTestAuth().open(FORM).context, { subject: 'user-1', deliver: 'cookie' }),
    ).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
  })
})
