import {
  createAuth,
  createEffects,
  storedSessions,
  systemRuntime,
  type Auth,
  type Session,
  type SessionStoreParts,
} from '@latchkey/core'
import { createTestRequest, TEST_SECRETS } from '@latchkey/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTables, type MakeDialect, type TestTables } from './databases.fixture.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

const ORIGIN = 'https://app.test'
const WRITERS = Array.from({ length: 24 }, (_, writer) => writer)
const ROUNDS = 60

type TestAuth = Auth<{ readonly id: string }>

describeServices('an application in several processes', () => {
  describe.each(SERVERS)('on %s', (_, makeDialect) => {
    defineRaces(makeDialect)
  })
})

function defineRaces(makeDialect: MakeDialect): void {
  let tables: TestTables
  let stores: readonly SessionStoreParts[] = []
  /** One for each pool: what they share is the database alone. */
  let processes: readonly TestAuth[] = []

  beforeAll(async () => {
    tables = await createTables(makeDialect)
    stores = [tables.store, tables.connectStore(), tables.connectStore()]
    processes = stores.map((store) =>
      createAuth<{ readonly id: string }>({
        origin: ORIGIN,
        secrets: TEST_SECRETS,
        sessions: storedSessions(store),
        users: { findById: (id) => ({ id }) },
        runtime: { ...systemRuntime, now: () => NOW },
      }),
    )
  })
  beforeEach(() => tables.clear())
  afterAll(() => tables.drop())

  const processOf = (writer: number): TestAuth => processes[writer % processes.length] as TestAuth

  function open(auth: TestAuth, cookie = '') {
    const effects = createEffects()
    const headers = { origin: ORIGIN, ...(cookie === '' ? {} : { cookie }) }
    const context = auth.open(createTestRequest({ method: 'POST', headers }), effects)
    const takeCookie = (): string => {
      let lines: readonly string[] = []
      effects.flush({
        get: () => undefined,
        set() {},
        getSetCookie: () => lines,
        replaceSetCookie: (changed) => (lines = changed),
      })
      return lines[0]?.split(';')[0] ?? ''
    }
    return { context, takeCookie }
  }

  async function begin(): Promise<string> {
    const { context, takeCookie } = open(processOf(0))
    await processOf(0).guard({ optional: true })(context)
    await (await context.session()).set('begun', true)
    return takeCookie()
  }

  async function arrive(writer: number, cookie: string): Promise<Session> {
    const { context } = open(processOf(writer), cookie)
    await processOf(writer).guard({ optional: true })(context)
    return context.session()
  }

  async function logIn(writer: number, epoch: number): Promise<{ readonly ok: boolean; readonly cookie: string }> {
    const { context, takeCookie } = open(processOf(writer))
    const result = await processOf(writer).login(context, { subject: 'alice', deliver: 'cookie', epoch })
    return { ok: result.ok, cookie: result.ok ? takeCookie() : '' }
  }

  it('loses no write of 24 writers to keys of their own, in 60 rounds', { timeout: 120_000 }, async () => {
    const cookie = await begin()
    for (let round = 0; round < ROUNDS; round += 1) {
      const handles = await Promise.all(WRITERS.map((writer) => arrive(writer, cookie)))
      await Promise.all(handles.map((handle, writer) => handle.set(`writer${writer}`, round)))
      const seen = await arrive(round, cookie)
      expect(WRITERS.map((writer) => seen.get(`writer${writer}`))).toEqual(WRITERS.map(() => round))
    }
  })

  it('counts every increment of 24 writers to one key', { timeout: 60_000 }, async () => {
    const cookie = await begin()
    const handles = await Promise.all(WRITERS.map((writer) => arrive(writer, cookie)))
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(handles.map((handle) => handle.update(({ count }) => ({ count: Number(count ?? 0) + 1 }))))
    }
    expect((await arrive(0, cookie)).get('count')).toBe(240)
  })

  it('revives nothing when one of 12 writers logs out', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      const cookie = await begin()
      const handles = await Promise.all(WRITERS.slice(0, 12).map((writer) => arrive(writer, cookie)))
      const writing = handles.map(async (handle, writer) => {
        for (let count = 0; count < 5; count += 1) {
          if (writer === round % 12 && count === 2) await handle.destroy()
          else await handle.set(`writer${writer}`, count)
        }
      })
      const outcomes = await Promise.allSettled(writing)
      expect(outcomes.filter(({ status }) => status === 'rejected')).not.toEqual([])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'gone' })
      }
      for (const writer of [0, 1, 2]) {
        const visitor = await arrive(writer, cookie)
        expect([visitor.id, visitor.keys()]).toEqual([null, []])
      }
      await expect(handles[(round + 1) % 12]?.set('late', true)).rejects.toMatchObject({ reason: 'gone' })
    }
  })

  it('leaves exactly one current credential after 24 concurrent rotations', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 10; round += 1) {
      const first = await begin()
      const rotations = WRITERS.map(async (writer) => {
        const { context, takeCookie } = open(processOf(writer), first)
        await processOf(writer).guard({ optional: true })(context)
        await (await context.session()).rotate()
        return takeCookie()
      })
      const outcomes = await Promise.allSettled(rotations)
      const given = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(given.length).toBeGreaterThan(0)
      const seen = await Promise.all([first, ...new Set(given)].map((cookie, reader) => arrive(reader, cookie)))
      expect(seen.filter(({ id }) => id !== null)).toHaveLength(1)
      expect(seen[0]?.id).toBeNull()
    }
  })

  it('lets no login survive a cut-off that it raced, of 50 in flight', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 5; round += 1) {
      const epoch = await processOf(0).epochOf('alice')
      const logins = Array.from({ length: 50 }, (_, login) => logIn(login, epoch))
      // The cut-off starts when the round's share of them is done, and the others are on their way.
      await Promise.all(logins.slice(0, round * 10))
      await processOf(round).revokeAllSessions('alice')
      const outcomes = await Promise.all(logins)
      expect(outcomes.length).toBe(50)
      for (const [login, { cookie }] of outcomes.entries()) {
        if (cookie !== '') expect((await arrive(login, cookie)).subject).toBeNull()
      }
      expect(await processOf(1).listSessions('alice')).toEqual([])
      await expect(logIn(0, epoch)).resolves.toEqual({ ok: false, cookie: '' })
    }
    const renewed = await logIn(1, await processOf(2).epochOf('alice'))
    expect((await arrive(0, renewed.cookie)).subject).toBe('alice')
    expect(await processOf(2).listSessions('alice')).toHaveLength(1)
  })

  it('counts 300 sessions that two cut-offs end together, and leaves none', { timeout: 60_000 }, async () => {
    const [one, other] = stores
    if (one === undefined || other === undefined) throw new Error('Two connections are open')
    const ids = Array.from({ length: 300 }, (_, number) => idOf(number))
    await Promise.all(ids.map((id) => one.create(recordOf({ id }), at())))
    const counts = await Promise.all([
      one.destroyAllForSubject('alice', { except: idOf(7) }, at()),
      other.destroyAllForSubject('alice', { except: idOf(7) }, at()),
      one.listBySubject('alice', at()).then(() => 0),
      ...ids.slice(0, 20).map((id) => other.touch(id, NOW + 1, NOW + 70_000, at()).then(() => 0)),
    ])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(299)
    const alive = await Promise.all(ids.map((id) => other.read(id, at())))
    expect(alive.flatMap((record) => (record === null ? [] : [record.id]))).toEqual([idOf(7)])
  })

  it('shows each write at once to the other connections', async () => {
    const [one, other, third] = stores as [SessionStoreParts, SessionStoreParts, SessionStoreParts]
    for (let round = 0; round < 50; round += 1) {
      const id = idOf(round)
      await one.create(recordOf({ id }), at())
      await expect(other.read(id, at())).resolves.toEqual(recordOf({ id }))
      await other.update(id, 0, { label: 'x' }, at())
      await expect(third.read(id, at())).resolves.toMatchObject({ label: 'x', version: 1 })
      await third.touch(id, NOW + 1, NOW + 70_000, at())
      await expect(one.read(id, at())).resolves.toMatchObject({ lastSeenAt: NOW + 1 })
      await one.destroy(id, at())
      await expect(other.read(id, at())).resolves.toBeNull()
    }
  })
}
