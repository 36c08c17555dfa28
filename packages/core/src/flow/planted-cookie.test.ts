import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'

const COOKIE = { name: 'sid' }
const DELETED = /^sid=; Max-Age=0; /

describe('two different values under the name of the session cookie', () => {
  it('are no session, and are both deleted, whichever was planted', async () => {
    const test = createTestAuth({ cookie: COOKIE })
    const genuine = await test.logIn('user-1')
    for (const cookie of [`${genuine}; sid=planted`, `sid=planted; ${genuine}`]) {
      const { denial, cookies } = await test.visit({ headers: { cookie } })
      expect(denial?.status).toBe(401)
      expect(cookies).toHaveLength(2)
      expect(cookies.every((line) => DELETED.test(line))).toBe(true)
      expect(cookies.map((line) => /Domain=[^;]+/.exec(line)?.[0])).toEqual(['Domain=app.test', undefined])
    }
    expect(test.events.filter(({ type }) => type === 'suspicious')).toEqual([
      { type: 'suspicious', reason: 'cookie_ambiguous' },
      { type: 'suspicious', reason: 'cookie_ambiguous' },
    ])
  })

  it('keep nobody from logging in: the cookie of the login comes last, and the planted one goes', async () => {
    const test = createTestAuth({ cookie: COOKIE })
    const genuine = await test.logIn('user-1')
    const headers = { origin: ORIGIN, cookie: `${genuine}; sid=planted` }
    const exchange = test.open({ method: 'POST', headers })
    await test.auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie' })
    const { cookies } = exchange
    expect(cookies[0]).toMatch(DELETED)
    expect(cookies[1]).toMatch(/^sid=lks_/)
    const pair = cookies[1]?.split(';')[0] ?? ''
    expect((await test.visit({ headers: { cookie: pair } })).denial).toBeUndefined()
  })

  it('are deleted by one line where the name has the "__Host-" prefix, under which nothing else can be planted', async () => {
    const { cookies } = await createTestAuth().visit({ headers: { cookie: '__Host-session=a; __Host-session=b' } })
    expect(cookies).toHaveLength(1)
  })
})
