import { describe, expect, it } from 'vitest'
import { ORIGIN, createTestAuth } from '../auth.fixture.ts'

const POST = { method: 'POST', headers: { origin: ORIGIN } } as const

describe('authenticate(): bearer tokens', () => {
  it('authenticates the subject of a good token, without a store call', async () => {
    const { auth, visit, storeCalls } = createTestAuth()
    const token = await auth.issueAccessToken('user-1', { scopes: ['notes'] })
    const { context } = await visit({ headers: { authorization: `bearer ${token}` } })
    expect(context.authentication).toMatchObject({
      status: 'authenticated',
      via: 'bearer',
      principal: { subject: 'user-1', scopes: ['notes'] },
    })
    expect(storeCalls).toEqual([])
  })

  it.each([
    ['Bearer nonsense', 'token_malformed'],
    ['Bearer', 'credentials_malformed'],
    ['Bearer a, Bearer b', 'credentials_repeated'],
  ])('rejects %j, even where authentication is optional', async (authorization, code) => {
    const { visit, events } = createTestAuth()
    const { context, denial } = await visit({ headers: { authorization } }, { optional: true })
    expect(context.authentication).toEqual({ status: 'rejected', code })
    expect(denial?.status).toBe(code === 'credentials_repeated' ? 400 : 401)
    expect(events).toEqual([{ type: 'rejected', code }])
  })

  it('rejects every token where access tokens are not configured', async () => {
    const other = createTestAuth()
    const token = await other.auth.issueAccessToken('user-1')
    const { visit } = createTestAuth({ tokens: undefined })
    const { context } = await visit({ headers: { authorization: `Bearer ${token}` } })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'token_key' })
  })

  it('leaves other schemes to others', async () => {
    const { visit } = createTestAuth()
    const { context, denial } = await visit({ headers: { authorization: 'Basic dTpw' } })
    expect(context.authentication).toEqual({ status: 'anonymous' })
    expect(denial?.headers['www-authenticate']).toBe('Bearer realm="api"')
  })
})

