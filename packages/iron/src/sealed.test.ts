import { createMemoryRevocationStore, type Session } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createSealedApp } from './sealed.fixture.ts'
import { describeSealedLogout } from './sealed-logout.fixture.ts'

const SEAL = /^Fe26\.2\*1\*/
const reason = (text: string) => expect.objectContaining({ code: 'ERR_USAGE', reason: text })
const GONE = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'gone' })

describe('sealedSessions(): the handle', () => {
  it('sends nothing to a visitor who is only read', async () => {
    const app = createSealedApp()
    const exchange = app.open()
    const session = await exchange.session()
    expect([session.id, session.get('a'), await session.delete('a'), await session.take('a')]).toEqual([
      null,
      undefined,
      false,
      undefined,
    ])
    expect(await session.destroy()).toBe(false)
    expect(exchange.lines()).toEqual([])
  })

  it('makes a session with the first write, and one for several at once', async () => {
    const app = createSealedApp()
    const exchange = app.open()
    const session = await exchange.session()
    await Promise.all([
      session.set('a', 1),
      session.set('b', 2),
      session.update((all) => ({ c: Object.keys(all).length })),
    ])
    expect(exchange.lines()).toHaveLength(1)
    expect(exchange.cookie()).toMatch(SEAL)
    expect(await app.values(exchange.cookie())).toEqual({ a: 1, b: 2, c: 2 })
    expect(app.events.filter(({ type }) => type === 'session_created')).toHaveLength(1)
  })

  it('sends the cookie anew with every write, for the values live in it', async () => {
    const app = createSealedApp()
    const first = await app.begin({ a: 1, b: null })
    const exchange = app.open(first)
    const session = await exchange.session()
    await session.set('a', 2)
    await session.update({ c: [1, { d: 'e' }] })
    expect(await session.delete('b')).toBe(true)
    expect(await session.delete('b')).toBe(false)
    expect(await app.values(exchange.cookie())).toEqual({ a: 2, c: [1, { d: 'e' }] })
    expect(await app.values(first)).toEqual({ a: 1, b: null })
  })

  it('sends no cookie where nothing changes', async () => {
    const app = createSealedApp()
    const exchange = app.open(await app.begin({ a: 1 }))
    const session = await exchange.session()
    await session.update({})
    await session.update(() => ({}))
    await session.take('b')
    expect(exchange.lines()).toEqual([])
  })

  it('gives frozen values and finds none under the names that every object has', async () => {
    const app = createSealedApp()
    const session = await app.open(await app.begin({ cart: { items: [1] } })).session()
    expect(() => (session.get('cart') as { items: number[] }).items.push(2)).toThrow(TypeError)
    expect(session.get('constructor')).toBeUndefined()
    await expect(session.set('__proto__', 1)).rejects.toThrow(reason('key_invalid'))
    await expect(session.set('a', Number.NaN)).rejects.toThrow(reason('value_not_json'))
  })

  it.each([
    ['set', (session: Session) => session.set('a', 2)],
    ['update', (session: Session) => session.update({ a: 2 })],
    ['delete', (session: Session) => session.delete('a')],
    ['take', (session: Session) => session.take('a')],
    ['rotate', (session: Session) => session.rotate()],
  ])('refuses %s once the response has begun, and keeps what it had', async (_, write) => {
    const app = createSealedApp()
    const exchange = app.open(await app.begin({ a: 1 }))
    const session = await exchange.session()
    exchange.flush()
    await expect(write(session)).rejects.toThrow(reason('headers_sent'))
    expect(session.get('a')).toBe(1)
    expect(exchange.lines()).toEqual([])
  })

  it('does not keep a write during which the response began', async () => {
    const app = createSealedApp()
    const exchange = app.open(await app.begin({ a: 1 }))
    const session = await exchange.session()
    const write = session.set('a', 2)
    // The write has begun by then, and its seal is not made yet.
    await Promise.resolve().then(exchange.flush)
    await expect(write).rejects.toThrow(reason('headers_sent'))
    expect(session.get('a')).toBe(1)
  })

  it('lets the last cookie win where two requests write at once: writes are lost, and the documentation says so', async () => {
    const app = createSealedApp()
    const cookie = await app.begin({ n: 0 })
    const [one, two] = [app.open(cookie), app.open(cookie)]
    await (await one.session()).set('a', 1)
    await (await two.session()).set('b', 1)
    expect(await app.values(two.cookie())).toEqual({ n: 0, b: 1 })
  })

  it('delivers a flash message once for each copy of the cookie', async () => {
    const app = createSealedApp()
    const cookie = await app.begin({ flash: 'saved' })
    const [one, two] = [app.open(cookie), app.open(cookie)]
    expect(await (await one.session()).take('flash')).toBe('saved')
    expect(await (await two.session()).take('flash')).toBe('saved')
    expect(await (await app.open(one.cookie()).session()).take('flash')).toBeUndefined()
  })

  it('ends by time for writes as well', async () => {
    const app = createSealedApp({ idleTimeout: 60 })
    const session = await app.open(await app.begin({ a: 1 })).session()
    app.runtime.advance(60)
    await expect(session.set('a', 2)).rejects.toThrow(GONE)
  })
})

