/**
 * Honest users over weeks, and thieves among them.
 *
 * @module
 */

import { createRandom } from '../random.ts'
import { createNetwork } from './network.ts'
import { LIFETIME, type RefreshPolicy } from './policies.ts'
import { createHelpedTabs, createPlainTabs, type Tabs } from './tabs.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** One column of the comparison. */
export interface Column {
  readonly tabs: number
  /** The share of answers that never arrive. */
  readonly lost: number
  /** The pause before a tab asks again, in milliseconds; null: with the helper, which has pauses of its own. */
  readonly retryAfter: number | null
}

/** How much is simulated. */
export interface Extent {
  /** Sessions for each cell. */
  readonly sessions: number
  /** Days for each session; less than 30, after which every session ends. */
  readonly days: number
  readonly seed: number
}

const START = 1_800_000_000_000
const DAY = 86_400_000
/** A user works for so long on each day. */
const WORKING_TIME = 2 * 3_600_000

/** Every combination that is asked for, without and with the helper. */
export const COLUMNS: readonly Column[] = [1_000, 30_000, null].flatMap((retryAfter) =>
  [1, 2, 4].flatMap((tabs) => [0, 0.03, 0.1].map((lost) => ({ tabs, lost, retryAfter }))),
)

interface World {
  readonly timeline: Timeline
  readonly honest: Tabs
  readonly server: Awaited<ReturnType<RefreshPolicy['begin']>>
}

async function open(
  policy: RefreshPolicy,
  { tabs, lost, retryAfter }: Column,
  days: number,
  seed: number,
): Promise<World> {
  const random = createRandom(seed)
  const server = await policy.begin(START)
  const timeline = createTimeline(START, server.setClock)
  const send = createNetwork(timeline, server, random, lost)
  const init = { timeline, random, send, first: server.first, tabs, retryAfter: retryAfter ?? 0 }
  const honest = retryAfter === null ? createHelpedTabs(init) : createPlainTabs(init)
  for (let day = 0; day < days; day += 1) timeline.after(day * DAY, async () => honest.open(WORKING_TIME))
  return { timeline, honest, server }
}

/** The share of honest sessions that are logged out though nobody stole anything. */
export async function shareKilled(
  policy: RefreshPolicy,
  column: Column,
  { sessions, days, seed }: Extent,
): Promise<number> {
  let killed = 0
  for (let session = 0; session < sessions; session += 1) {
    const { timeline, honest } = await open(policy, column, days, seed + session)
    await timeline.run(START + days * DAY, honest.isLoggedOut)
    if (honest.isLoggedOut()) killed += 1
  }
  return killed / sessions
}

/** What became of thieves who took the current token of one tab that loses nothing. */
export interface ThiefFigures {
  /** The share that was found within two refresh cycles of its first use. */
  readonly withinTwoCycles: number
  /** The share that was found at all within a working day. */
  readonly found: number
  /** The median time from the first use to the end of the session, in milliseconds; infinite when most are never found. */
  readonly medianTime: number
}

/**
 * A thief copies the token that the client has at that moment, uses it at a time of the thief's own, and goes on like any
 * client: once a lifetime. Not in step with the victim, who could not be told from a second tab by anybody.
 */
export async function huntThieves(policy: RefreshPolicy, { sessions, seed }: Extent): Promise<ThiefFigures> {
  const times: number[] = []
  for (let session = 0; session < sessions; session += 1) {
    const random = createRandom(seed + 7_919 * (session + 1))
    const { timeline, honest, server } = await open(policy, { tabs: 1, lost: 0, retryAfter: 1_000 }, 1, seed + session)
    let usedAt: number | undefined
    function use(token: string): void {
      timeline.after(LIFETIME * (usedAt === undefined ? random() : 1), async () => {
        usedAt ??= timeline.now()
        const answer = await server.exchange(token)
        if (answer !== null) use(answer.token)
      })
    }
    timeline.after(random() * 3 * LIFETIME + LIFETIME, async () => use(honest.token()))
    await timeline.run(START + WORKING_TIME, server.isEnded)
    times.push(server.isEnded() && usedAt !== undefined ? timeline.now() - usedAt : Infinity)
  }
  const sorted = times.toSorted((one, other) => one - other)
  const share = (limit: number): number => times.filter((time) => time <= limit).length / sessions
  return {
    // Two cycles, and the moments that the messages are on their way.
    withinTwoCycles: share(2 * LIFETIME + 1_000),
    found: share(Number.MAX_VALUE),
    medianTime: sorted[Math.floor(sessions / 2)] ?? Infinity,
  }
}