describe('authenticate(): session cookies', () => {
  it('authenticates whom the session belongs to', async () => {
    const { logIn, visit, auth } = createTestAuth()
    const cookie = await logIn('user-1', { scopes: ['notes'], amr: ['pwd'], acr: 'basic' })
    const { context, cookies, headers } = await visit({ headers: { cookie } })
    const [session] = await auth.listSessions('user-1')
    expect(context.authentication).toEqual({
      status: 'authenticated',
      via: 'session',
      principal: {
        subject: 'user-1',
        sessionId: session?.id,
        scopes: ['notes'],
        authenticatedAt: session?.createdAt,
        amr: ['pwd'],
        acr: 'basic',
      },
    })
    expect(Object.isFrozen(context.principal) && Object.isFrozen(context.principal.scopes)).toBe(true)
    expect(cookies).toEqual([])
    expect(headers.get('vary')).toBe('Cookie')
  })

  it('reads once and writes nothing, however many guards ask', async () => {
    const { auth, logIn, open, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    storeCalls.length = 0
    const { context } = open({ headers: { cookie } })
    await auth.guard()(context)
    await auth.guard({ passive: true })(context)
    await context.session()
    expect(storeCalls).toEqual(['read'])
  })

  it('takes a session that nobody logged in to for anonymous, and keeps it', async () => {
    const { visit } = createTestAuth()
    const first = await visit({}, { optional: true })
    await (await first.context.session()).set('cart', [1])
    const second = await visit({ headers: { cookie: first.cookiePair() } }, { optional: true })
    expect(second.context.authentication).toEqual({ status: 'anonymous' })
    expect((await second.context.session()).get('cart')).toEqual([1])
    expect((await visit({ headers: { cookie: first.cookiePair() } })).denial?.status).toBe(401)
  })

  it.each([
    ['malformed', 'nonsense', 'session_unknown'],
    ['unknown', `lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`, 'session_unknown'],
    ['of a refresh token', `lkr_${'0'.repeat(32)}.0.${'A'.repeat(43)}`, 'session_unknown'],
    ['empty', '', 'session_unknown'],
  ])('rejects a cookie that is %s, and deletes it', async (_, value, code) => {
    const { visit, events } = createTestAuth()
    const { context, denial, cookies } = await visit({ headers: { cookie: `__Host-session=${value}` } })
    expect(context.authentication).toEqual({ status: 'rejected', code })
    expect(denial).toMatchObject({ status: 401, body: { error: 'session_invalid' } })
    expect(cookies).toEqual([expect.stringMatching(/^__Host-session=; Max-Age=0; /)])
    expect(events).toEqual([{ type: 'rejected', code }])
  })

  it('takes a dead cookie for none where authentication is optional, deletes it, and says so', async () => {
    const { visit, events } = createTestAuth()
    const { context, denial, cookies } = await visit(
      { headers: { cookie: '__Host-session=nonsense' } },
      { optional: true },
    )
    expect(context.authentication).toEqual({ status: 'anonymous' })
    expect(denial).toBeUndefined()
    expect(cookies).toHaveLength(1)
    expect(events).toEqual([{ type: 'rejected', code: 'session_unknown' }])
    expect((await context.session()).id).toBeNull()
  })

  it('asks no store about a cookie that cannot be valid, and once about one that could', async () => {
    const { visit, storeCalls } = createTestAuth()
    await visit({ headers: { cookie: '__Host-session=lks_x.0.y' } })
    expect(storeCalls).toEqual([])
    await visit({ headers: { cookie: `__Host-session=lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}` } })
    expect(storeCalls).toEqual(['read'])
  })

  it('refuses two different cookies of the name, deletes them, and reports it', async () => {
    const { logIn, visit, events } = createTestAuth()
    const cookie = await logIn('user-1')
    events.length = 0
    const { context, cookies } = await visit({ headers: { cookie: `${cookie}; __Host-session=planted` } })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'session_ambiguous' })
    expect(cookies).toHaveLength(1)
    expect(events).toEqual([
      { type: 'suspicious', reason: 'cookie_ambiguous' },
      { type: 'rejected', code: 'session_ambiguous' },
    ])
  })

  it('refuses a forged secret for a genuine id, without harm to the session', async () => {
    const { logIn, visit, events } = createTestAuth()
    const cookie = await logIn('user-1')
    events.length = 0
    const forged = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'E' : 'A'}`
    expect((await visit({ headers: { cookie: forged } })).context.authentication.status).toBe('rejected')
    expect(events[0]).toMatchObject({ type: 'suspicious', reason: 'credential_mismatch' })
    expect((await visit({ headers: { cookie } })).context.authentication.status).toBe('authenticated')
  })

  it('ignores cookies where sessions are not configured', async () => {
    const { visit } = createTestAuth({ sessions: undefined })
    const { context, cookies } = await visit({ headers: { cookie: '__Host-session=nonsense' } })
    expect(context.authentication).toEqual({ status: 'anonymous' })
    expect(cookies).toEqual([])
  })
})

describe('authenticate(): several guards on one request', () => {
  it('see the login that came between them', async () => {
    const { auth, open } = createTestAuth()
    const exchange = open({ method: 'POST', headers: { origin: ORIGIN } })
    await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    expect(await auth.guard()(exchange.context)).toBeUndefined()
    expect(exchange.context.principal.subject).toBe('user-1')
    expect(exchange.cookies).toEqual([expect.stringContaining('__Host-session=lks_')])
  })

  it('see the logout, and the end of the session, that came between them', async () => {
    for (const end of ['logout', 'destroy'] as const) {
      const { auth, logIn, visit } = createTestAuth()
      const { context } = await visit({ method: 'POST', headers: { origin: ORIGIN, cookie: await logIn('user-1') } })
      if (end === 'logout') await auth.logout(context)
      else await (await context.session()).destroy()
      expect((await auth.guard()(context))?.status).toBe(401)
      expect(await auth.guard({ optional: true })(context)).toBeUndefined()
      expect(context.authentication).toEqual({ status: 'anonymous' })
    }
  })

  it('renew with the credential that a rotation between them made', async () => {
    const { auth, logIn, visit, runtime } = createTestAuth()
    const cookie = await logIn('user-1')
    runtime.advance('1d')
    const exchange = await visit({ headers: { cookie } }, { passive: true })
    await (await exchange.context.session()).rotate()
    expect(await auth.guard()(exchange.context)).toBeUndefined()
    expect((await visit({ headers: { cookie: exchange.cookiePair() } })).denial).toBeUndefined()
    expect((await visit({ headers: { cookie } })).denial?.status).toBe(401)
  })

  it('do not send a credential that another request has changed meanwhile', async () => {
    const { logIn, visit, runtime, hooks } = createTestAuth()
    const cookie = await logIn('user-1')
    runtime.advance('1d')
    const other = await visit({ headers: { cookie } }, { passive: true })
    const session = await other.context.session()
    hooks.after = async (name) => {
      if (name !== 'touch') return
      hooks.after = () => {}
      await session.rotate()
    }
    const late = await visit({ headers: { cookie } })
    expect(late.context.principal.subject).toBe('user-1')
    expect(late.cookies).toEqual([])
    expect((await visit({ headers: { cookie: other.cookiePair() } })).denial).toBeUndefined()
  })
})

describe('authenticate(): which credentials count', () => {
  it('refuses a bearer token and a session cookie together', async () => {
    const { auth, logIn, visit, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    const authorization = `Bearer ${await auth.issueAccessToken('user-2')}`
    storeCalls.length = 0
    const { context, denial } = await visit({ headers: { cookie, authorization } }, { optional: true })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'credentials_ambiguous' })
    expect(denial).toMatchObject({ status: 400, body: { error: 'ambiguous_credentials' } })
    expect(storeCalls).toEqual([])
  })

  it.each([
    ['bearer', 'user-2'],
    ['session', 'user-1'],
  ] as const)('looks at the %s alone where the route says so', async (via, subject) => {
    const { auth, logIn, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    const authorization = `Bearer ${await auth.issueAccessToken('user-2')}`
    expect((await visit({ headers: { cookie, authorization } }, { via })).context.principal.subject).toBe(subject)
    expect((await visit({ headers: via === 'bearer' ? { cookie } : { authorization } }, { via })).denial?.status).toBe(
      401,
    )
  })

  it('prefers the bearer token where the application says so', async () => {
    const { auth, logIn, visit } = createTestAuth({ credentials: 'bearer-first' })
    const cookie = await logIn('user-1')
    const authorization = `Bearer ${await auth.issueAccessToken('user-2')}`
    expect((await visit({ headers: { cookie, authorization } })).context.principal.subject).toBe('user-2')
    // A bad token never falls back to the cookie.
    expect((await visit({ headers: { cookie, authorization: 'Bearer bad' } })).denial?.status).toBe(401)
  })
})

describe('authenticate(): cross-origin requests', () => {
  it.each([
    [{ origin: ORIGIN }],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
    [{ referer: `${ORIGIN}/page` }],
  ])('admits a write from one of our own pages: %j', async (headers) => {
    const { logIn, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    expect((await visit({ method: 'POST', headers: { cookie, ...headers } })).denial).toBeUndefined()
  })

  it.each([
    [{ origin: 'https://evil.test' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.test', 'content-type': 'application/json' }],
    [{}],
  ])('refuses a write with a cookie from elsewhere, before any store call: %j', async (headers) => {
    const { logIn, visit, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    storeCalls.length = 0
    const { denial, context } = await visit({ method: 'POST', headers: { cookie, ...headers } }, { optional: true })
    expect(denial).toMatchObject({ status: 403, body: { error: 'cross_origin' } })
    expect(storeCalls).toEqual([])
    await expect(context.session()).rejects.toThrow(expect.objectContaining({ reason: 'not_guarded' }))
  })

  it.each([
    { origin: 'https://evil.test' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    { cookie: 'other=1' },
  ])('refuses a write without our cookie from elsewhere, where a session could begin: %j', async (headers) => {
    const { visit, storeCalls } = createTestAuth()
    const { denial, cookies } = await visit({ method: 'POST', headers }, { optional: true })
    expect(denial).toMatchObject({ status: 403, body: { error: 'cross_origin' } })
    expect([cookies, storeCalls]).toEqual([[], []])
    // Where no session can begin, the visitor is simply nobody.
    expect((await visit({ method: 'POST', headers }, { optional: true, via: 'bearer' })).denial).toBeUndefined()
    expect((await visit({ method: 'POST', headers })).denial?.status).toBe(401)
  })

  it('lets a client that is no browser begin a session', async () => {
    const { visit } = createTestAuth()
    expect((await visit({ method: 'POST' }, { optional: true })).denial).toBeUndefined()
  })

  it('tells caches that the answer depends on the cookie, also where there is none', async () => {
    const { auth, visit } = createTestAuth()
    const varies = async (headers: Record<string, string>, requirement: object) => {
      const exchange = await visit({ headers }, { optional: true, ...requirement })
      exchange.flush()
      return exchange.headers.get('vary')
    }
    expect(await varies({}, {})).toBe('Cookie')
    expect(await varies({}, { via: 'bearer' })).toBeUndefined()
    expect(await varies({ authorization: `Bearer ${await auth.issueAccessToken('user-1')}` }, {})).toBeUndefined()
  })

  it('does not ask where a bearer token comes from', async () => {
    const { auth, visit } = createTestAuth()
    const authorization = `Bearer ${await auth.issueAccessToken('user-1')}`
    expect(
      (await visit({ method: 'POST', headers: { authorization, origin: 'https://evil.test' } })).denial,
    ).toBeUndefined()
  })

  it('lets navigations from elsewhere read', async () => {
    const { logIn, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    expect((await visit({ headers: { cookie, 'sec-fetch-site': 'cross-site' } })).denial).toBeUndefined()
  })

  it('refuses a WebSocket handshake from elsewhere', async () => {
    const { logIn, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    const headers = { cookie, upgrade: 'websocket', connection: 'Upgrade' }
    expect((await visit({ headers: { ...headers, origin: 'https://evil.test' } })).denial?.status).toBe(403)
    expect((await visit({ headers: { ...headers, origin: ORIGIN } })).denial).toBeUndefined()
  })

  it('accepts silence only where the application says so', async () => {
    const { logIn, visit } = createTestAuth({ insecureAllowMissingOrigin: true })
    const cookie = await logIn('user-1')
    expect((await visit({ method: 'POST', headers: { cookie } })).denial).toBeUndefined()
    expect((await visit({ ...POST, headers: { cookie, origin: 'null' } })).denial?.status).toBe(403)
  })
})

describe('authenticate(): a store out of reach', () => {
  it.each(['read', 'touch'] as const)('is a fault and never "logged out", on %s', async (call) => {
    const { logIn, visit, runtime, hooks } = createTestAuth()
    const cookie = await logIn('user-1')
    runtime.advance('1h')
    hooks.before = (name) => {
      if (name === call) throw new Error('connection refused')
    }
    await expect(visit({ headers: { cookie } }, { optional: true })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_UNAVAILABLE',
        status: 503,
        cause: expect.objectContaining({ message: 'connection refused' }),
      }),
    )
  })

  it('does not touch callers without credentials', async () => {
    const { visit, hooks } = createTestAuth()
    hooks.before = () => {
      throw new Error('connection refused')
    }
    expect((await visit({}, { optional: true })).denial).toBeUndefined()
    expect((await visit({ headers: { cookie: 'other=1' } })).denial?.status).toBe(401)
  })
})
