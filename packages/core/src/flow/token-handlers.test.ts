import { describe, expect, it } from 'vitest'
import { createHandlersApp, FORM, SAME_ORIGIN, type HandlersApp } from './handlers.fixture.ts'

const NO_STORE = { 'cache-control': 'no-store' }
const INVALID_REQUEST = { status: 400, headers: NO_STORE, body: { error: 'invalid_request' }, cookies: [] }
const INVALID_GRANT = { status: 400, headers: NO_STORE, body: { error: 'invalid_grant' }, cookies: [] }
const DONE = { status: 200, headers: NO_STORE, body: {}, cookies: [] }
const RIGHT = { body: { user: 'user-1', password: 'right' } }

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function logIn({ ask }: HandlersApp): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await ask('POST /auth/token', RIGHT)
  return body as { access_token: string; refresh_token: string }
}

describe('the token route', () => {
  it('answers a login as RFC 6749 section 5.1 says', async () => {
    const app = createHandlersApp()
    expect(await app.ask('POST /auth/token', RIGHT)).toEqual({
      status: 200,
      headers: NO_STORE,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        refresh_token: expect.stringMatching(/^lkr_/),
        scope: 'notes',
      },
      cookies: [],
    })
  })

  it('takes JSON and forms, as text or parsed', async () => {
    const app = createHandlersApp()
    for (const request of [
      RIGHT,
      { body: 'user=user-1&password=right', headers: FORM },
      { body: '{"user":"user-1","password":"right"}', headers: { 'content-type': 'application/json' } },
    ]) {
      expect(await app.ask('POST /auth/token', request)).toMatchObject({ status: 200 })
    }
  })

  it('answers wrong credentials with invalid_grant, and a body that is none with invalid_request', async () => {
    const app = createHandlersApp()
    expect(await app.ask('POST /auth/token', { body: { user: 'user-1', password: 'wrong' } })).toEqual(INVALID_GRANT)
    for (const body of [undefined, null, [], 'user=a', 7]) {
      expect(await app.ask('POST /auth/token', { body })).toEqual(INVALID_REQUEST)
    }
    app.hooks.before = (name) => {
      throw new Error(name)
    }
    expect(
      await app.ask('POST /auth/token', { body: 'user=a', headers: { 'content-type': 'text/plain' } }),
    ).toMatchObject({ status: 400 })
  })

  it('sends the denial of a login as it is', async () => {
    const denial = { status: 429 as never, headers: { 'retry-after': '3' }, body: { error: 'slow_down' } }
    const app = createHandlersApp({ token: () => ({ ok: false, denial }) })
    expect(await app.ask('POST /auth/token', RIGHT)).toMatchObject(denial)
  })

  it('is not there where it is not configured', async () => {
    const app = createHandlersApp({ token: undefined } as never)
    expect(await app.send('POST /auth/token', RIGHT)).toBeUndefined()
    await expect(app.handlers.token(app.open().context)).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
  })
})

