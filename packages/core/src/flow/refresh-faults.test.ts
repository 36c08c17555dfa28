import { createTestRuntime, interceptSessionStore, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuth, type Auth } from '../auth.ts'
import { closedSink } from '../http/effects.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { SessionRecord } from '../ports.ts'
import { storedSessions, type SessionStoreParts } from '../session/stored.ts'

/** What a store, a network or a clock does to a request. */
interface Trouble {
  /** How many versions a replica lags behind, for as many reads as the request makes before it asks the primary. */
  readonly lag: number
  /** The update is made, and its caller is told that somebody else was faster: a driver that sent it twice. */
  readonly duplicated: boolean
  /** The process dies when the update is made. */
  readonly crash: boolean
  /** The answer never reaches the client. */
  readonly lost: boolean
  /** By how much the process's clock is off, in milliseconds. */
  readonly skew: number
  /** How long before the request, in seconds. */
  readonly wait: number
}

const trouble = (rates: Partial<Record<keyof Trouble, fc.Arbitrary<unknown>>>): fc.Arbitrary<Trouble> =>
  fc.record({
    lag: fc.constant(0),
    duplicated: fc.constant(false),
    crash: fc.constant(false),
    lost: fc.constant(false),
    skew: fc.constant(0),
    wait: fc.integer({ min: 0, max: 40 }),
    ...rates,
  }) as fc.Arbitrary<Trouble>

const SOMETIMES = fc.integer({ min: 0, max: 3 }).map((number) => number === 0)

/** One client with its token store, whose requests meet trouble one after another or all at once. */
async function simulate(batches: readonly (readonly Trouble[])[], scheduler?: fc.Scheduler) {
  const runtime = createTestRuntime()
  const memory = createMemorySessionStore()
  const versions: SessionRecord[] = []
  const killed: string[] = []
  const given = new Map<number, Set<string>>()
  const rotations: number[] = []

  function processIn({ lag, duplicated, crash, skew }: Trouble): Auth {
    let left = lag
    const troubled: SessionStoreParts = {
      ...memory,
      async read(id, call) {
        const newest = await memory.read(id, call)
        const stale = versions.at(-1 - left)
        if (left > 0) left -= 1
        return newest === null || stale === undefined ? newest : structuredClone(stale)
      },
      async update(...args) {
        const result = await memory.update(...args)
        const record = await memory.read(args[0], args[3])
        if (result.ok && record !== null) versions.push(record)
        if (result.ok && crash) throw new Error('the process died')
        return result.ok && duplicated ? { ok: false, why: 'conflict' } : result
      },
    }
    const store = interceptSessionStore(troubled, {
      before: (name) => scheduler?.schedule(Promise.resolve(), name),
    })
    return createAuth({
      origin: 'https://app.test',
      secrets: TEST_SECRETS,
      tokens: { issuer: 'https://api.test', audience: 'api' },
      sessions: storedSessions(store, { storeTimeout: '1m' }),
      runtime: { ...runtime, now: () => runtime.now() + skew },
    })
  }

  const fine: Trouble = { lag: 0, duplicated: false, crash: false, lost: false, skew: 0, wait: 0 }
  const request = { method: 'POST', url: '/', headers: { get: () => null } }
  const first = processIn(fine)
  const logging = first.login(first.open(request, closedSink), { subject: 'user-1', deliver: 'tokens' })
  const login = await (scheduler?.waitFor(logging) ?? logging)
  if (!login.ok) throw new Error(login.code)
  const jar = { token: login.tokens.refresh_token, generation: 0 }
  const created = await memory.read(jar.token.slice(4, 36), { now: runtime.now() })
  if (created !== null) versions.push(created)

  async function send(one: Trouble): Promise<void> {
    const result = await processIn(one)
      .refresh(jar.token)
      .catch(() => undefined)
    if (result === undefined) return
    if (!result.ok) {
      if (result.code !== 'refresh_superseded') killed.push(result.code)
      return
    }
    const token = result.tokens.refresh_token
    const generation = Number(token.split('.')[1])
    given.set(generation, (given.get(generation) ?? new Set()).add(token))
    if (result.rotated) rotations.push(runtime.now())
    await scheduler?.schedule(Promise.resolve(), 'answer')
    if (!one.lost && generation > jar.generation) Object.assign(jar, { token, generation })
  }
  for (const batch of batches) {
    runtime.advance(Math.max(0, ...batch.map(({ wait }) => wait)))
    const sending = Promise.all(batch.map(send))
    await (scheduler?.waitFor(sending) ?? sending)
  }
  const last = processIn(fine)
  const asking = last.refresh(jar.token)
  return { killed, given, rotations, end: await (scheduler?.waitFor(asking) ?? asking) }
}

async function expectSurvival(batches: readonly (readonly Trouble[])[], scheduler?: fc.Scheduler): Promise<void> {
  const { killed, given, end } = await simulate(batches, scheduler)
  expect(killed).toEqual([])
  expect(end).toMatchObject({ ok: true })
  for (const strings of given.values()) expect(strings.size).toBe(1)
}

describe('refresh(), of a client that is honest', () => {
  it.each<[string, Partial<Record<keyof Trouble, fc.Arbitrary<unknown>>>]>([
    ['answers that are lost', { lost: SOMETIMES }],
    ['a crash after the update', { crash: SOMETIMES }],
    ['an update that was made twice', { duplicated: SOMETIMES }],
    ['replicas that lag behind by up to three versions', { lag: fc.nat(3) }],
    ['clocks that differ by up to two seconds', { skew: fc.integer({ min: -2_000, max: 2_000 }) }],
    [
      'all of these at once',
      {
        lost: SOMETIMES,
        crash: SOMETIMES,
        duplicated: SOMETIMES,
        lag: fc.nat(3),
        skew: fc.integer({ min: -2_000, max: 2_000 }),
      },
    ],
  ])('survives %s', async (_, rates) => {
    const requests = fc.array(trouble(rates), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(requests, (list) => expectSurvival(list.map((one) => [one]))),
      { numRuns: 200 },
    )
  })

  it('survives them in four tabs that share one token store and ask at once, in any order of their store calls', async () => {
    const rates = {
      crash: SOMETIMES,
      duplicated: SOMETIMES,
      lag: fc.nat(2),
      skew: fc.integer({ min: -2_000, max: 2_000 }),
    }
    const batch = fc.array(trouble(rates), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(batch, { minLength: 1, maxLength: 4 }), (scheduler, batches) =>
        expectSurvival(batches, scheduler),
      ),
      { numRuns: 150 },
    )
  })

  it('rotates at most once a window, whatever the tabs do', async () => {
    const batch = fc.array(trouble({ wait: fc.integer({ min: 0, max: 12 }) }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(batch, { maxLength: 8 }), async (scheduler, batches) => {
        const { rotations } = await simulate(batches, scheduler)
        for (const [index, at] of rotations.entries()) {
          if (index > 0) expect(at - (rotations[index - 1] ?? 0)).toBeGreaterThanOrEqual(10_000)
        }
      }),
      { numRuns: 100 },
    )
  })
})
