import { describe, expect, it } from 'vitest'
import { createTestAuth, type TestAuth } from '../auth.fixture.ts'

const HTTP = { origin: 'http://app.test' }
const PORT = { origin: 'https://app.test:3000' }
const reports = ({ events }: TestAuth) =>
  events.flatMap((event) => (event.type === 'misconfigured' ? [event.reason] : []))

describe('a request that shows another scheme than the configuration', () => {
  it('is refused with a description that says so, by a guard, a login and a logout', async () => {
    const test = createTestAuth()
    const cookie = await test.logIn('user-1')
    const request = { method: 'POST', headers: { ...HTTP, cookie } }
    const login = await test.auth.login(test.open(request).context, { subject: 'user-1', deliver: 'cookie' })
    const logout = await test.auth.logout(test.open(request).context)
    const denials = [
      (await test.visit(request)).denial,
      (await test.visit({ method: 'POST', headers: HTTP }, { optional: true })).denial,
      login.ok ? undefined : login.denial,
      logout.ok ? undefined : logout.denial,
    ]
    for (const denial of denials) {
      expect(denial).toMatchObject({
        status: 403,
        body: { error: 'cross_origin', error_description: expect.stringContaining('"cookie.insecurePlainHttp"') },
      })
    }
    expect((await test.visit({ headers: { cookie } })).denial).toBeUndefined()
  })

  it('raises one event for each Auth, however many come', async () => {
    const test = createTestAuth()
    for (let count = 0; count < 3; count += 1) await test.visit({ method: 'POST', headers: HTTP }, { optional: true })
    expect(reports(test)).toEqual(['origin_scheme'])
    await test.visit({ method: 'POST', headers: PORT }, { optional: true })
    expect(reports(test)).toEqual(['origin_scheme', 'origin_port'])
    expect(reports(createTestAuth())).toEqual([])
  })

  it('is found the other way round as well: a page over https where http is configured', async () => {
    const test = createTestAuth({ origin: 'http://app.test', cookie: { insecurePlainHttp: true } })
    const { denial } = await test.visit({ method: 'POST', headers: { origin: 'https://app.test' } }, { optional: true })
    expect([denial?.status, reports(test)]).toEqual([403, ['origin_scheme']])
  })

  it('is told from one of another site, which is no fault of the configuration', async () => {
    const test = createTestAuth()
    const { denial } = await test.visit({ method: 'POST', headers: { origin: 'http://evil.test' } }, { optional: true })
    expect(denial?.body.error_description).toContain('"trustedOrigins"')
    expect(reports(test)).toEqual([])
  })
})

describe('a Secure cookie for a client that came by plain http', () => {
  it.each([
    ['a proxy says so', { 'x-forwarded-proto': 'http' }, 'cookie_over_http'],
    ['its referrer says so', { referer: 'http://app.test/cart' }, 'origin_scheme'],
  ])('is sent all the same, and reported once, where %s', async (_, headers, reason) => {
    const test = createTestAuth()
    for (let count = 0; count < 2; count += 1) {
      const exchange = await test.visit({ headers }, { optional: true })
      await (await exchange.context.session()).set('cart', [1])
      expect(exchange.cookiePair()).toMatch(/^__Host-session=lks_/)
    }
    expect(reports(test)).toEqual([reason])
  })

  it('is no matter where plain http is what was asked for, or a browser knows better', async () => {
    const plain = createTestAuth({ origin: 'http://app.test', cookie: { insecurePlainHttp: true } })
    const secure = createTestAuth()
    const headers = { 'x-forwarded-proto': 'http' }
    for (const [test, more] of [
      [plain, {}],
      [secure, { 'sec-fetch-site': 'same-origin' }],
    ] as const) {
      const exchange = await test.visit({ headers: { ...headers, ...more } }, { optional: true })
      await (await exchange.context.session()).set('cart', [1])
      expect(reports(test)).toEqual([])
    }
  })
})