describe('the refresh route', () => {
  it('exchanges a refresh token, in JSON and in a form', async () => {
    const app = createHandlersApp()
    const { refresh_token: first } = await logIn(app)
    const second = await app.ask('POST /auth/refresh', { body: { refresh_token: first } })
    expect(second).toMatchObject({ status: 200, headers: NO_STORE, body: { token_type: 'Bearer', scope: 'notes' } })
    app.runtime.advance('10s')
    const third = await app.ask('POST /auth/refresh', {
      body: `grant_type=refresh_token&refresh_token=${second.body.refresh_token}`,
      headers: FORM,
    })
    expect(third.body.refresh_token).toMatch(/\.2\./)
  })

  it('answers reuse with invalid_grant, and the session with its access tokens is over', async () => {
    const app = createHandlersApp()
    const first = await logIn(app)
    let token = first.refresh_token
    for (let count = 0; count < 2; count += 1) {
      token = (await app.ask('POST /auth/refresh', { body: { refresh_token: token } })).body.refresh_token
      app.runtime.advance('10s')
    }
    for (const used of [first.refresh_token, token]) {
      expect(await app.ask('POST /auth/refresh', { body: { refresh_token: used } })).toEqual(INVALID_GRANT)
    }
    const visit = await app.visit({ headers: bearer(first.access_token) }, { authoritative: 'local' })
    expect(visit.denial?.status).toBe(401)
  })

  it.each([
    [undefined, INVALID_REQUEST],
    [{}, INVALID_REQUEST],
    [{ refresh_token: '' }, INVALID_REQUEST],
    [{ refresh_token: 1 }, INVALID_REQUEST],
    [{ refresh_token: ['a', 'b'] }, INVALID_REQUEST],
    [{ refresh_token: 'a', grant_type: ['refresh_token'] }, INVALID_REQUEST],
    [
      { refresh_token: 'a', grant_type: 'password' },
      { ...INVALID_GRANT, body: { error: 'unsupported_grant_type' } },
    ],
    [{ refresh_token: 'a' }, INVALID_GRANT],
    [{ refresh_token: 'x'.repeat(1_000_000) }, INVALID_GRANT],
  ])('answers the body %j without asking a store', async (body, expected) => {
    const app = createHandlersApp()
    app.hooks.before = (name) => {
      throw new Error(name)
    }
    expect(await app.ask('POST /auth/refresh', { body })).toEqual(expected)
  })

  it('answers a request that was overtaken with 503 and when to ask again, and a store that is down as an outage', async () => {
    const app = createHandlersApp()
    const { refresh_token: token } = await logIn(app)
    app.hooks.before = () => {
      throw new Error('down')
    }
    await expect(app.ask('POST /auth/refresh', { body: { refresh_token: token } })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE' }),
    )
  })

  it('takes a body that cannot be read for none', async () => {
    const app = createHandlersApp()
    const { context } = app.open({ method: 'POST', url: '/auth/refresh' })
    const failing = () => Promise.reject(new Error('cut off'))
    expect(await app.handlers.refresh(context, failing)).toMatchObject({ status: 400 })
  })
})

describe('the revoke route', () => {
  it('ends the session of a refresh token, and answers whatever is no token alike', async () => {
    const app = createHandlersApp()
    const { access_token: access, refresh_token: refresh } = await logIn(app)
    for (const token of ['x', `${refresh}x`, 'lkr_', 'a.b.c', `lkr_${'0'.repeat(32)}.0.${'A'.repeat(43)}`]) {
      expect(await app.ask('POST /auth/revoke', { body: { token } })).toEqual(DONE)
    }
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
    for (const hint of [{}, { token_type_hint: 'access_token' }]) {
      expect(await app.ask('POST /auth/revoke', { body: { token: refresh, ...hint } })).toEqual(DONE)
    }
    expect(await app.auth.listSessions('user-1')).toEqual([])
    expect(await app.auth.verifyAccessToken(access, { authoritative: 'local' })).toMatchObject({
      code: 'token_revoked',
    })
  })

  it('revokes an access token by itself', async () => {
    const app = createHandlersApp()
    const { access_token: token } = await logIn(app)
    expect(await app.ask('POST /auth/revoke', { body: `token=${token}`, headers: FORM })).toEqual(DONE)
    expect(await app.auth.verifyAccessToken(token, { authoritative: 'local' })).toMatchObject({ code: 'token_revoked' })
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
  })

  it('says of every access token that it cannot, where there is no store of revocations', async () => {
    const app = createHandlersApp({}, { revocations: undefined })
    const { access_token: good } = await logIn(app)
    for (const token of [good, 'x.y.z']) {
      expect(await app.ask('POST /auth/revoke', { body: { token } })).toMatchObject({
        status: 400,
        body: { error: 'unsupported_token_type' },
      })
    }
  })

  it.each([undefined, {}, { token: '' }, { token: 1 }, { token: ['a'] }])('refuses the body %j', async (body) => {
    expect(await createHandlersApp().ask('POST /auth/revoke', { body })).toEqual(INVALID_REQUEST)
  })
})

