/**
 * The races of sessions: what holds when several processes share one store, and when one of them dies.
 *
 * @module
 */

import { describe } from 'vitest'
import { useHarness } from './current-harness.ts'
import { describeCrashes } from './session-races/crashes.ts'
import { describeEndings } from './session-races/endings.ts'
import type { MakeSessionRacesHarness, SessionRacesHarness } from './session-races/harness.ts'
import { describeRefreshes } from './session-races/refreshes.ts'
import { describeWriters } from './session-races/writers.ts'

export type { SessionRacesHarness }

/**
 * Defines the tests that tell whether sessions keep their promises on a store that several processes use at once. Beyond what
 * `describeSessionStore` proves of the store's calls, this proves what a whole application makes of them. Call it at the top of a vitest
 * file, on the real server.
 *
 * @param name What is tested, such as `redis`.
 * @param makeHarness Makes empty stores. Called anew for each test, and many times by some; a harness may share a database with an earlier
 * one only if it empties it.
 */
export function describeSessionRaces(name: string, makeHarness: MakeSessionRacesHarness): void {
  describe(`${name}: an application in several processes`, () => {
    const harness = useHarness(makeHarness)
    describeWriters(harness)
    describeEndings(harness)
    describeCrashes(makeHarness)
    describeRefreshes(harness)
  })
}
