import type { SessionStoreParts } from '@latchkey/core'
import fc from 'fast-check'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPrefix, dump, lives, removeAll } from './drivers.fixture.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVER_URL } from './servers.fixture.ts'
import { redisSessionStore } from './session-store.ts'
import { createStage, type Stage } from './stage.fixture.ts'

/** Ids 1 and 2 stand at the start, 3 and 4 are logins under way. */
const IDS = [1, 2, 3, 4].map(idOf)

interface World {
  readonly prefix: string
  readonly store: SessionStoreParts
  readonly stage: Stage
  readonly as: (commands?: number) => SessionStoreParts
  readonly living: () => Promise<string[]>
  readonly listed: () => Promise<string[]>
  readonly dump: () => Promise<string>
}

describeServices('the commands of several calls in any order', () => {
  const client = createClient({ url: SERVER_URL })
  beforeAll(async () => void (await client.connect()))
  afterAll(() => client.destroy())

  async function inWorld(play: (world: World) => Promise<void>): Promise<void> {
    const prefix = createPrefix()
    const store = redisSessionStore(client, { prefix })
    const stage = createStage(client)
    for (const id of IDS.slice(0, 2)) await store.create(recordOf({ id }), at())
    try {
      await play({
        prefix,
        store,
        stage,
        as: (commands) => redisSessionStore(stage.as(commands), { prefix }),
        living: async () => {
          const records = await Promise.all(IDS.map((id) => store.read(id, at())))
          return records.flatMap((record) => (record === null ? [] : [record.id]))
        },
        listed: async () => (await store.listBySubject('alice', at())).map(({ id }) => id).toSorted(),
        dump: async () => JSON.stringify(await dump([SERVER_URL], prefix)),
      })
    } finally {
      await removeAll([SERVER_URL], prefix)
    }
  }

  type Actor = 'login' | 'late login' | 'cut-off' | 'cut-off but 1' | 'touch' | 'update' | 'list' | 'destroy'

  function act(actor: Actor, store: SessionStoreParts): Promise<unknown> {
    switch (actor) {
      case 'login':
        return store.create(recordOf({ id: idOf(3) }), at())
      case 'late login':
        return store.create(recordOf({ id: idOf(4) }), at())
      case 'cut-off':
        return store.destroyAllForSubject('alice', {}, at())
      case 'cut-off but 1':
        return store.destroyAllForSubject('alice', { except: idOf(1) }, at())
      case 'touch':
        return store.touch(recordOf(), NOW + 1, NOW + 70_000, at())
      case 'update':
        return store.update(idOf(2), 0, { data: { late: true } }, at())
      case 'list':
        return store.listBySubject('alice', at())
      case 'destroy':
        return store.destroy(idOf(2), at())
    }
  }

  /** The call of a process that dies: nobody waits for its answer, and there will be none. */
  function abandon(call: Promise<unknown>): void {
    call.catch(() => {})
  }

  const actors = fc.uniqueArray(
    fc.constantFrom<Actor>('login', 'late login', 'cut-off', 'cut-off but 1', 'touch', 'update', 'list', 'destroy'),
    { minLength: 2, maxLength: 5 },
  )
  const choices = fc.array(fc.nat(9), { minLength: 10, maxLength: 40 })

  it(
    'leave no session alive below the epoch, list what lives and nothing else, and count each end once',
    {
      timeout: 120_000,
    },
    () =>
      fc.assert(
        fc.asyncProperty(actors, choices, (cast, order) =>
          inWorld(async ({ store, stage, as, living, listed }) => {
            const running = cast.map((actor) => act(actor, as()))
            await stage.play(order)
            const answers = await Promise.all(running)
            const answerOf = (actor: Actor): unknown => answers[cast.indexOf(actor)]

            const alive = await living()
            const epoch = await store.epochOf('alice', at())
            for (const id of alive) expect((await store.read(id, at()))?.epoch).toBeGreaterThanOrEqual(epoch)
            expect(await listed()).toEqual(alive)

            // What a cut-off has ended while it was under way stays so: only its exception may live.
            if (answerOf('cut-off but 1') !== undefined) expect(alive).toEqual(alive.filter((id) => id === idOf(1)))
            if (answerOf('cut-off') !== undefined) expect(alive).toEqual([])
            if (answerOf('touch') === false) expect(alive).not.toContain(idOf(1))

            const created = answers.filter((answer) => answer === 'created').length
            const ended = Number(answerOf('cut-off') ?? 0) + Number(answerOf('cut-off but 1') ?? 0)
            const destroyed = answerOf('destroy') === true ? 1 : 0
            const missing = 2 + created - ended - destroyed - alive.length
            // One that is destroyed while it is cut off may be counted by nobody.
            expect(missing).toBeGreaterThanOrEqual(0)
            expect(missing).toBeLessThanOrEqual(answerOf('destroy') === false ? 1 : 0)
          }),
        ),
        { numRuns: 500 },
      ),
  )

  it('let the exception live, whatever runs beside the cut-off', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.subarray<Actor>(['login', 'late login', 'touch', 'update', 'list', 'destroy']),
        choices,
        (beside, order) =>
          inWorld(async ({ store, stage, as, living }) => {
            const running = ['cut-off but 1' as const, ...beside].map((actor) => act(actor, as()))
            await stage.play(order)
            await Promise.all(running)
            expect(await living()).toEqual([idOf(1)])
            expect((await store.read(idOf(1), at()))?.epoch).toBe(NOW)
          }),
      ),
      { numRuns: 300 },
    ),
  )

  it('never show an exception as ended to a reader while it is cut off around', () =>
    inWorld(async ({ store, stage, as }) => {
      const running = act('cut-off but 1', as())
      const reads: Promise<unknown>[] = []
      await stage.play([], () => reads.push(store.read(idOf(1), at())))
      await running
      expect(reads.length).toBeGreaterThan(4)
      expect(await Promise.all(reads)).not.toContain(null)
    }))

  it('do not spare an exception that expires while it is cut off around', () =>
    inWorld(async ({ store, stage, as }) => {
      const running = act('cut-off but 1', as())
      let sent = 0
      await stage.play([], async () => {
        sent += 1
        if (sent === 2) await store.update(idOf(1), 0, { idleExpiresAt: NOW }, at(NOW - 1))
      })
      await running
      await expect(store.read(idOf(1), at(NOW - 1))).resolves.toBeNull()
    }))

  describe('a cut-off whose process dies', () => {
    // Peek, cut-off, raise, one removal of a row, forget.
    const DEATHS = [0, 1, 2, 3, 4, 5]

    async function die(commands: number, { stage, as }: World): Promise<void> {
      abandon(act('cut-off but 1', as(commands)))
      await stage.play()
    }

    it.each(DEATHS)('after %i commands is finished by the next call', (commands) =>
      inWorld(async (world) => {
        await die(commands, world)
        const { store, living, listed } = world
        const wasAlive = (await living()).length
        await expect(store.destroyAllForSubject('alice', {}, at())).resolves.toBe(wasAlive)
        expect(await living()).toEqual([])
        expect(await listed()).toEqual([])
        expect(await world.dump()).not.toContain('session:')
      }),
    )

    it.each([
      ['a list', (store) => store.listBySubject('alice', at())],
      ['a login', (store) => store.create(recordOf({ id: idOf(3), epoch: NOW }), at())],
      ['a touch of the exception', (store) => store.touch(recordOf(), NOW, NOW, at())],
      ['a touch of what it should have ended', (store) => store.touch(recordOf({ id: idOf(2) }), NOW, NOW, at())],
    ] as const satisfies readonly (readonly [string, (store: SessionStoreParts) => Promise<unknown>])[])(
      'after it had raised the epoch is finished by %s',
      (_, call) =>
        inWorld(async (world) => {
          await die(2, world)
          const { store, living, listed } = world
          // The honest limit: until anything of the subject is called, a read cannot know.
          expect(await living()).toEqual([idOf(1), idOf(2)])
          await call(store)
          expect(await living()).not.toContain(idOf(2))
          expect(await living()).toContain(idOf(1))
          expect(await listed()).toContain(idOf(1))
          await expect(store.touch(recordOf({ id: idOf(2) }), NOW, NOW + 9, at())).resolves.toBe(false)
          await expect(store.update(idOf(2), 0, {}, at())).resolves.toEqual({ ok: false, why: 'gone' })
          // And counted by the call that is repeated.
          const count = (await living()).length
          const again = store.destroyAllForSubject('alice', { except: idOf(1) }, at())
          await expect(again).resolves.toBe(count)
        }),
    )

    it('is finished by a call that would spare what it had ended', () =>
      inWorld(async (world) => {
        await die(2, world)
        await expect(world.store.destroyAllForSubject('alice', { except: idOf(2) }, at())).resolves.toBe(2)
        expect(await world.living()).toEqual([])
        expect(await world.listed()).toEqual([])
      }))

    it('leaves no key without a time to live', () =>
      inWorld(async (world) => {
        await die(2, world)
        const left = await lives([SERVER_URL], world.prefix)
        expect([...left.keys()]).toContain('subject:{"alice"}:ended')
        expect([...left.values()].filter((life) => life < 3_600_000)).toEqual([])
      }))

    it('ends a session whose epoch is above that of its subject too, when it is touched', () =>
      inWorld(async ({ store, stage, as }) => {
        // As after a failover that has lost a former epoch.
        await store.create(recordOf({ id: idOf(3), epoch: NOW + 9 }), at())
        abandon(act('cut-off', as(1)))
        await stage.play()
        await expect(store.touch(recordOf({ id: idOf(3) }), NOW, NOW + 70_000, at())).resolves.toBe(false)
        await expect(store.read(idOf(3), at())).resolves.toBeNull()
      }))

    it('refuses logins with the former epoch as soon as it had raised it', () =>
      inWorld(async (world) => {
        await die(2, world)
        await expect(act('login', world.store)).resolves.toBe('cut_off')
        expect(await world.living()).not.toContain(idOf(3))
      }))
  })

  describe('a login whose process dies', () => {
    it.each([0, 1, 2])('after %i commands leaves nothing that lives or is listed', (commands) =>
      inWorld(async ({ store, stage, as, living, listed }) => {
        abandon(act('login', as(commands)))
        await stage.play()
        expect(await living()).toEqual([idOf(1), idOf(2)])
        expect(await listed()).toEqual([idOf(1), idOf(2)])
        await expect(store.update(idOf(3), 0, {}, at())).resolves.toEqual({ ok: false, why: 'gone' })
        await expect(store.touch(recordOf({ id: idOf(3) }), NOW, NOW + 9, at())).resolves.toBe(false)
        await expect(store.destroyAllForSubject('alice', {}, at())).resolves.toBe(2)
        expect(await living()).toEqual([])
      }),
    )
  })

  describe('a login with a cut-off between its commands', () => {
    it.each([
      [1, 'cut_off', 2],
      [2, 'cut_off', 2],
      [3, 'created', 3],
    ] as const)('after %i of them is %s, and nothing is left', (commands, answer, count) =>
      inWorld(async ({ store, stage, as, living, dump: look }) => {
        const running = act('login', as())
        let sent = 0
        await stage.play([], async () => {
          sent += 1
          if (sent === commands) expect(await act('cut-off', store)).toBe(count)
        })
        await expect(running).resolves.toBe(answer)
        expect(await living()).toEqual([])
        expect(await look()).not.toContain(idOf(3))
      }),
    )

    it('whose process died is ended by whoever lists the sessions meanwhile', () =>
      inWorld(async ({ store, prefix, stage, as, living, dump: look }) => {
        const other = createStage(client)
        const running = act('login', as())
        let sent = 0
        await stage.play([], async () => {
          sent += 1
          if (sent !== 2) return
          abandon(act('cut-off', redisSessionStore(other.as(1), { prefix })))
          await other.play()
          await store.listBySubject('alice', at())
        })
        await expect(running).resolves.toBe('cut_off')
        expect(await living()).toEqual([])
        expect(await look()).not.toContain(`session:${idOf(3)}`)
      }))
  })

  describe('a logout whose process dies', () => {
    it('after the row is gone leaves a registration that the next list takes back', () =>
      inWorld(async ({ stage, as, living, listed, dump: look }) => {
        abandon(act('destroy', as(1)))
        await stage.play()
        expect(await living()).toEqual([idOf(1)])
        expect(await look()).toContain(idOf(2))
        expect(await listed()).toEqual([idOf(1)])
        expect(await look()).not.toContain(idOf(2))
      }))
  })

  it('registers again at a touch what a failover has forgotten, so that a cut-off finds it', () =>
    inWorld(async ({ prefix, store, living, listed }) => {
      await forget(prefix)
      expect(await listed()).toEqual([idOf(2)])
      await expect(store.touch(recordOf(), NOW, NOW, at())).resolves.toBe(true)
      expect(await listed()).toEqual([idOf(1), idOf(2)])
      await store.destroyAllForSubject('alice', {}, at())
      expect(await living()).toEqual([])
    }))

  it('registers the forgotten exception of a cut-off by its row, and not by what was read of it before', () =>
    inWorld(async ({ prefix, store, living, listed }) => {
      await store.destroyAllForSubject('alice', { except: idOf(1) }, at())
      await forget(prefix)
      await expect(store.touch(recordOf(), NOW, NOW, at())).resolves.toBe(true)
      expect(await listed()).toEqual([idOf(1)])
      expect(await living()).toEqual([idOf(1)])
    }))

  it('does not register again what was cut off before it was forgotten', () =>
    inWorld(async ({ prefix, store, living }) => {
      await forget(prefix)
      await store.destroyAllForSubject('alice', {}, at())
      expect(await living()).toEqual([idOf(1)])
      await expect(store.touch(recordOf(), NOW, NOW, at())).resolves.toBe(false)
      expect(await living()).toEqual([])
    }))

  async function forget(prefix: string): Promise<void> {
    expect(await client.zRem(`${prefix}subject:{"alice"}:sessions`, idOf(1))).toBe(1)
  }
})
