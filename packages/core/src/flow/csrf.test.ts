import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { Requirement } from '../authentication.ts'

const GUARDED: Requirement = { csrfToken: true }

interface Sending {
  readonly method?: string
  readonly token?: string | null
  readonly origin?: string
  readonly more?: Readonly<Record<string, string>>
}

/** Sends a request that rides on a cookie past a guard that asks for a token. */
async function send(
  { visit }: TestAuth,
  cookie: string,
  { method = 'POST', token, origin = ORIGIN, more }: Sending = {},
) {
  const headers = { cookie, origin, ...(token == null ? {} : { 'x-csrf-token': token }), ...more }
  return (await visit({ method, headers }, GUARDED)).denial
}

async function tokenOf({ auth, visit }: TestAuth, cookie: string): Promise<string> {
  const { context } = await visit({ headers: { cookie } })
  return (await auth.csrfToken(context)) ?? ''
}

const REFUSED = { status: 403, body: { error: 'csrf_token_invalid' }, headers: { 'cache-control': 'no-store' } }

describe('a guard with csrfToken', () => {
  it('admits a token of the request\u2019s session, and refuses a request without one', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const token = await tokenOf(app, cookie)
    expect(await send(app, cookie, { token })).toBeUndefined()
    for (const missing of [null, '']) expect(await send(app, cookie, { token: missing })).toMatchObject(REFUSED)
    expect(app.events.slice(-2)).toEqual([
      { type: 'rejected', code: 'csrf_missing' },
      { type: 'rejected', code: 'csrf_missing' },
    ])
  })

  it('refuses the token of another session, of the same user or not', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    for (const subject of ['user-1', 'user-2']) {
      const token = await tokenOf(app, await app.logIn(subject))
      expect(await send(app, cookie, { token })).toMatchObject(REFUSED)
      expect(app.events.at(-1)).toEqual({ type: 'rejected', code: 'csrf_mismatch' })
    }
  })

  it('refuses two tokens in two lines', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const token = await tokenOf(app, cookie)
    expect(await send(app, cookie, { token: `${token}, ${token}` })).toMatchObject(REFUSED)
  })

  it('refuses a token from before a change of privilege', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const token = await tokenOf(app, cookie)
    const exchange = await app.visit({ headers: { cookie } })
    await (await exchange.context.session()).rotate()
    expect(await send(app, exchange.cookiePair(), { token })).toMatchObject(REFUSED)
  })

  it('does not replace the check of the origin', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const denial = await send(app, cookie, { token: await tokenOf(app, cookie), origin: 'https://evil.test' })
    expect(denial).toMatchObject({ status: 403, body: { error: 'cross_origin' } })
  })

  it('asks for nothing of a request that changes nothing, and of one that rides on no cookie', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    expect(await send(app, cookie, { method: 'GET' })).toBeUndefined()
    const bearer = { authorization: `Bearer ${await app.auth.issueAccessToken('user-1')}` }
    expect((await app.visit({ method: 'POST', headers: bearer }, GUARDED)).denial).toBeUndefined()
    expect((await app.visit({ method: 'POST' }, { ...GUARDED, optional: true })).denial).toBeUndefined()
  })

  it('does not count a refused request as use of the session', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    app.runtime.advance('10m')
    app.storeCalls.length = 0
    expect(await send(app, cookie)).toMatchObject(REFUSED)
    expect(app.storeCalls).toEqual(['read'])
  })

  it('says of a dead cookie that it is dead', async () => {
    const app = createTestAuth()
    expect(await send(app, `__Host-session=lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`)).toMatchObject({ status: 401 })
  })

  it('protects a visitor who has not logged in as well', async () => {
    const app = createTestAuth()
    const exchange = await app.visit({}, { optional: true })
    await (await exchange.context.session()).set('cart', [1])
    const cookie = exchange.cookiePair()
    const requirement = { ...GUARDED, optional: true }
    const headers = { cookie, origin: ORIGIN }
    expect((await app.visit({ method: 'POST', headers }, requirement)).denial).toMatchObject(REFUSED)
    const page = await app.visit({ headers: { cookie } }, { optional: true })
    const token = (await app.auth.csrfToken(page.context)) ?? ''
    expect(
      (await app.visit({ method: 'POST', headers: { ...headers, 'x-csrf-token': token } }, requirement)).denial,
    ).toBe(undefined)
  })

  it('is a configuration error when it is no boolean', () => {
    const { auth } = createTestAuth()
    expect(() => auth.guard({ csrfToken: 'yes' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'requirement.csrfToken' }),
    )
  })
})