describe('sealedSessions(): size', () => {
  it('refuses what does not fit before anything is sent, and says how large each value is', async () => {
    const app = createSealedApp()
    const cookie = await app.begin({ small: 'x' })
    const exchange = app.open(cookie)
    const session = await exchange.session()
    const secret = 'hunter2'.repeat(600)
    const refused = await session.set('cart', secret).catch((error: unknown) => error)
    expect(refused).toEqual(reason('cookie_too_large'))
    const { message } = refused as Error
    expect(message).toContain('"cart" 4209')
    expect(message).toContain('"small" 11')
    expect(message).not.toContain('hunter2')
    expect(session.get('cart')).toBeUndefined()
    await session.set('cart', 'short')
    expect(await app.values(exchange.cookie())).toEqual({ small: 'x', cart: 'short' })
  })

  it('refuses a login that carries too much, and leaves the visitor what they had', async () => {
    const revocations = createMemoryRevocationStore()
    const app = createSealedApp({ revocations })
    const cookie = await app.begin({ cart: 'x'.repeat(2_200) })
    await expect(app.logIn('a'.repeat(255), { cookie, carry: ['cart'], label: 'l'.repeat(200) })).rejects.toThrow(
      reason('cookie_too_large'),
    )
    expect(await app.values(cookie)).toMatchObject({ cart: expect.any(String) })
  })

  it('never makes a Set-Cookie line of more than 4096 bytes, and uses nearly all of them', async () => {
    const app = createSealedApp({}, { cookie: { priority: 'medium', partitioned: true } })
    let longest = 0
    for (let size = 2_000; size < 2_700; size += 5) {
      const exchange = app.open()
      const session = await exchange.session()
      const written = await session.set('a', 'x'.repeat(size)).then(
        () => true,
        (error: unknown) => {
          expect(error).toEqual(reason('cookie_too_large'))
          return false
        },
      )
      if (written) longest = Math.max(longest, exchange.lines()[0]?.length ?? 0)
    }
    expect(longest).toBeGreaterThan(4_050)
    expect(longest).toBeLessThanOrEqual(4_096)
  })

  it('keeps serving a session that no longer fits, without renewing it', async () => {
    const wide = createSealedApp()
    let size = 2_800
    let cookie = ''
    while (cookie === '') cookie = await wide.begin({ a: 'x'.repeat((size -= 1)) }).catch(() => '')
    const narrow = createSealedApp({}, { cookie: { sameSite: 'strict', priority: 'medium', partitioned: true } })
    narrow.runtime.advance('1h')
    const exchange = narrow.open(cookie)
    const session = await exchange.session()
    expect(session.get('a')).toHaveLength(size)
    await expect(session.set('b', 1)).rejects.toThrow(reason('cookie_too_large'))
    expect(exchange.lines()).toEqual([])
  })
})

