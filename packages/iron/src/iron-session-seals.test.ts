import { createMemoryRevocationStore, type JsonObject } from '@latchkey/core'
import { TEST_SECRETS } from '@latchkey/testing'
import { getIronSession, sealData } from 'iron-session'
import { describe, expect, it } from 'vitest'
import { readIronSession, type IronSessionMapping, type SealedSessionOptions } from './index.ts'
import { createSealedApp } from './sealed.fixture.ts'
import { contentsOf } from './seals.fixture.ts'

const PASSWORD = 'an iron-session password of at least 32 characters'
const map: IronSessionMapping['map'] = ({ userId, cart = [] }) =>
  typeof userId === 'number' ? { subject: `user-${userId}`, data: { cart }, scopes: ['read'], amr: ['pwd'] } : null

/** Seals as an application that uses iron-session does. */
async function sealThere(values: object, options: object = {}): Promise<string> {
  let cookie = ''
  const jar = { read: () => undefined, write: (_: string, value: string) => void (cookie = value) }
  const session = await getIronSession<JsonObject>(jar, {
    cookieName: '__Host-session',
    password: PASSWORD,
    ...options,
  })
  await Object.assign(session, values).save()
  return cookie
}

/** An application whose clock is the one that iron-session seals by. */
function setUp(mapping: Partial<IronSessionMapping> = {}, options: SealedSessionOptions = {}) {
  const app = createSealedApp({ alsoReads: readIronSession({ password: PASSWORD, map, ...mapping }), ...options })
  app.runtime.set(Date.now())
  return app
}