describe('auth.csrfToken()', () => {
  it('keeps the answer out of caches', async () => {
    const app = createTestAuth()
    const exchange = await app.visit({ headers: { cookie: await app.logIn('user-1') } })
    await app.auth.csrfToken(exchange.context)
    exchange.flush()
    expect(exchange.headers.get('cache-control')).toBe('no-store')
  })

  it('is null where there is no session, and where a bearer token took its place', async () => {
    const app = createTestAuth()
    const visitor = await app.visit({}, { optional: true })
    expect(await app.auth.csrfToken(visitor.context)).toBeNull()
    const authorization = `Bearer ${await app.auth.issueAccessToken('user-1')}`
    const client = await app.visit({ headers: { authorization, cookie: await app.logIn('user-1') } }, { via: 'bearer' })
    expect(await app.auth.csrfToken(client.context)).toBeNull()
  })

  it('is that of the new session after a login in the same request', async () => {
    const app = createTestAuth()
    const exchange = app.open({ method: 'POST', headers: { origin: ORIGIN } })
    await app.auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    const token = await app.auth.csrfToken(exchange.context)
    expect(await send(app, exchange.cookiePair(), { token })).toBeUndefined()
  })

  it('is refused without a guard, and without sessions', async () => {
    const app = createTestAuth()
    await expect(app.auth.csrfToken(app.open().context)).rejects.toMatchObject({ reason: 'not_guarded' })
    const bare = createTestAuth({ sessions: undefined })
    const { context } = await bare.visit({}, { optional: true })
    await expect(bare.auth.csrfToken(context)).rejects.toMatchObject({ reason: 'not_configured' })
    await expect(bare.auth.checkCsrfToken(context, 'x')).rejects.toMatchObject({ reason: 'not_configured' })
  })
})

describe('auth.checkCsrfToken()', () => {
  it('admits a token of the request\u2019s session from a place of the application\u2019s own', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const token = await tokenOf(app, cookie)
    const { context } = await app.visit({ method: 'POST', headers: { cookie, origin: ORIGIN } })
    expect(await app.auth.checkCsrfToken(context, token)).toBeUndefined()
  })

  it.each([undefined, null, '', 'x', 1, {}, ['a'], { toString: () => 'a' }])(
    'denies anything else: %j',
    async (text) => {
      const app = createTestAuth()
      const { context } = await app.visit({
        method: 'POST',
        headers: { cookie: await app.logIn('user-1'), origin: ORIGIN },
      })
      expect(await app.auth.checkCsrfToken(context, text)).toMatchObject(REFUSED)
      expect(app.events.at(-1)?.type).toBe('rejected')
    },
  )

  it('denies a list that holds a good token', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    const { context } = await app.visit({ method: 'POST', headers: { cookie, origin: ORIGIN } })
    expect(await app.auth.checkCsrfToken(context, [await tokenOf(app, cookie)])).toMatchObject(REFUSED)
  })

  it('has nothing to say where there is no session', async () => {
    const app = createTestAuth()
    const { context } = await app.visit({ method: 'POST' }, { optional: true })
    expect(await app.auth.checkCsrfToken(context, 'x')).toBeUndefined()
  })
})
