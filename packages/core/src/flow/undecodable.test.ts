import { interceptSessionStore } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { JsonObject } from '../json.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { SessionDataOptions } from '../session/session-data.ts'
import { storedSessions } from '../session/stored.ts'

const store = () => createMemorySessionStore()
type Store = ReturnType<typeof store>

/** A release of the application on a store that outlives it. */
function release(sessions: Store, data: SessionDataOptions = {}): TestAuth {
  return createTestAuth({ sessions: storedSessions(sessions, { data }) })
}

async function logIn(test: TestAuth, data: JsonObject): Promise<string> {
  const cookie = await test.logIn('user-1')
  await (await sessionOf(test, cookie)).update(data)
  return cookie
}

async function sessionOf(test: TestAuth, cookie: string) {
  const exchange = await test.visit({ method: 'POST', headers: { origin: ORIGIN, cookie } })
  return exchange.context.session()
}

const undecodable = (test: TestAuth) => test.events.filter(({ type }) => type === 'session_undecodable')
const deleted = (cookies: readonly string[]) => cookies.some((line) => line.startsWith('__Host-session=; Max-Age=0'))

const named = { schema: z.object({ name: z.string().optional() }) } as SessionDataOptions
const counted = { schema: z.object({ count: z.number().optional() }).strict() } as SessionDataOptions

describe('a session whose values cannot be used', () => {
  it.each<[string, SessionDataOptions, string]>([
    ['that the schema refuses', counted, 'schema'],
    [
      'that cannot be migrated',
      {
        version: 1,
        migrate: () => {
          throw new Error('canary')
        },
      },
      'migration',
    ],
  ])('%s is no session: 401, the cookie deleted, and an event', async (_, data, reason) => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { name: 'canary' })
    const test = release(sessions, data)
    const { denial, cookies } = await test.visit({ headers: { cookie } })
    expect([denial?.status, denial?.body.error, deleted(cookies)]).toEqual([401, 'session_invalid', true])
    expect(undecodable(test)).toMatchObject([{ reason, sessionId: expect.stringMatching(/^[0-9a-f]{32}$/) }])
    expect(test.events).toContainEqual({ type: 'rejected', code: 'session_undecodable' })
    expect(JSON.stringify(test.events)).not.toContain('canary')
  })

  it('is anonymous where authentication is optional, and the next write begins a new one', async () => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { name: 'x' })
    const test = release(sessions, counted)
    const exchange = await test.visit({ method: 'POST', headers: { origin: ORIGIN, cookie } }, { optional: true })
    expect([exchange.denial, exchange.context.authentication]).toEqual([undefined, { status: 'anonymous' }])
    const session = await exchange.context.session()
    expect([session.id, session.keys()]).toEqual([null, []])
    await session.set('count', 1)
    expect((await sessionOf2(test, exchange.cookiePair())).get('count')).toBe(1)
  })

  it('locks nobody out: a login works, and ends it', async () => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { name: 'x' })
    const test = release(sessions, counted)
    const exchange = test.open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    const result = await test.auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie', carry: ['name'] })
    expect(result.ok && result.session.keys()).toEqual([])
    await expect(test.auth.listSessions('user-1')).resolves.toHaveLength(1)
    expect((await release(sessions).visit({ headers: { cookie } })).denial?.status).toBe(401)
  })

  it('is ended by a logout', async () => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { name: 'x' })
    const test = release(sessions, counted)
    const exchange = test.open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    await expect(test.auth.logout(exchange.context)).resolves.toEqual({ ok: true, revoked: true })
    await expect(test.auth.listSessions('user-1')).resolves.toEqual([])
  })

  it.each<[string, (test: TestAuth, exchange: Awaited<ReturnType<TestAuth['visit']>>) => Promise<unknown>, number]>([
    ['a login', ({ auth }, { context }) => auth.login(context, { subject: 'user-1', deliver: 'cookie' }), 1],
    ['a logout', ({ auth }, { context }) => auth.logout(context), 0],
    ['destroy()', async (_, { context }) => (await context.session()).destroy(), 0],
  ])('is ended by %s also where a handler has asked for the session before', async (_, end, left) => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { name: 'x' })
    const test = release(sessions, counted)
    const exchange = await test.visit({ method: 'POST', headers: { origin: ORIGIN, cookie } }, { optional: true })
    expect((await exchange.context.session()).id).toBeNull()
    await end(test, exchange)
    await expect(test.auth.listSessions('user-1')).resolves.toHaveLength(left)
    expect((await release(sessions).visit({ headers: { cookie } })).denial?.status).toBe(401)
  })

  it('can be ended from the device list that still shows it', async () => {
    const sessions = store()
    await logIn(release(sessions), { name: 'x' })
    // As a store does whose row is broken: it lists what it can read, and reads as absent.
    const broken = interceptSessionStore(sessions, {})
    const test = createTestAuth({
      sessions: storedSessions({
        ...broken,
        read: async (id, call) => {
          call.onUndecodable?.(id)
          return null
        },
      }),
    })
    const [listed] = await test.auth.listSessions('user-1')
    await expect(test.auth.revokeSession('user-2', listed?.id ?? '')).resolves.toBe(false)
    await expect(test.auth.revokeSession('user-1', listed?.id ?? '')).resolves.toBe(true)
    await expect(test.auth.listSessions('user-1')).resolves.toEqual([])
    expect(undecodable(test)).toContainEqual({ type: 'session_undecodable', sessionId: listed?.id, reason: 'row' })
  })

  it('reads as ended to a handle that another release has overtaken', async () => {
    const sessions = store()
    const [old, next] = [release(sessions, named), release(sessions)]
    const cookie = await logIn(old, { name: 'x' })
    const [held, other] = [await sessionOf(old, cookie), await sessionOf(next, cookie)]
    await other.set('name', 7)
    await expect(held.set('other', 1)).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
    expect(undecodable(old)).toMatchObject([{ reason: 'schema' }])
  })
})

