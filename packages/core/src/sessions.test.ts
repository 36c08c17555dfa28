import { createFaultySessionStore, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuth } from './auth.ts'
import { closedSink, createEffects } from './http/effects.ts'
import { createMemorySessionStore } from './memory/session-store.ts'
import { createSessions } from './sessions.ts'
import { createTestSessions, opened, ORIGIN, send, type Values } from './sessions.fixture.ts'
import { storedSessions } from './session/stored.ts'

const POST = { method: 'POST', headers: { origin: ORIGIN } } as const

describe('open()', () => {
  it('gives a visitor an empty session, without a store call or a cookie', async () => {
    const test = createTestSessions()
    const visit = await test.open()
    const { session, principal } = opened(visit.opened)
    expect([session.id, session.subject, session.keys(), principal]).toEqual([null, null, [], null])
    const { cookies, headers } = send(visit.effects)
    expect([cookies, test.storeCalls, headers.get('vary')]).toEqual([[], [], 'Cookie'])
  })

  it('begins a session with the first write, which later requests go on with', async () => {
    const test = createTestSessions()
    const first = await test.open(POST)
    await opened(first.opened).session.set('cart', [1, 2])
    const { cookies, pair, headers } = send(first.effects)
    expect(cookies[0]).toMatch(/^__Host-session=lks_.*; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(headers.get('cache-control')).toBe('no-store')
    test.storeCalls.length = 0
    const next = await test.open({ headers: { cookie: pair } })
    expect(opened(next.opened).session.get('cart')).toEqual([1, 2])
    expect([send(next.effects).cookies, test.storeCalls]).toEqual([[], ['read']])
  })

  it('says who is logged in', async () => {
    const test = createTestSessions()
    const { session, principal } = opened((await test.open({ headers: { cookie: await test.logIn('7') } })).opened)
    expect(session.subject).toBe('7')
    expect(principal).toMatchObject({ subject: '7', sessionId: session.id, scopes: [] })
    expect(Object.isFrozen(principal)).toBe(true)
  })

  it('records use and sends the cookie again where that is due, but for polling', async () => {
    const test = createTestSessions()
    const cookie = await test.logIn('7')
    test.runtime.advance('6m')
    const polled = await test.open({ headers: { cookie } }, { passive: true })
    expect(send(polled.effects).cookies).toEqual([])
    const used = await test.open({ headers: { cookie } })
    expect(send(used.effects).pair).toBe(cookie)
    expect(test.storeCalls).toContain('touch')
  })

  it.each([
    ['of nobody', `__Host-session=lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`, 'session_unknown'],
    ['of no form', '__Host-session=nonsense', 'session_unknown'],
    ['twice', '__Host-session=a; __Host-session=b', 'session_ambiguous'],
  ])('deletes a cookie %s and takes it for none', async (_, cookie, code) => {
    const test = createTestSessions()
    const visit = await test.open({ headers: { cookie } })
    expect(opened(visit.opened).session.id).toBeNull()
    expect(send(visit.effects).cookies).toEqual([expect.stringMatching(/^__Host-session=; Max-Age=0/)])
    expect(test.events).toContainEqual({ type: 'rejected', code })
  })

  it('deletes the cookie of an expired session, and begins another one with the next write', async () => {
    const test = createTestSessions()
    const cookie = await test.logIn('7')
    test.runtime.advance('8d')
    const visit = await test.open({ method: 'POST', headers: { cookie, origin: ORIGIN } })
    const { session, principal } = opened(visit.opened)
    expect(principal).toBeNull()
    await session.set('theme', 'dark')
    const { cookies, pair } = send(visit.effects)
    expect(cookies).toHaveLength(1)
    expect(pair).toMatch(/^__Host-session=lks_/)
    expect(pair).not.toBe(cookie)
  })

  it('refuses nothing but a store that is down with an exception', async () => {
    const faulty = createFaultySessionStore(createMemorySessionStore())
    const test = createTestSessions({ sessions: storedSessions(faulty.store) })
    const cookie = await test.logIn('7')
    faulty.fail('read')
    await expect(test.open({ headers: { cookie } })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('never throws on what a client sends, and never writes for it', async () => {
    const test = createTestSessions()
    const genuine = await test.logIn('7')
    test.storeCalls.length = 0
    const piece = fc.oneof(
      fc.constantFrom(genuine, '__Host-session=', 'lks_', '; ', '=', '.', '%', '"', '0'.repeat(32)),
      fc.string({ maxLength: 20 }),
    )
    const header = fc.option(fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')))
    await fc.assert(
      fc.asyncProperty(fc.string(), header, header, header, async (method, cookie, origin, site) => {
        const fields = new Map([
          ['cookie', cookie],
          ['origin', origin],
          ['sec-fetch-site', site],
        ])
        const headers = { get: (name: string) => fields.get(name) ?? null }
        const result = await test.sessions.open({ method, headers }, createEffects())
        if (!result.ok) expect(result.code).toBe('cross_origin')
      }),
    )
    expect(new Set(test.storeCalls)).toEqual(new Set(test.storeCalls.length > 0 ? ['read'] : []))
  })
})

describe('open(): where a request comes from', () => {
  it.each([
    ['another site', { origin: 'https://evil.test' }],
    ['a page without an origin', { origin: 'null' }],
    ['a sibling, by what the browser says', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
    ['another scheme of the own host', { origin: 'http://app.test' }],
    ['nobody knows where', {}],
  ])('refuses a change that rides on the cookie and comes from %s, before the store is asked', async (_, headers) => {
    const test = createTestSessions()
    const cookie = await test.logIn('7')
    test.storeCalls.length = 0
    const { opened: refused, effects } = await test.open({ method: 'POST', headers: { ...headers, cookie } })
    expect(refused).toMatchObject({ ok: false, code: 'cross_origin' })
    expect(send(effects).headers.get('vary')).toBe('Origin, Sec-Fetch-Site, Referer, Cookie')
    expect(test.storeCalls).toEqual([])
    expect(test.events).toContainEqual({ type: 'rejected', code: 'cross_origin' })
  })

  it('refuses another site also where there is no cookie yet that its answer would replace', async () => {
    const { opened: refused } = await createTestSessions().open({
      method: 'POST',
      headers: { origin: 'https://evil.test' },
    })
    expect(refused).toEqual({ ok: false, code: 'cross_origin' })
  })

  it('refuses a handshake for a WebSocket from another site', async () => {
    const headers = { origin: 'https://evil.test', upgrade: 'websocket' }
    expect((await createTestSessions().open({ headers })).opened.ok).toBe(false)
  })

  it('says where the own page differs from the configuration', async () => {
    const test = createTestSessions()
    const { opened: refused } = await test.open({ method: 'POST', headers: { origin: 'http://app.test' } })
    expect(refused).toEqual({ ok: false, code: 'cross_origin', problem: 'origin_scheme' })
    expect(test.events).toContainEqual({ type: 'misconfigured', reason: 'origin_scheme' })
  })

  it('lets the own pages, trusted ones, reading, and a client without cookies pass', async () => {
    const test = createTestSessions({ trustedOrigins: ['https://partner.test'] })
    const cookie = await test.logIn('7')
    for (const init of [
      { method: 'POST', headers: { cookie, origin: ORIGIN } },
      { method: 'POST', headers: { cookie, origin: 'https://partner.test', 'sec-fetch-site': 'cross-site' } },
      { method: 'GET', headers: { cookie, origin: 'https://evil.test' } },
      { method: 'POST' },
    ]) {
      expect((await test.open(init)).opened.ok).toBe(true)
    }
  })

  it('lets a change without any sign pass where that is configured', async () => {
    const test = createTestSessions({ insecureAllowMissingOrigin: true })
    const cookie = await test.logIn('7')
    expect((await test.open({ method: 'POST', headers: { cookie } })).opened.ok).toBe(true)
  })
})

describe('login()', () => {
  it('makes a new session; a credential from before opens nothing', async () => {
    const test = createTestSessions()
    const visit = await test.open(POST)
    await opened(visit.opened).session.set('cart', [1])
    const before = send(visit.effects).pair
    const again = await test.open({ method: 'POST', headers: { cookie: before, origin: ORIGIN } })
    const { session, login: logIn } = opened(again.opened)
    const login = await logIn({ subject: '7', amr: ['pwd'], scopes: ['a'], carry: ['cart'] })
    expect(login).toMatchObject({ ok: true, principal: { subject: '7', amr: ['pwd'], scopes: ['a'] } })
    expect(login.ok && login.session.get('cart')).toEqual([1])
    expect(login.ok && login.session.id).not.toBe(session.id)
    await expect(session.set('theme', 'dark')).rejects.toMatchObject({ reason: 'gone' })
    expect(opened((await test.open({ headers: { cookie: before } })).opened).session.id).toBeNull()
    const { pair } = send(again.effects)
    expect(opened((await test.open({ headers: { cookie: pair } })).opened).principal?.subject).toBe('7')
  })

  it("is not undone by the visitor's handle: a late write through it sends no cookie", async () => {
    const test = createTestSessions()
    const visit = await test.open(POST)
    const { session, login } = opened(visit.opened)
    await login({ subject: '7' })
    await expect(session.set('theme', 'dark')).rejects.toMatchObject({ reason: 'gone' })
    const { pair } = send(visit.effects)
    expect(opened((await test.open({ headers: { cookie: pair } })).opened).principal?.subject).toBe('7')
  })

  it('is refused when the sessions of the subject were revoked after its epoch was read', async () => {
    const test = createTestSessions()
    const epoch = await test.sessions.epochOf('7')
    await test.sessions.revokeAll('7')
    const visit = await test.open(POST)
    const login = await opened(visit.opened).login({ subject: '7', epoch })
    expect(login).toEqual({ ok: false, code: 'login_cut_off' })
    expect(send(visit.effects).cookies).toEqual([])
  })

  it('ends the session of a login before it in the same request', async () => {
    const test = createTestSessions()
    const visit = await test.open(POST)
    const { login } = opened(visit.opened)
    const first = await login({ subject: '7' })
    await login({ subject: '8' })
    expect(await test.sessions.list('7')).toEqual([])
    await expect(first.ok && first.session.set('theme', 'dark')).rejects.toMatchObject({ reason: 'gone' })
    const { pair } = send(visit.effects)
    expect(opened((await test.open({ headers: { cookie: pair } })).opened).principal?.subject).toBe('8')
  })

  it('stores nothing where the response has begun, or an option is wrong', async () => {
    const test = createTestSessions()
    const closed = opened(await test.sessions.open(new Request(`${ORIGIN}/`, POST), closedSink))
    await expect(closed.login({ subject: '7' })).rejects.toMatchObject({ reason: 'headers_sent' })
    const { login } = opened((await test.open(POST)).opened)
    for (const wrong of [
      undefined,
      null,
      {},
      { subject: '' },
      { subject: '7', epoch: -1 },
      { subject: '7', amr: [''] },
    ]) {
      await expect(login(wrong as never)).rejects.toMatchObject({ reason: 'argument' })
    }
    expect(test.storeCalls).toEqual(['epochOf'])
    expect(await test.sessions.list('7')).toEqual([])
  })
})

it('a logout ends the session and deletes the cookie', async () => {
  const test = createTestSessions()
  const cookie = await test.logIn('7')
  const visit = await test.open({ method: 'POST', headers: { cookie, origin: ORIGIN } })
  expect(await opened(visit.opened).session.destroy()).toBe(true)
  expect(send(visit.effects).cookies).toEqual([expect.stringMatching(/^__Host-session=; Max-Age=0/)])
  expect(await test.sessions.list('7')).toEqual([])
})

it('the sessions of a subject can be listed, ended one by one and all at once, and swept', async () => {
  const test = createTestSessions()
  await test.logIn('7')
  test.runtime.advance('1s')
  const cookie = await test.logIn('7')
  const [newest, oldest] = await test.sessions.list('7')
  expect(await test.sessions.revoke('8', oldest?.id ?? '')).toBe(false)
  expect(await test.sessions.revoke('7', oldest?.id ?? '')).toBe(true)
  expect(await test.sessions.revokeAll('7', { except: newest?.id ?? '' })).toBe(0)
  expect(opened((await test.open({ headers: { cookie } })).opened).principal?.subject).toBe('7')
  test.runtime.advance('31d')
  expect(await test.sessions.sweep()).toBeGreaterThan(0)
  await expect(test.sessions.sweep({ limit: 0 })).rejects.toMatchObject({ reason: 'argument' })
  await expect(test.sessions.list('')).rejects.toMatchObject({ reason: 'argument' })
})

it('a session is the same one to createAuth with the same secrets and store', async () => {
  const test = createTestSessions()
  const auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions(test.store),
    runtime: test.runtime,
  })
  const cookie = await test.logIn('7')
  const headers = new Headers({ cookie })
  const context = await auth.authenticate({ method: 'GET', url: '/', headers }, createEffects())
  expect(context.principal).toEqual(opened((await test.open({ headers: { cookie } })).opened).principal)
})

describe('a session whose values cannot be used', () => {
  it.each<[string, (opening: ReturnType<typeof opened<Values>>) => Promise<unknown>, number]>([
    ['a login', ({ login }) => login({ subject: 'user-1' }), 1],
    ['destroy()', ({ session }) => session.destroy(), 0],
  ])('is none, and is ended by %s', async (_, end, left) => {
    const before = createTestSessions()
    const cookie = await before.logIn('user-1')
    const first = await before.open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    await opened(first.opened).session.set('theme', 'dark')
    const data = { version: 1, migrate: () => Promise.reject(new Error('no')) }
    const after = createTestSessions({ sessions: storedSessions<Values>(before.store, { data }) })
    const { opened: result, effects } = await after.open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    const opening = opened(result)
    expect([opening.principal, opening.session.id]).toEqual([null, null])
    await end(opening)
    expect(send(effects).cookies).toHaveLength(1)
    await expect(before.sessions.list('user-1')).resolves.toHaveLength(left)
    expect(opened((await before.open({ headers: { cookie } })).opened).principal).toBeNull()
  })
})

it.each([false, true])(
  'every request is judged as a guard with "optional" does, whether a missing origin is allowed (%j) or not',
  async (insecureAllowMissingOrigin) => {
    const shared = { trustedOrigins: ['https://partner.test'], insecureAllowMissingOrigin }
    const test = createTestSessions(shared)
    const auth = createAuth({
      ...shared,
      origin: ORIGIN,
      secrets: TEST_SECRETS,
      sessions: storedSessions(test.store),
      runtime: test.runtime,
    })
    const expired = await test.logIn('6')
    test.runtime.advance('8d')
    const live = await test.logIn('7')
    const visit = await test.open(POST)
    await opened(visit.opened).session.set('theme', 'dark')
    const visitor = send(visit.effects).pair
    const maybe = (...values: readonly string[]) => fc.option(fc.constantFrom(...values), { freq: 2 })
    const headersOf = fc.record({
      cookie: maybe(live, visitor, expired, `${live}; ${visitor}`, `${live}A`, '__Host-session=', 'a=b'),
      origin: maybe(ORIGIN, 'https://partner.test', 'https://evil.test', 'http://app.test', 'null', ''),
      'sec-fetch-site': maybe('same-origin', 'same-site', 'cross-site', 'none', '?'),
      referer: maybe(`${ORIGIN}/a`, 'https://evil.test/', 'nonsense'),
      upgrade: maybe('websocket'),
    })
    const methods = fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'get', 'X')
    await fc.assert(
      fc.asyncProperty(methods, headersOf, async (method, fields) => {
        const headers = { get: (name: string) => (fields as Readonly<Record<string, string | null>>)[name] ?? null }
        const [ours, theirs] = [createEffects(), createEffects()]
        const result = await test.sessions.open({ method, headers }, ours)
        const request = { method, url: '/', headers }
        const { authentication } = await auth.authenticate(request, theirs, { optional: true })
        const denial = auth.authorize(authentication, { optional: true })
        if (result.ok) {
          expect(denial).toBeUndefined()
          expect(result.principal).toEqual(authentication.status === 'authenticated' ? authentication.principal : null)
        } else {
          expect(denial?.status).toBe(403)
          expect(authentication).toEqual({ status: 'rejected', code: result.code, problem: result.problem })
        }
        expect(send(ours).cookies).toEqual(send(theirs).cookies)
      }),
    )
  },
)

describe('createSessions()', () => {
  const OPTIONS = { origin: ORIGIN, secrets: TEST_SECRETS, sessions: storedSessions(createMemorySessionStore()) }

  it.each([
    ['origin', { origin: undefined }],
    ['secrets', { secrets: undefined }],
    ['sessions', { sessions: undefined }],
    ['sessions', { sessions: createMemorySessionStore() }],
    ['signWith', { signWith: 99 }],
    ['cookie.name', { cookie: { name: 'a b' } }],
    ['runtime', { runtime: {} }],
    ['onEvent', { onEvent: 1 }],
    ['tokens', { tokens: { issuer: 'i', audience: 'a' } }],
  ])('names %s where that is wrong', (option, wrong) => {
    expect(() => createSessions({ ...OPTIONS, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })
})
