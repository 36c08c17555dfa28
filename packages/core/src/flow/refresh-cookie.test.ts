import { describe, expect, it } from 'vitest'
import { createHandlersApp, pairOf, SAME_ORIGIN } from './handlers.fixture.ts'

const RIGHT = { body: { user: 'user-1', password: 'right' }, headers: SAME_ORIGIN }

async function begin(overrides: Parameters<typeof createHandlersApp>[1] = {}) {
  const app = createHandlersApp({ refreshCookie: { path: '/auth' } }, overrides)
  const login = await app.ask('POST /auth/token', RIGHT)
  const cookie = pairOf(login.cookies[0])
  const post = (route: string, jar: string, headers: Readonly<Record<string, string>> = SAME_ORIGIN) =>
    app.ask(`POST /auth/${route}`, { headers: { ...headers, cookie: jar } })
  return { ...app, login, cookie, post }
}

describe('the refresh token in a cookie', () => {
  it('is set by the login, for its own path, and stands in no body', async () => {
    const { login } = await begin()
    expect(login.cookies).toEqual([
      expect.stringMatching(
        /^__Secure-refresh=lkr_[0-9a-f]{32}\.0\.[\w-]{43}; Max-Age=604800; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ])
    expect(login.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'notes',
    })
  })

  it('is exchanged for an access token and the next cookie', async () => {
    const { cookie, post } = await begin()
    const next = await post('refresh', cookie)
    expect(next).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(next.body).not.toHaveProperty('refresh_token')
    expect(next.cookies).toEqual([expect.stringContaining('.1.')])
  })

  it('is not set again by an answer that repeats: it could arrive late, and set the browser back', async () => {
    const { cookie, post } = await begin()
    const next = pairOf((await post('refresh', cookie)).cookies[0])
    const repeated = await post('refresh', next)
    expect(repeated).toMatchObject({ status: 200, cookies: [] })
    expect(repeated.body).not.toHaveProperty('refresh_token')
  })

  it('is set by the retry of an answer that was lost', async () => {
    const { cookie, post, runtime } = await begin()
    const lost = pairOf((await post('refresh', cookie)).cookies[0])
    expect(pairOf((await post('refresh', cookie)).cookies[0])).toBe(lost)
    runtime.advance('30s')
    expect(pairOf((await post('refresh', cookie)).cookies[0])).toMatch(/\.2\./)
  })

  it.each([
    ['from another site', { origin: 'https://evil.test' }],
    ['from a neighbour', { origin: 'https://app.test', 'sec-fetch-site': 'same-site' }],
    ['from nowhere', {}],
  ])('is refused %s, and nothing happens', async (_, headers) => {
    const { cookie, post, auth } = await begin()
    for (const route of ['refresh', 'revoke']) {
      expect(await post(route, cookie, headers)).toMatchObject({
        status: 403,
        body: { error: 'cross_origin' },
        cookies: [],
      })
    }
    expect((await post('refresh', cookie)).cookies).toEqual([expect.stringContaining('.1.')])
    expect(await auth.listSessions('user-1')).toHaveLength(1)
  })

  it.each([
    ['from another site', { origin: 'https://evil.test' }],
    ['from a neighbour', { origin: 'https://app.test', 'sec-fetch-site': 'same-site' }],
    ['from nowhere, with a cookie', { cookie: 'theme=dark' }],
  ])('is not given to a page %s, which could log its visitor in as somebody else', async (_, headers) => {
    const { ask, auth, events, handlers, open } = await begin()
    const before = await auth.listSessions('user-1')
    const denial = { status: 403, body: { error: 'cross_origin' } }
    expect(await ask('POST /auth/token', { ...RIGHT, headers })).toMatchObject({ ...denial, cookies: [] })
    expect(events.at(-1)).toEqual({ type: 'rejected', code: 'cross_origin' })
    expect(await auth.listSessions('user-1')).toEqual(before)
    // The same for a login of the application's own.
    const exchange = open({ method: 'POST', url: '/login', headers })
    const result = await auth.login(exchange.context, { subject: 'user-1', deliver: 'tokens' })
    if (!result.ok) throw new Error(result.code)
    expect(handlers.deliver(exchange.context, result.tokens)).toMatchObject(denial)
    expect(exchange.cookies).toEqual([])
  })

  it('is given to a client that is no browser', async () => {
    const { ask } = await begin()
    expect(await ask('POST /auth/token', { ...RIGHT, headers: {} })).toMatchObject({
      status: 200,
      cookies: [expect.any(String)],
    })
  })

  it('is refused beside another in the body, and when there are two', async () => {
    const { cookie, ask, events } = await begin()
    const headers = { ...SAME_ORIGIN, cookie }
    const both = await ask('POST /auth/refresh', { headers, body: { refresh_token: 'x' } })
    expect(both).toMatchObject({ status: 400, body: { error: 'ambiguous_credentials' }, cookies: [] })
    const planted = { ...SAME_ORIGIN, cookie: `__Secure-refresh=x; ${cookie}` }
    expect(await ask('POST /auth/refresh', { headers: planted })).toMatchObject({ status: 400, cookies: [] })
    expect(events.at(-1)).toEqual({ type: 'suspicious', reason: 'cookie_ambiguous' })
  })

  it('is deleted when the session is found to have ended, and kept where a newer one may be on its way', async () => {
    const { cookie, post, runtime, auth } = await begin()
    let current = cookie
    for (let count = 0; count < 2; count += 1) {
      current = pairOf((await post('refresh', current)).cookies[0])
      runtime.advance('10s')
    }
    expect(await post('refresh', cookie)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
      cookies: [
        '__Secure-refresh=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth; HttpOnly; Secure; SameSite=Strict',
      ],
    })
    expect(await post('refresh', current)).toMatchObject({ status: 400, cookies: [] })
    expect(await auth.listSessions('user-1')).toEqual([])
  })

  it('is revoked and deleted by revoke and by logout', async () => {
    for (const [route, status] of [
      ['revoke', 200],
      ['logout', 204],
    ] as const) {
      const { cookie, post, auth } = await begin()
      const answer = await post(route, cookie)
      expect(answer.status).toBe(status)
      expect(answer.cookies).toContainEqual(expect.stringContaining('__Secure-refresh=; Max-Age=0'))
      expect(await auth.listSessions('user-1')).toEqual([])
    }
  })

  it('takes the new token of a step-up', async () => {
    const { login, auth, visit, handlers, post, cookie } = await begin()
    const exchange = await visit({
      method: 'POST',
      headers: { authorization: `Bearer ${String(login.body.access_token)}` },
    })
    const elevated = await auth.elevate(exchange.context, { amr: ['otp'] })
    if (!elevated.ok || elevated.deliver !== 'tokens') throw new Error('refused')
    const { body } = handlers.deliver(exchange.context, elevated.tokens)
    expect(body).not.toHaveProperty('refresh_token')
    expect(await post('refresh', exchange.cookiePair())).toMatchObject({ status: 200 })
    // Deleting it here would delete the new one.
    expect(await post('refresh', cookie)).toMatchObject({ status: 400, cookies: [] })
  })

  it('is needed before anything is exchanged: an answer that has begun exchanges nothing', async () => {
    const { handlers, open, cookie, storeCalls } = await begin()
    const exchange = open({ method: 'POST', url: '/auth/refresh', headers: { ...SAME_ORIGIN, cookie } })
    exchange.flush()
    storeCalls.length = 0
    for (const handler of [handlers.refresh, handlers.token]) {
      await expect(handler(exchange.context)).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    }
    expect(storeCalls).toEqual([])
  })

  it('lets clients without cookies send theirs in the body', async () => {
    const { login, ask, handlers, auth, open } = await begin()
    expect(login.status).toBe(200)
    const api = auth.handlers()
    const other = await auth.login(open({ method: 'POST' }).context, { subject: 'user-1', deliver: 'tokens' })
    if (!other.ok) throw new Error(other.code)
    const answer = await ask('POST /auth/refresh', { body: { refresh_token: other.tokens.refresh_token } })
    expect(answer).toMatchObject({ status: 200, cookies: [], body: { refresh_token: expect.any(String) } })
    expect(api.handle).not.toBe(handlers.handle)
  })

  it.each<[object, string]>([
    [{}, 'refreshCookie.path'],
    [{ path: '/' }, 'refreshCookie.path'],
    [{ path: 'auth' }, 'refreshCookie.path'],
    [{ path: '/auth', name: '__Host-refresh' }, 'refreshCookie.name'],
    [{ path: '/auth', insecurePlainHttp: true }, 'refreshCookie.insecurePlainHttp'],
    [{ path: '/auth', maxAge: 1 }, 'refreshCookie.maxAge'],
  ])('refuses the options %j', (refreshCookie, option) => {
    expect(() => createHandlersApp({ refreshCookie } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })

  it('goes without "Secure" where the session cookie does', async () => {
    const options = { origin: 'http://localhost:3000', cookie: { insecurePlainHttp: true } }
    const app = createHandlersApp({ refreshCookie: { path: '/auth' } }, options)
    const login = await app.ask('POST /auth/token', { body: RIGHT.body })
    expect(login.cookies).toEqual([
      expect.stringMatching(/^refresh=lkr_[^;]*; Max-Age=604800; Path=\/auth; HttpOnly; SameSite=Strict$/),
    ])
  })
})