describe('sealedSessions(): time', () => {
  it('renews the cookie at most once per touchEvery, and not on a passive route', async () => {
    const app = createSealedApp({ idleTimeout: '1h', touchEvery: '5m' })
    const cookie = await app.logIn('alice')
    app.runtime.advance(299)
    expect((await visit(app, cookie)).lines()).toEqual([])
    app.runtime.advance(1)
    const passive = app.open(cookie)
    await app.auth.guard({ passive: true })(passive.context)
    expect(passive.lines()).toEqual([])
    const renewed = (await visit(app, cookie)).cookie()
    expect(renewed).toMatch(SEAL)
    app.runtime.advance('59m')
    expect(await app.judge(renewed)).toBe('in')
    expect(await app.judge(cookie)).toBe('session_expired')
  })

  it('ends at the absolute timeout, however often it is renewed', async () => {
    const app = createSealedApp({ preset: 'strict' })
    let cookie = await app.logIn('alice')
    for (let hours = 0.5; hours < 24; hours += 0.5) {
      app.runtime.advance('30m')
      cookie = (await visit(app, cookie)).cookie()
      expect(cookie).toMatch(SEAL)
    }
    app.runtime.advance(1_799)
    expect(await app.judge(cookie)).toBe('in')
    app.runtime.advance(1)
    expect(await app.judge(cookie)).toBe('session_expired')
    expect(app.events.at(-2)).toMatchObject({ type: 'session_expired', reason: 'absolute' })
  })
})

describe('sealedSessions(): login and logout', () => {
  it('gives a new id at login, carries what is named and nothing else', async () => {
    const app = createSealedApp()
    const anonymous = await app.begin({ cart: [1], planted: true })
    const cookie = await app.logIn('alice', {
      cookie: anonymous,
      carry: ['cart'],
      scopes: ['read'],
      amr: ['pwd'],
      acr: 'high',
      label: 'Firefox',
    })
    const exchange = app.open(cookie)
    const session = await exchange.session()
    expect([session.subject, session.keys()]).toEqual(['alice', ['cart']])
    expect(exchange.context.principal).toMatchObject({ subject: 'alice', scopes: ['read'], amr: ['pwd'], acr: 'high' })
    expect(session.id).not.toBe((await app.open(anonymous).session()).id)
  })

  it('lets no handle from before a login put its cookie in the place of the login\u2019s', async () => {
    const app = createSealedApp()
    for (const before of [await app.begin({ a: 1 }), '']) {
      const exchange = app.open(before)
      const old = await exchange.session()
      const result = await app.auth.login(exchange.context, { subject: 'alice', deliver: 'cookie' })
      expect(result.ok).toBe(true)
      await expect(old.set('a', 2)).rejects.toThrow(GONE)
      if (before !== '') await expect(old.rotate()).rejects.toThrow(GONE)
      await old.destroy()
      expect(await app.judge(exchange.cookie())).toBe('in')
    }
  })

  it('lets no handle from before a logout bring the session back', async () => {
    const app = createSealedApp()
    const exchange = app.open(await app.logIn('alice'))
    const old = await exchange.session()
    await app.auth.logout(exchange.context)
    await expect(old.set('a', 2)).rejects.toThrow(GONE)
    await expect(old.rotate()).rejects.toThrow(GONE)
    expect(exchange.cookie()).toBe('')
  })

  it('without revocations: deletes the cookie, says that nothing was revoked, and a copy lives on', async () => {
    const app = createSealedApp()
    const cookie = await app.logIn('alice')
    const exchange = app.open(cookie)
    expect(await app.auth.logout(exchange.context)).toEqual({ ok: true, revoked: false })
    expect(exchange.lines()).toEqual([expect.stringContaining('__Host-session=; Max-Age=0')])
    expect(await app.judge(cookie)).toBe('in')
    expect(app.events.map(({ type }) => type)).not.toContain('session_destroyed')
  })

  it('without revocations: refuses what needs them, and lets logins and sweeps be', async () => {
    const { auth } = createSealedApp()
    await expect(auth.revokeSession('alice', '0'.repeat(32))).rejects.toThrow(reason('not_configured'))
    await expect(auth.revokeAllSessions('alice')).rejects.toThrow(reason('not_configured'))
    expect(await auth.epochOf('alice')).toBe(0)
    expect(await auth.sweep()).toBe(0)
  })

  it.each([{}, { revocations: createMemoryRevocationStore() }])(
    'cannot list sessions, nor carry them by tokens',
    async (options) => {
      const app = createSealedApp(options, { tokens: { issuer: 'https://api.test', audience: 'api' } })
      await expect(app.auth.listSessions('alice')).rejects.toThrow(reason('not_configured'))
      await expect(app.auth.login(app.open().context, { subject: 'alice', deliver: 'tokens' })).rejects.toThrow(
        reason('not_configured'),
      )
      expect(await app.auth.refresh(`lkr_${'0'.repeat(32)}.0.${'A'.repeat(43)}`)).toMatchObject({
        ok: false,
        code: 'refresh_unknown',
      })
      expect(await app.auth.refresh(await app.logIn('alice'))).toMatchObject({ ok: false, code: 'refresh_unknown' })
      expect(await app.auth.revokeRefreshToken('x')).toBe(false)
    },
  )
})

