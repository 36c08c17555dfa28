import { createMemoryRevocationStore, type SessionDataOptions } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createSealedApp, type SealedApp } from './sealed.fixture.ts'

const strings: SessionDataOptions['schema'] = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      Object.values(value as object).every((one) => typeof one === 'string')
        ? { value }
        : { issues: [{ message: 'canary', path: ['first'] }] },
  },
}
const undecodable = ({ events }: SealedApp) =>
  events.flatMap((event) => (event.type === 'session_undecodable' ? [event.reason] : []))

describe('the cookie of a sealed session', () => {
  it.each([true, false])(
    'outlives the browser if the login says so: %s, also when it is sealed anew',
    async (persistent) => {
      const app = createSealedApp({ persistent: !persistent })
      const exchange = app.open()
      const options = { subject: 'alice', deliver: 'cookie', persistent } as const
      const result = await app.auth.login(exchange.context, options)
      if (result.ok) await result.session.set('a', 1)
      const [line = ''] = exchange.lines()
      expect(line.includes('Max-Age=')).toBe(persistent)
      app.runtime.advance('6m')
      const later = app.open(line.split(';')[0]?.slice('__Host-session='.length))
      await later.session()
      expect(later.lines()[0]?.includes('Max-Age=')).toBe(persistent)
    },
  )

  it('holds neither the user agent nor the address, which no device list could show', async () => {
    const app = createSealedApp()
    const short = await app.logIn('alice', {})
    expect((await app.logIn('alice', { address: '2001:db8::1' })).length).toBe(short.length)
  })
})

describe('the values of a sealed session', () => {
  it('are held to a schema before the cookie is sent', async () => {
    const app = createSealedApp({ data: { schema: strings } })
    const exchange = app.open()
    const session = await exchange.session()
    await expect(session.set('first', 1)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', reason: 'value_invalid' }),
    )
    expect(exchange.lines()).toEqual([])
    await expect(app.begin({ first: 'x' })).resolves.not.toBe('')
  })

  it('of an earlier version are migrated, and sealed so with the next cookie', async () => {
    const cookie = await createSealedApp().begin({ n: 1 })
    let calls = 0
    const migrate: SessionDataOptions['migrate'] = (old, from) => {
      calls += 1
      return { n: `${String(old['n'])} of ${from}` }
    }
    const app = createSealedApp({ data: { schema: strings, version: 1, migrate } })
    expect(await app.values(cookie)).toEqual({ n: '1 of 0' })
    const exchange = app.open(cookie)
    await (await exchange.session()).set('more', 'x')
    calls = 0
    expect([await app.values(exchange.cookie()), calls]).toEqual([{ n: '1 of 0', more: 'x' }, 0])
  })

  it('that cannot be used are no session, with an event, and a logout ends it where there is a revocation store', async () => {
    const cookie = await createSealedApp().logIn('alice')
    const first = createSealedApp().open(cookie)
    await (await first.session()).set('n', 1)
    const sealed = first.cookie()
    const revocations = createMemoryRevocationStore()
    const app = createSealedApp({ data: { schema: strings }, revocations })
    expect([await app.judge(sealed), undecodable(app)]).toEqual(['session_undecodable', ['schema']])
    await expect(app.auth.logout(app.open(sealed).context)).resolves.toEqual({ ok: true, revoked: true })
    expect(await createSealedApp({ revocations }).judge(sealed)).toBe('session_unknown')
  })

  it('of a later version leave the cookie in the browser', async () => {
    const later = createSealedApp({ data: { version: 2, migrate: (old) => old } })
    const cookie = await later.begin({ n: 1 })
    const app = createSealedApp()
    const exchange = app.open(cookie)
    expect((await exchange.session()).id).toBeNull()
    expect([exchange.lines(), undecodable(app)]).toEqual([[], ['newer']])
    expect(await later.values(cookie)).toEqual({ n: 1 })
  })
})

describe('an open connection on a sealed session', () => {
  it('sees a logout by a revocation store, and the timeouts without one', async () => {
    const revocations = createMemoryRevocationStore()
    const app = createSealedApp({ revocations, idleTimeout: '1h' })
    const cookie = await app.logIn('alice')
    const view = await connect(app, cookie)
    expect(await view.revalidate()).toBe('live')
    await app.auth.logout(app.open(cookie).context)
    expect([await view.revalidate(), view.subject]).toEqual(['gone', null])
    const other = await connect(app, await app.logIn('alice'))
    app.runtime.advance('1h')
    expect(await other.revalidate()).toBe('expired')
  })
})

async function connect({ auth, open }: SealedApp, cookie: string) {
  const { context } = open(cookie)
  expect(await auth.guard()(context)).toBeUndefined()
  return context.view()
}