describe('readIronSession()', () => {
  it('reads a session that iron-session made', async () => {
    const app = setUp()
    const exchange = app.open(await sealThere({ userId: 7, cart: [1, 2] }))
    const session = await exchange.session()
    expect([session.subject, session.get('cart')]).toEqual(['user-7', [1, 2]])
    expect(exchange.context.principal).toMatchObject({ scopes: ['read'], amr: ['pwd'] })
  })

  it('leaves such a seal unknown without it', async () => {
    expect(await createSealedApp().judge(await sealThere({ userId: 7 }))).toBe('session_unknown')
  })

  it('replaces the cookie by one of ours at the first write, and at the first renewal', async () => {
    const app = setUp()
    const seal = await sealThere({ userId: 7 })
    const exchange = app.open(seal)
    await (await exchange.session()).set('cart', [3])
    expect(await contentsOf(exchange.cookie())).toMatchObject({ sub: 'user-7', data: { cart: [3] } })
    app.runtime.advance('10m')
    const later = app.open(seal)
    expect((await later.session()).id).toBe((await exchange.session()).id)
    expect(await contentsOf(later.cookie())).toMatchObject({ sub: 'user-7', data: { cart: [] } })
  })

  it('counts its age from when it was sealed', async () => {
    const app = setUp({}, { idleTimeout: '1h', absoluteTimeout: '2h' })
    const seal = await sealThere({ userId: 7 })
    app.runtime.advance('59m')
    expect(await app.judge(seal)).toBe('in')
    app.runtime.advance('2m')
    expect(await app.judge(seal)).toBe('session_expired')
  })

  it('reads several passwords by id, and the ttl that it is told', async () => {
    const password = { 0: `${PASSWORD}, the first`, 5: `${PASSWORD}, the next` }
    const app = setUp({ password, ttl: '1h' })
    for (const passwords of [{ 0: password[0] }, password]) {
      expect(await app.judge(await sealThere({ userId: 7 }, { password: passwords, ttl: 3_600 }))).toBe('in')
    }
    expect(await app.judge(await sealThere({ userId: 7 }, { password: { 5: password[0] }, ttl: 3_600 }))).toBe(
      'session_unknown',
    )
    expect(await app.judge(await sealThere({ userId: 7 }, { password: { 7: password[5] }, ttl: 3_600 }))).toBe(
      'session_unknown',
    )
  })

  it('takes no seal that never ends, none from ahead of time, and none from before there were clocks', async () => {
    const app = setUp()
    expect(await app.judge(await sealThere({ userId: 7 }, { ttl: 0 }))).toBe('session_unknown')
    expect(await app.judge(await sealThere({ userId: 7 }, { ttl: 14 * 86_400 + 120 }))).toBe('session_unknown')
    expect(await setUp({ ttl: 1e10 }).judge(await sealThere({ userId: 7 }))).toBe('session_unknown')
  })

  it.each<[string, IronSessionMapping['map'] | (() => unknown)]>([
    ['null', () => null],
    ['nothing', () => undefined],
    [
      'an exception',
      () => {
        throw new Error('a value that was not foreseen')
      },
    ],
    ['an empty subject', () => ({ subject: '' })],
    ['a subject that is no text', () => ({ subject: 7 })],
    ['data that is no object', () => ({ subject: 'a', data: [] })],
    ['data that JSON cannot carry', () => ({ subject: 'a', data: { a: 1n } })],
    ['scopes that are no list', () => ({ subject: 'a', scopes: 'read' })],
  ])('gives no session where the mapping gives %s', async (_, mapping) => {
    expect(await setUp({ map: mapping as IronSessionMapping['map'] }).judge(await sealThere({ userId: 7 }))).toBe(
      'session_unknown',
    )
  })

  it('shows the mapping no member named __proto__ and nothing that it could change', async () => {
    const seen: JsonObject[] = []
    const app = setUp({ map: (values) => (seen.push(values), map(values)) })
    const planted = JSON.parse('{"userId":7,"__proto__":{"isAdmin":true}}') as object
    expect(await app.judge(await sealData(planted, { password: PASSWORD }))).toBe('session_unknown')
    expect(seen).toEqual([])
    expect(await app.judge(await sealThere({ userId: 7, nested: {} }))).toBe('in')
    expect(Object.isFrozen(seen[0]) && Object.isFrozen(seen[0]?.['nested'])).toBe(true)
  })

  it('ends at logout and at a cut-off like any other, where there are revocations', async () => {
    const app = setUp({}, { revocations: createMemoryRevocationStore() })
    const [one, two] = [await sealThere({ userId: 7 }), await sealThere({ userId: 7 })]
    const exchange = app.open(one)
    await (await exchange.session()).set('cart', [1])
    expect(await app.auth.logout(app.open(one).context)).toMatchObject({ revoked: true })
    expect([await app.judge(one), await app.judge(exchange.cookie()), await app.judge(two)]).toEqual([
      'session_unknown',
      'session_unknown',
      'in',
    ])
    await app.auth.revokeAllSessions('user-7')
    expect(await app.judge(two)).toBe('session_unknown')
  })

  it('does not mistake a seal of ours for one of theirs, nor the other way round', async () => {
    const seen: JsonObject[] = []
    const app = createSealedApp({
      alsoReads: readIronSession({ password: String(TEST_SECRETS[1]), map: (values) => (seen.push(values), null) }),
    })
    app.runtime.set(Date.now())
    expect(await app.judge(await app.logIn('alice'))).toBe('in')
    const ours = await contentsOf(await app.logIn('alice'))
    expect(await app.judge(await sealData(ours, { password: String(TEST_SECRETS[1]) }))).toBe('session_unknown')
    expect(seen).toEqual([ours])
  })

  it.each([
    ['sessions.alsoReads', { password: 'short' }],
    ['sessions.alsoReads', { password: {} }],
    ['sessions.alsoReads', { password: undefined }],
    ['sessions.alsoReads', { password: { one: PASSWORD } }],
    ['sessions.alsoReads', { password: { 1: 7 } }],
    ['sessions.alsoReads', { map: 'user' }],
    ['sessions.alsoReads.ttl', { ttl: 0 }],
  ])('refuses at %s: %j', (option, mapping) => {
    expect(() => readIronSession({ password: PASSWORD, map, ...(mapping as object) })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })
})