describe('values that a later release wrote', () => {
  it('are no session to an earlier one, which keeps the cookie for the later one', async () => {
    const sessions = store()
    const later = release(sessions, { version: 2, migrate: (old) => old })
    const cookie = await logIn(later, { name: 'x' })
    const earlier = release(sessions, { version: 1, migrate: (old) => old })
    const { denial, cookies } = await earlier.visit({ headers: { cookie } })
    expect([denial?.status, cookies]).toEqual([401, []])
    expect(undecodable(earlier)).toMatchObject([{ reason: 'newer' }])
    expect((await sessionOf(later, cookie)).get('name')).toBe('x')
  })

  it('are used by an earlier one whose schema they match, and stay of the later version', async () => {
    const sessions = store()
    const later = release(sessions, { version: 2, migrate: () => ({ migrated: true }) })
    const cookie = await logIn(later, { name: 'x', added: 1 })
    const earlier = release(sessions, { ...named, version: 1 })
    await (await sessionOf(earlier, cookie)).set('name', 'y')
    expect((await sessionOf(later, cookie)).keys().toSorted()).toEqual(['added', 'name'])
  })
})

describe('values of an earlier version', () => {
  it('are migrated when they are read, and stored so by the first write alone', async () => {
    const sessions = store()
    const cookie = await logIn(release(sessions), { n: 1 })
    const calls: number[] = []
    const migrate = (old: JsonObject, from: number) => {
      calls.push(from)
      return { ...old, full: true }
    }
    const test = release(sessions, { version: 3, migrate })
    expect((await sessionOf(test, cookie)).get('full')).toBe(true)
    expect((await sessionOf(test, cookie)).get('full')).toBe(true)
    expect(calls).toEqual([0, 0])
    await (await sessionOf(test, cookie)).set('n', 2)
    calls.length = 0
    const session = await sessionOf(test, cookie)
    expect([session.get('n'), session.get('full'), calls]).toEqual([2, true, []])
  })

  it('are carried over by a login as they were migrated', async () => {
    const sessions = store()
    const first = release(sessions)
    const visitor = await first.visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    await (await visitor.context.session()).set('basket', [1])
    const test = release(sessions, { version: 1, migrate: ({ basket }) => ({ cart: basket ?? [] }) })
    const headers = { origin: ORIGIN, cookie: visitor.cookiePair() }
    const { context } = test.open({ method: 'POST', headers })
    const result = await test.auth.login(context, { subject: 'user-1', deliver: 'cookie', carry: ['cart', 'basket'] })
    expect(result.ok && [result.session.keys(), result.session.get('cart')]).toEqual([['cart'], [1]])
  })
})

describe('a write that the schema refuses', () => {
  it('is a usage error before anything is stored or sent', async () => {
    const test = release(store(), named)
    const cookie = await logIn(test, { name: 'x' })
    const refusal = expect.objectContaining({ code: 'ERR_USAGE', reason: 'value_invalid' })
    const session = await sessionOf(test, cookie)
    await expect(session.set('name', 7)).rejects.toThrow(refusal)
    await expect(session.update(() => ({ name: null }))).rejects.toThrow(refusal)
    expect((await sessionOf(test, cookie)).get('name')).toBe('x')
    const visitor = await test.visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    await expect((await visitor.context.session()).set('name', [])).rejects.toThrow(refusal)
    expect(visitor.cookies).toEqual([])
  })
})

async function sessionOf2(test: TestAuth, cookie: string) {
  const exchange = await test.visit({ headers: { cookie } }, { optional: true })
  return exchange.context.session()
}
