/**
 * How many commands requests cost that share a session.
 *
 * @module
 */

import { createMemorySessionStore, type SessionStoreParts } from '@latchkey/core'
import { interceptSessionStore } from '@latchkey/testing'
import { createOurSessions } from './ours.ts'

/** The calls of a store that were made, by name. */
export type CallCounts = Readonly<Record<string, number>>

/** Counts the calls that a task makes on a store. */
async function countCalls(
  store: SessionStoreParts,
  task: (sessions: Awaited<ReturnType<typeof createOurSessions>>) => Promise<void>,
): Promise<CallCounts> {
  const counts: Record<string, number> = {}
  const counted = interceptSessionStore(store, {
    before: async (name) => {
      counts[name] = (counts[name] ?? 0) + 1
      // On a network, others come in between; in memory they would not.
      await new Promise(setImmediate)
    },
  })
  const sessions = await createOurSessions(counted)
  for (const name of Object.keys(counts)) delete counts[name]
  await task(sessions)
  return counts
}

/** Reads one session by so many requests, one after the other and all at once. */
export function countReads(
  requests: number,
  store: SessionStoreParts = createMemorySessionStore(),
): Promise<CallCounts> {
  return countCalls(store, async ({ cookie, visit }) => {
    for (let index = 0; index < requests / 2; index += 1) await visit(cookie, index)
    await Promise.all(Array.from({ length: requests / 2 }, (_, index) => visit(cookie, index)))
  })
}

/** Lets so many requests write to one session at once, in rounds, each under a key of its own. */
export function countContendedWrites(
  writers: number,
  rounds: number,
  store: SessionStoreParts = createMemorySessionStore(),
): Promise<CallCounts> {
  return countCalls(store, async ({ write }) => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: writers }, (_, writer) => write(`key${writer}`, round)))
    }
  })
}
