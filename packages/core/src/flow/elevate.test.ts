import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { ElevateOptions } from './elevate.ts'
import type { TokenResponse } from './token-response.ts'

const STEP_UP = { maxAge: '5m' } as const
const OTP: ElevateOptions = { amr: ['otp'], acr: 'mfa' }
const SESSION_UNKNOWN = { ok: false, code: 'session_unknown', denial: expect.objectContaining({ status: 401 }) }
const CUT_OFF = { ok: false, code: 'login_cut_off', denial: expect.objectContaining({ status: 401 }) }

const form = (cookie: string) => ({ method: 'POST', headers: { origin: ORIGIN, cookie } })
const bearer = (token: string) => ({ method: 'POST', headers: { authorization: `Bearer ${token}` } })

/** A cookie whose login is an hour old. */
async function logInLongAgo(app: TestAuth): Promise<string> {
  const cookie = await app.logIn('user-1', { amr: ['pwd'], scopes: ['notes'] })
  app.runtime.advance('1h')
  return cookie
}

async function logInForTokens({ auth, open, runtime }: TestAuth): Promise<TokenResponse> {
  const login = await auth.login(open({ method: 'POST' }).context, {
    subject: 'user-1',
    deliver: 'tokens',
    amr: ['pwd'],
    scopes: ['notes'],
  })
  if (!login.ok) throw new Error(login.code)
  runtime.advance('5m')
  return login.tokens
}