describeSealedLogout('memory', () => createMemoryRevocationStore())

describe('sealedSessions(): with revocations', () => {
  it('answers 503 and never "not logged in" when the store is out of reach; who has no cookie is not touched by it', async () => {
    const down = () => Promise.reject(new Error('connection refused'))
    const revocations = { ...createMemoryRevocationStore(), isRevoked: down, revoke: down }
    const cookie = await createSealedApp().logIn('alice')
    const app = createSealedApp({ revocations })
    await expect(app.judge(cookie)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(await app.judge('Fe26.2*1*nonsense~2')).toBe('session_unknown')
    expect(await app.auth.guard({ optional: true })(app.open().context)).toBeUndefined()
  })

  it('forgets a revocation no earlier than the session would have ended', async () => {
    const app = createSealedApp({
      revocations: createMemoryRevocationStore(),
      idleTimeout: '1h',
      absoluteTimeout: '2h',
    })
    const cookie = await app.logIn('alice')
    await app.auth.logout(app.open(cookie).context)
    app.runtime.advance(7_199)
    expect(await app.auth.sweep()).toBe(0)
    app.runtime.advance(1)
    expect(await app.auth.sweep()).toBe(1)
    expect(await app.judge(cookie)).toBe('session_expired')
  })
})

describe('sealedSessions(): CSRF tokens', () => {
  it('are bound to the session, through writes, until its id changes', async () => {
    const app = createSealedApp()
    const exchange = await visit(app, await app.logIn('alice'))
    const token = await app.auth.csrfToken(exchange.context)
    const session = await exchange.session()
    await session.set('value', 1)
    const after = await visit(app, exchange.cookie())
    expect(await app.auth.checkCsrfToken(after.context, token)).toBeUndefined()
    const other = await visit(app, await app.logIn('alice'))
    expect(await app.auth.checkCsrfToken(other.context, token)).toMatchObject({ status: 403 })
    await (await after.session()).rotate()
    const rotated = await visit(app, after.cookie())
    expect(await app.auth.checkCsrfToken(rotated.context, token)).toMatchObject({ status: 403 })
  })
})

async function visit(app: ReturnType<typeof createSealedApp>, cookie: string) {
  const exchange = app.open(cookie)
  await app.auth.guard()(exchange.context)
  return exchange
}
