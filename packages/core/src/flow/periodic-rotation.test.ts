import { describe, expect, it } from 'vitest'
import { createTestAuth, type TestAuth } from '../auth.fixture.ts'

async function begin(options = { rotateEvery: '15m' } as const) {
  const app = createTestAuth({}, options)
  return { ...app, cookie: await app.logIn('user-1') }
}

const visitWith = (app: Pick<TestAuth, 'visit'>, cookie: string, requirement = {}) =>
  app.visit({ headers: { cookie } }, requirement)

describe('a cookie that changes by time', () => {
  it('keeps its text by default, however long it is used', async () => {
    const app = createTestAuth()
    const cookie = await app.logIn('user-1')
    for (let day = 0; day < 20; day += 1) {
      app.runtime.advance('1d')
      expect((await visitWith(app, cookie)).cookiePair()).toBe(cookie)
    }
  })

  it('changes with the first use after rotateEvery, under the same id and with the same values', async () => {
    const app = await begin()
    app.runtime.advance('14m')
    expect((await visitWith(app, app.cookie)).cookiePair()).toBe(app.cookie)
    app.runtime.advance('6m')
    const visit = await visitWith(app, app.cookie)
    expect(visit.denial).toBeUndefined()
    const next = visit.cookiePair()
    expect(next).not.toBe(app.cookie)
    const [before, after] = [app.cookie, next].map((pair) => /lks_([0-9a-f]{32})\.(\d+)\./.exec(pair)?.slice(1))
    expect([before?.[1], after]).toEqual(['0', [before?.[0], '1']])
    expect((await visitWith(app, next)).denial).toBeUndefined()
    expect(app.events.map(({ type }) => type)).toEqual(['session_created', 'session_rotated'])
  })

  it('opens by the text before for requests under way, gives them no new one, and is unknown by it afterwards', async () => {
    const app = await begin()
    app.runtime.advance('20m')
    const next = (await visitWith(app, app.cookie)).cookiePair()
    app.runtime.advance(9)
    const late = await visitWith(app, app.cookie)
    expect([late.denial, late.cookies]).toEqual([undefined, []])
    app.runtime.advance(1)
    expect((await visitWith(app, app.cookie)).denial?.status).toBe(401)
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'suspicious', reason: 'credential_mismatch' }))
    expect((await visitWith(app, next)).denial).toBeUndefined()
  })

  it('logs out by either text', async () => {
    const app = await begin()
    app.runtime.advance('20m')
    const next = (await visitWith(app, app.cookie)).cookiePair()
    const late = await visitWith(app, app.cookie)
    await app.auth.logout(late.context)
    expect((await visitWith(app, next)).denial?.status).toBe(401)
  })

  it('does not change on passive routes, nor where no cookie can be sent', async () => {
    const app = await begin()
    app.runtime.advance('20m')
    expect((await visitWith(app, app.cookie, { passive: true })).cookies).toEqual([])
    const { context, flush } = app.open({ headers: { cookie: app.cookie } })
    flush()
    expect(await app.auth.guard()(context)).toBeUndefined()
    expect((await visitWith(app, app.cookie, { passive: true })).denial).toBeUndefined()
    expect((await visitWith(app, app.cookie)).cookiePair()).not.toBe(app.cookie)
  })

  it('changes once for tabs that come at once', async () => {
    const app = await begin()
    app.runtime.advance('20m')
    const visits = await Promise.all(Array.from({ length: 8 }, () => visitWith(app, app.cookie)))
    expect(visits.map(({ denial }) => denial)).toEqual(visits.map(() => undefined))
    const sent = visits.flatMap(({ cookies }) => cookies)
    expect(sent).toHaveLength(1)
  })
})