describe('elevate(), of a session in a cookie', () => {
  it('opens a route that asks for a recent authentication, on the same session', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    expect((await app.visit(form(cookie), STEP_UP)).denial?.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", max_age="300"',
    )
    const current = await app.visit(form(cookie))
    const before = current.context.principal
    expect(await app.auth.elevate(current.context, OTP)).toMatchObject({ ok: true, deliver: 'cookie' })
    const next = await app.visit(form(current.cookiePair()), { ...STEP_UP, amr: ['otp'], acr: 'mfa', scope: 'notes' })
    expect(next.denial).toBeUndefined()
    expect(next.context.principal).toEqual({
      ...before,
      authenticatedAt: app.runtime.now(),
      amr: ['otp'],
      acr: 'mfa',
    })
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
    expect(app.events).toContainEqual({
      type: 'session_elevated',
      sessionId: before.sessionId,
      subject: 'user-1',
    })
  })

  it('authenticates the context anew, and keeps its handle and its values', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const { context, effects } = await app.visit(form(cookie))
    const session = await context.session()
    await session.set('cart', [1])
    const elevated = await app.auth.elevate(context, { ...OTP, scopes: ['admin'] })
    expect(elevated).toMatchObject({ session })
    expect(context.principal).toMatchObject({ authenticatedAt: app.runtime.now(), scopes: ['admin'] })
    expect(await app.auth.guard({ ...STEP_UP, scope: 'admin' })(context)).toBeUndefined()
    expect(session.get('cart')).toEqual([1])
    await session.set('cart', [2])
    expect(effects.open).toBe(true)
  })

  it('makes the credential from before unknown at once', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const [current, other] = [await app.visit(form(cookie)), await app.visit(form(cookie))]
    await app.auth.elevate(current.context, OTP)
    expect((await app.visit(form(cookie))).denial?.status).toBe(401)
    // Another request that was let in with it is not elevated by it either.
    expect(await app.auth.elevate(other.context, OTP)).toEqual(SESSION_UNKNOWN)
    expect(other.cookies).toEqual([])
    expect((await app.visit(form(current.cookiePair()), STEP_UP)).denial).toBeUndefined()
  })

  it('elevates one of the requests that come at once with one credential, in any order of their store calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const app = createTestAuth({}, { storeTimeout: '1m' })
        const cookie = await logInLongAgo(app)
        const current = await Promise.all([1, 2, 3].map(() => app.visit(form(cookie))))
        app.hooks.before = (name) => scheduler.schedule(Promise.resolve(), name)
        const results = await scheduler.waitFor(
          Promise.all(current.map(({ context }) => app.auth.elevate(context, OTP))),
        )
        app.hooks.before = () => {}
        expect(results.filter(({ ok }) => ok)).toHaveLength(1)
        const winner = current[results.findIndex(({ ok }) => ok)]
        expect((await app.visit(form(winner?.cookiePair() ?? ''), STEP_UP)).denial).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  it('goes on when another request writes values meanwhile', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const [current, other] = [await app.visit(form(cookie)), await app.visit(form(cookie))]
    await (await other.context.session()).set('cart', [1])
    expect(await app.auth.elevate(current.context, OTP)).toMatchObject({ ok: true })
    const next = await app.visit(form(current.cookiePair()))
    expect((await next.context.session()).get('cart')).toEqual([1])
  })

  it('refuses a session that ended meanwhile, and a logout of the same request stands', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const current = await app.visit(form(cookie))
    await app.auth.revokeAllSessions('user-1')
    expect(await app.auth.elevate(current.context, OTP)).toEqual(SESSION_UNKNOWN)
    const left = await app.visit(form(await logInLongAgo(app)))
    await app.auth.logout(left.context)
    expect(await app.auth.elevate(left.context, OTP)).toMatchObject({ ok: false, code: 'authentication_required' })
    expect(left.cookies).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('refuses a proof that was judged by what has changed since', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const epoch = await app.auth.epochOf('user-1')
    const current = await app.visit(form(cookie))
    const { context } = current
    await app.auth.revokeAllSessions('user-1', { except: context.principal.sessionId ?? '' })
    expect(await app.auth.elevate(context, { ...OTP, epoch })).toEqual(CUT_OFF)
    // Nothing but the renewal of the cookie that it came with.
    expect(current.cookiePair()).toBe(cookie)
    expect((await app.visit(form(cookie))).denial).toBeUndefined()
    expect((await app.visit(form(cookie), STEP_UP)).denial?.status).toBe(401)
  })

  it('takes the step back when the account changes in the middle of it', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const { context } = await app.visit(form(cookie))
    app.hooks.after = async (name) => {
      if (name !== 'update') return
      app.hooks.after = () => {}
      await app.auth.revokeAllSessions('user-1', { except: context.principal.sessionId ?? '' })
    }
    expect(await app.auth.elevate(context, OTP)).toEqual(CUT_OFF)
    expect((await app.visit(form(cookie))).denial).toBeUndefined()
    expect((await app.visit(form(cookie), STEP_UP)).denial?.status).toBe(401)
  })

  it('leaves everything as it was when the response has begun, before or meanwhile', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const [early, late] = [await app.visit(form(cookie)), await app.visit(form(cookie))]
    early.flush()
    app.storeCalls.length = 0
    const headersSent = expect.objectContaining({ reason: 'headers_sent' })
    await expect(app.auth.elevate(early.context, OTP)).rejects.toThrow(headersSent)
    expect(app.storeCalls).toEqual([])
    app.hooks.after = (name) => {
      if (name === 'update') late.flush()
    }
    await expect(app.auth.elevate(late.context, OTP)).rejects.toThrow(headersSent)
    expect((await app.visit(form(cookie))).denial).toBeUndefined()
    expect((await app.visit(form(cookie), STEP_UP)).denial?.status).toBe(401)
  })

  it('is refused across origins', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    const safe = await app.visit({ headers: { cookie, origin: 'https://evil.test' } })
    const changing = app.open({ method: 'POST', headers: { cookie, origin: 'https://evil.test' } })
    expect((await app.auth.guard()(changing.context))?.status).toBe(403)
    await expect(app.auth.elevate(changing.context, OTP)).rejects.toThrow(
      expect.objectContaining({ reason: 'not_guarded' }),
    )
    expect(safe.denial).toBeUndefined()
  })

  it('is an outage, and nothing else, when the store is out of reach', async () => {
    const app = createTestAuth()
    const cookie = await logInLongAgo(app)
    for (const call of ['epochOf', 'update']) {
      const { context } = await app.visit(form(cookie))
      app.hooks.before = (name) => {
        if (name === call) throw new Error('down')
      }
      await expect(app.auth.elevate(context, OTP)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
      app.hooks.before = () => {}
      expect((await app.visit(form(cookie))).denial).toBeUndefined()
    }
  })
})

