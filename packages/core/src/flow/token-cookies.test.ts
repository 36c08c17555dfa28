import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'
import { closedSink } from '../http/effects.ts'
import type { TokenLocation } from '../http/location-options.ts'

const TOKENS = { issuer: 'https://api.test', audience: 'api' }
const POST = { method: 'POST', headers: { origin: ORIGIN } } as const
const GUARDED: TokenLocation = { in: 'cookie', doubleSubmit: true }

describe('setTokenCookie()', () => {
  it('sets the token and the readable value, for as long as the token lives', async () => {
    const { auth, open } = createTestAuth({ tokens: { ...TOKENS, locations: [GUARDED] } })
    const token = await auth.issueAccessToken('7')
    const verified = await auth.verifyAccessToken(token)
    const csrf = String(verified.ok && verified.claims['csrf'])
    const exchange = open(POST)
    expect(await auth.setTokenCookie(exchange.context, token)).toEqual({ ok: true })
    expect(exchange.cookies).toEqual([
      `__Host-csrf_access_token=${csrf}; Max-Age=600; Path=/; Secure; SameSite=Lax`,
      `__Host-access_token=${token}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(exchange.headers.get('cache-control')).toBe('no-store')
  })

  it('puts a refresh JWT into its own cookie', async () => {
    const locations: TokenLocation[] = [
      { in: 'cookie' },
      { in: 'cookie', holds: 'refresh', cookie: { path: '/refresh', sameSite: 'strict' } },
    ]
    const tokens = { profile: 'flaskJwtExtended', issuer: null, audience: null, locations } as const
    const { auth, open, visit } = createTestAuth({ tokens })
    const token = await auth.issueAccessToken('7', { refresh: true, lifetime: '1h' })
    const exchange = open(POST)
    await auth.setTokenCookie(exchange.context, token)
    expect(exchange.cookies).toEqual([
      `refresh_token_cookie=${token}; Max-Age=3600; Path=/refresh; HttpOnly; Secure; SameSite=Strict`,
    ])
    const cookie = exchange.cookiePair()
    expect((await visit({ ...POST, headers: { origin: ORIGIN, cookie } }, { refresh: true })).denial).toBeUndefined()
    expect((await visit({ headers: { cookie } })).denial).toMatchObject({
      status: 401,
      body: { msg: 'Missing JWT in cookies' },
    })
  })

  it('is refused to a page of another site, and sets nothing', async () => {
    const { auth, open, events } = createTestAuth({ tokens: { ...TOKENS, locations: [GUARDED] } })
    const token = await auth.issueAccessToken('7')
    const exchange = open({ method: 'POST', headers: { origin: 'https://evil.example' } })
    const result = await auth.setTokenCookie(exchange.context, token)
    expect(result).toMatchObject({ ok: false, code: 'cross_origin', denial: { status: 403 } })
    expect(exchange.cookies).toEqual([])
    expect(events).toContainEqual({ type: 'rejected', code: 'cross_origin' })
  })

  it('takes no token that would be refused', async () => {
    const plain = createTestAuth({ tokens: TOKENS })
    const { auth, open, runtime } = createTestAuth({ tokens: { ...TOKENS, locations: [GUARDED] } })
    const expired = await auth.issueAccessToken('7', { lifetime: '1m' })
    runtime.advance('2m')
    const withoutCsrf = await plain.auth.issueAccessToken('7')
    for (const token of [expired, withoutCsrf, 'garbage', '', undefined as never]) {
      const exchange = open(POST)
      await expect(auth.setTokenCookie(exchange.context, token)).rejects.toMatchObject({ reason: 'argument' })
      expect(exchange.cookies).toEqual([])
    }
  })

  it('reports a cookie that is not configured, one that is too large, and headers that are gone', async () => {
    const plain = createTestAuth({ tokens: TOKENS })
    const token = await plain.auth.issueAccessToken('7')
    const notConfigured = expect.objectContaining({ reason: 'not_configured' }) as unknown
    await expect(plain.auth.setTokenCookie(plain.open(POST).context, token)).rejects.toEqual(notConfigured)
    await expect(plain.auth.unsetTokenCookies(plain.open(POST).context)).rejects.toEqual(notConfigured)

    const { auth, open } = createTestAuth({ tokens: { ...TOKENS, locations: [GUARDED] } })
    const large = await auth.issueAccessToken('7', { claims: { text: 'x'.repeat(4_000) } })
    const exchange = open(POST)
    await expect(auth.setTokenCookie(exchange.context, large)).rejects.toMatchObject({ reason: 'cookie_too_large' })
    expect(exchange.cookies).toEqual([])
    const closed = auth.open({ method: 'POST', url: '/', headers: new Headers({ origin: ORIGIN }) }, closedSink)
    await expect(auth.setTokenCookie(closed, large)).rejects.toMatchObject({ reason: 'headers_sent' })
  })
})

describe('unsetTokenCookies()', () => {
  it('removes every cookie of tokens, with the attributes that set it', async () => {
    const locations: TokenLocation[] = [GUARDED, { in: 'header' }]
    const { auth, open } = createTestAuth({ tokens: { ...TOKENS, locations } })
    const exchange = open(POST)
    expect(await auth.unsetTokenCookies(exchange.context)).toEqual({ ok: true })
    const gone = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/'
    expect(exchange.cookies).toEqual([
      `__Host-access_token=; ${gone}; HttpOnly; Secure; SameSite=Lax`,
      `__Host-csrf_access_token=; ${gone}; Secure; SameSite=Lax`,
    ])
  })

  it('is refused to a page of another site', async () => {
    const { auth, open } = createTestAuth({ tokens: { ...TOKENS, locations: [GUARDED] } })
    const exchange = open({ method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
    expect(await auth.unsetTokenCookies(exchange.context)).toMatchObject({ ok: false, code: 'cross_origin' })
    expect(exchange.cookies).toEqual([])
  })
})
