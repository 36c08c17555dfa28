import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuthFetch, type AuthFetch } from './auth-fetch.ts'
import { API, createTestLocks, createTestServer, optionsFor, type TestServer } from './client.fixture.ts'
import { createVault } from './client-state.ts'
import {
  createMemoryStorage,
  type BasicFetch,
  type ClientRuntime,
  type ClientStorage,
  type SendToken,
} from './platform.ts'

const NOTES = `${API}/notes`
const TIME_LIMIT = 8_000

type Fate = 'arrives' | 'request lost' | 'answer lost'

interface World {
  readonly server: TestServer
  readonly tabs: readonly AuthFetch<BasicFetch>[]
  readonly storage: ClientStorage
  readonly ended: string[]
  /** How many exchanges were under way at once, and how many there were. */
  readonly exchanges: { most: number; total: number }
  /** The access tokens that requests carried. */
  readonly carried: (string | null)[]
}

/**
 * Tabs that share a storage, in front of the real server. Requests, answers and timers come in any order; some
 * are lost.
 */
async function open(
  scheduler: fc.Scheduler,
  {
    tabs,
    locked,
    fateOf,
    movesClock,
  }: { tabs: number; locked: boolean; fateOf: (index: number) => Fate; movesClock: boolean },
): Promise<World> {
  const server = createTestServer()
  const storage = createMemoryStorage()
  const locks = locked ? createTestLocks() : null
  const ended: string[] = []
  const exchanges = { most: 0, total: 0 }
  const carried: (string | null)[] = []
  let underWay = 0
  let messages = 0

  const over = (send: SendToken): SendToken =>
    async function travel(token, signal) {
      await scheduler.schedule(Promise.resolve(), 'request')
      // A request that was given up is not delivered later: its connection is closed.
      signal.throwIfAborted()
      messages += 1
      const fate = fateOf(messages - 1)
      if (fate === 'request lost') throw new TypeError('The request is lost')
      const answer = await send(token, signal)
      await scheduler.schedule(Promise.resolve(), 'answer')
      if (fate === 'answer lost') throw new TypeError('The answer is lost')
      return answer
    }
  const exchange = over(server.refresh)
  const refresh: SendToken = async (token, signal) => {
    underWay += 1
    exchanges.total += 1
    exchanges.most = Math.max(exchanges.most, underWay)
    try {
      return await exchange(token, signal)
    } finally {
      underWay -= 1
    }
  }
  const runtime: ClientRuntime = {
    now: server.runtime.now,
    random: () => 0.5,
    startTimer(milliseconds, callback) {
      // A time limit that strikes is to the client what a lost message is, and messages are lost below.
      if (milliseconds === TIME_LIMIT) return () => {}
      let isRunning = true
      async function run(): Promise<void> {
        await scheduler.schedule(Promise.resolve(), `timer ${milliseconds}`)
        if (!isRunning) return
        if (movesClock) server.runtime.advance(milliseconds / 1_000)
        callback()
      }
      run().catch(() => {})
      return () => {
        isRunning = false
      }
    },
  }
  const fetch: BasicFetch = (input, init) => {
    carried.push(new Headers(init?.['headers'] as Headers).get('authorization'))
    return server.resource(input, init)
  }
  const revoke = over(server.revoke)
  const options = optionsFor(server, {
    storage,
    locks,
    refresh,
    revoke,
    runtime,
    fetch,
    onEnd: () => void ended.push('ended'),
  })
  const world = {
    server,
    storage,
    ended,
    exchanges,
    carried,
    tabs: Array.from({ length: tabs }, () => createAuthFetch(options)),
  }
  await world.tabs[0]?.begin(await server.logIn())
  return world
}

/** Everything that is still to happen, happens. */
async function finish<Result>(scheduler: fc.Scheduler, work: Promise<Result>): Promise<Result> {
  const result = await scheduler.waitFor(work)
  await scheduler.waitIdle()
  return result
}