describe('the introspection route', () => {
  const begin = () => createHandlersApp({ introspect: { scope: 'introspect', via: 'bearer' } })
  const INACTIVE = { status: 200, headers: NO_STORE, body: { active: false }, cookies: [] }

  async function callerOf(app: HandlersApp, scopes = ['introspect']): Promise<Record<string, string>> {
    return bearer(await app.auth.issueAccessToken('service', { scopes }))
  }

  it('explains a token that is good now, by its standard claims', async () => {
    const app = begin()
    const token = await app.auth.issueAccessToken('user-1', {
      scopes: ['notes'],
      claims: { tenant: 'a' },
      amr: ['pwd'],
    })
    const headers = { ...(await callerOf(app)), ...FORM }
    const iat = Math.floor(app.runtime.now() / 1_000)
    expect(await app.ask('POST /auth/introspect', { body: `token=${token}`, headers })).toEqual({
      status: 200,
      headers: NO_STORE,
      body: {
        active: true,
        token_type: 'Bearer',
        iss: 'https://api.test',
        aud: 'api',
        sub: 'user-1',
        iat,
        exp: iat + 600,
        jti: expect.any(String),
        scope: 'notes',
        amr: ['pwd'],
      },
      cookies: [],
    })
  })

  it('is no oracle: what is not good is inactive, whatever the reason', async () => {
    const app = begin()
    const headers = await callerOf(app)
    const tokens = await logIn(app)
    const [revoked, gone, ended] = [
      await app.auth.issueAccessToken('user-1'),
      await app.auth.issueAccessToken('gone'),
      (await logIn(app)).access_token,
    ]
    await app.auth.revokeAccessToken(revoked)
    const verified = await app.auth.verifyAccessToken(ended)
    await app.auth.revokeSession('user-1', verified.ok ? (verified.principal.sessionId ?? '') : '')
    for (const token of [revoked, gone, ended, 'x', `${tokens.access_token}x`, tokens.refresh_token, 'x'.repeat(1e6)]) {
      expect(await app.ask('POST /auth/introspect', { body: { token }, headers })).toEqual(INACTIVE)
    }
    app.runtime.advance('9m')
    const fresh = await callerOf(app)
    app.runtime.advance('2m')
    expect(await app.ask('POST /auth/introspect', { body: { token: tokens.access_token }, headers: fresh })).toEqual(
      INACTIVE,
    )
  })

  it('answers nobody who is not let in, and asks about no token for them', async () => {
    const app = begin()
    const { access_token: token } = await logIn(app)
    const weak = await callerOf(app, ['notes'])
    for (const [headers, status] of [
      [{}, 401],
      [weak, 403],
      [bearer('x'), 401],
    ] as const) {
      const answer = await app.ask('POST /auth/introspect', { body: { token }, headers })
      expect(answer.status).toBe(status)
      expect(answer.body).not.toHaveProperty('active')
    }
  })

  it('refuses a body without a token', async () => {
    const app = begin()
    const headers = await callerOf(app)
    for (const body of [undefined, {}, { token: 1 }]) {
      expect(await app.ask('POST /auth/introspect', { body, headers })).toEqual(INVALID_REQUEST)
    }
  })

  it('is not there where nobody said who may ask, and cannot be open to everybody', async () => {
    const app = createHandlersApp()
    expect(await app.send('POST /auth/introspect', { headers: SAME_ORIGIN })).toBeUndefined()
    await expect(app.handlers.introspect(app.open().context)).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
    expect(() => createHandlersApp({ introspect: { optional: true } })).toThrow(
      expect.objectContaining({ option: 'handlers.introspect' }),
    )
  })
})