describe('elevate(), of a session that a refresh token carries', () => {
  it('gives new tokens of the same session, and the refresh token from before is unknown', async () => {
    const app = createTestAuth()
    const old = await logInForTokens(app)
    const current = await app.visit(bearer(old.access_token))
    const elevated = await app.auth.elevate(current.context, OTP)
    if (!elevated.ok || elevated.deliver !== 'tokens') throw new Error('refused')
    expect(current.cookies).toEqual([])
    expect(current.headers.get('cache-control')).toBe('no-store')
    const next = await app.visit(bearer(elevated.tokens.access_token), { maxAge: '1m', amr: ['otp'], scope: 'notes' })
    expect(next.denial).toBeUndefined()
    expect(next.context.principal.sessionId).toBe(current.context.principal.sessionId)
    for (const used of [old.refresh_token, old.refresh_token]) {
      expect(await app.auth.refresh(used)).toMatchObject({ ok: false, code: 'refresh_unknown' })
    }
    expect(await app.auth.refresh(elevated.tokens.refresh_token)).toMatchObject({ ok: true })
  })

  it('never leads from a token of before to one of after, in any order with refreshes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(3), async (scheduler, refreshes) => {
        const app = createTestAuth({}, { storeTimeout: '1m' })
        const old = await logInForTokens(app)
        const { context } = await app.visit(bearer(old.access_token))
        app.hooks.before = (name) => scheduler.schedule(Promise.resolve(), name)
        const elevating = app.auth.elevate(context, OTP)
        const refreshing = Promise.all(Array.from({ length: refreshes + 1 }, () => app.auth.refresh(old.refresh_token)))
        const [elevated, refreshed] = await scheduler.waitFor(Promise.all([elevating, refreshing]))
        app.hooks.before = () => {}
        if (!elevated.ok || elevated.deliver !== 'tokens') throw new Error('refused')
        for (const result of refreshed) {
          if (!result.ok) continue
          expect(result.tokens.refresh_token).not.toBe(elevated.tokens.refresh_token)
          expect(await app.auth.verifyAccessToken(result.tokens.access_token)).toMatchObject({
            principal: { amr: ['pwd'] },
          })
          expect(await app.auth.refresh(result.tokens.refresh_token)).toMatchObject({ code: 'refresh_unknown' })
        }
        expect(await app.auth.refresh(elevated.tokens.refresh_token)).toMatchObject({ ok: true })
      }),
      { numRuns: 50 },
    )
  })

  it('refuses an access token from before the last step-up', async () => {
    const app = createTestAuth()
    const old = await logInForTokens(app)
    expect(await app.auth.elevate((await app.visit(bearer(old.access_token))).context, OTP)).toMatchObject({ ok: true })
    const again = await app.visit(bearer(old.access_token))
    expect(again.denial).toBeUndefined()
    expect(await app.auth.elevate(again.context, OTP)).toEqual(SESSION_UNKNOWN)
  })

  it('refuses a token whose session is none, another\u2019s, or carried by a cookie', async () => {
    const app = createTestAuth()
    await app.logIn('user-1')
    const [inCookie] = await app.auth.listSessions('user-1')
    const ofAnother = await logInForTokens(app)
    const { context } = await app.visit(bearer(ofAnother.access_token))
    const sessionId = context.principal.sessionId ?? ''
    for (const token of [
      await app.auth.issueAccessToken('user-1'),
      await app.auth.issueAccessToken('user-1', { sessionId: 'no id' }),
      await app.auth.issueAccessToken('user-1', { sessionId: inCookie?.id ?? '' }),
      await app.auth.issueAccessToken('user-2', { sessionId }),
    ]) {
      const current = await app.visit(bearer(token))
      expect(await app.auth.elevate(current.context, OTP)).toEqual(SESSION_UNKNOWN)
    }
  })

  it('takes the step back when no token can be issued', async () => {
    const app = createTestAuth({
      tokens: { issuer: 'https://api.test', audience: 'api', requiredClaims: ['tenant'] },
    })
    await expect(logInForTokens(app)).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
    const [session] = await app.auth.listSessions('user-1')
    const token = await app.auth.issueAccessToken('user-1', {
      sessionId: session?.id ?? '',
      claims: { tenant: 'a' },
    })
    const { context } = await app.visit(bearer(token))
    await expect(app.auth.elevate(context, OTP)).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
    expect(await app.auth.listSessions('user-1')).toMatchObject([{ authenticatedAt: session?.authenticatedAt }])
    expect(app.events.map(({ type }) => type)).not.toContain('session_elevated')
  })
})

describe('elevate()', () => {
  it('asks anonymous callers to log in, and takes guarded requests alone', async () => {
    const app = createTestAuth()
    const { context } = await app.visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    expect(await app.auth.elevate(context, OTP)).toMatchObject({
      code: 'authentication_required',
      denial: { status: 401 },
    })
    await expect(app.auth.elevate(app.open().context, OTP)).rejects.toThrow(
      expect.objectContaining({ reason: 'not_guarded' }),
    )
  })

  it.each([
    ['no methods', { amr: [] }],
    ['a method with blanks', { amr: ['one time'] }],
    ['an odd scope', { amr: ['otp'], scopes: ['"'] }],
    ['an odd class', { amr: ['otp'], acr: 'a b' }],
    ['an odd epoch', { amr: ['otp'], epoch: -1 }],
  ])('refuses %s', async (_, options) => {
    const app = createTestAuth()
    const { context } = await app.visit(form(await logInLongAgo(app)))
    await expect(app.auth.elevate(context, options)).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
  })
})