const someFates = fc.array(fc.constantFrom<Fate>('arrives', 'request lost', 'answer lost'), { maxLength: 12 })

describe('tabs that share a storage and a lock', () => {
  it('renew one at a time, and nobody is logged out, whatever comes late or not at all', async () => {
    const steps = fc.array(fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, someFates, async (scheduler, waits, fates) => {
        const world = await open(scheduler, {
          tabs: waits.length,
          locked: true,
          fateOf: (index) => fates[index] ?? 'arrives',
          movesClock: true,
        })
        const runs = waits.map(async (pauses, index) => {
          for (const pause of pauses) {
            await scheduler.schedule(Promise.resolve(), 'use')
            world.server.runtime.advance(pause)
            // Out of reach is the one failure there may be; it says nothing about the session.
            await world.tabs[index]?.fetch(NOTES).catch((error: unknown) => {
              expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE' })
            })
          }
        })
        await finish(scheduler, Promise.all(runs))
        expect(world.ended).toEqual([])
        expect(world.exchanges.most).toBeLessThanOrEqual(1)
        world.server.runtime.advance('11m')
        const stored = await createVault(world.storage, 'latchkey').read()
        const token = stored !== null && 'refreshToken' in stored ? stored.refreshToken : null
        expect(await world.server.auth.refresh(token)).toMatchObject({ ok: true })
      }),
      { numRuns: 60 },
    )
  })

  it('ask once for all of them, where no answer is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 4 }), async (scheduler, tabs) => {
        const world = await open(scheduler, { tabs, locked: true, fateOf: () => 'arrives', movesClock: false })
        world.server.runtime.advance('11m')
        const uses = world.tabs.flatMap((tab) => [tab.fetch(NOTES), tab.fetch(NOTES)])
        const answers = await finish(scheduler, Promise.all(uses.map((use) => use.then(({ status }) => status))))
        expect(new Set(answers)).toEqual(new Set([200]))
        expect(world.exchanges).toEqual({ most: 1, total: 1 })
      }),
      { numRuns: 60 },
    )
  })
})

describe('tabs that share a storage and no lock', () => {
  it('end up with one token that works, whatever is lost within the server\u2019s reuse window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 4 }), someFates, async (scheduler, tabs, fates) => {
        const left = [...fates]
        const world = await open(scheduler, {
          tabs,
          locked: false,
          fateOf: (index) => left[index] ?? 'arrives',
          movesClock: false,
        })
        world.server.runtime.advance('11m')
        const uses = world.tabs.map((tab) => tab.fetch(NOTES).catch(() => undefined))
        await finish(scheduler, Promise.all(uses))
        expect(world.ended).toEqual([])
        left.length = 0
        world.server.runtime.advance('11m')
        expect((await finish(scheduler, (world.tabs[0] as AuthFetch<BasicFetch>).fetch(NOTES))).status).toBe(200)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a logout in one of several tabs', () => {
  it('is not undone by any renewal under way, with locks and without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, locked, tabs) => {
          const world = await open(scheduler, { tabs, locked, fateOf: () => 'arrives', movesClock: false })
          world.server.runtime.advance('11m')
          const uses = world.tabs.map((tab) => tab.fetch(NOTES).catch(() => undefined))
          const logout = scheduler
            .schedule(Promise.resolve(), 'logout')
            .then(() => (world.tabs[0] as AuthFetch<BasicFetch>).logout())
          await finish(scheduler, Promise.all([logout, ...uses]))
          await nextTurn()
          expect(world.storage.getItem('latchkey')).toContain('"ended":true')
          expect(await world.server.auth.listSessions('user-1')).toEqual([])
          world.carried.length = 0
          for (const tab of world.tabs) expect((await finish(scheduler, tab.fetch(NOTES))).status).toBe(401)
          expect(new Set(world.carried)).toEqual(new Set([null]))
        },
      ),
      { numRuns: 100 },
    )
  })
})
