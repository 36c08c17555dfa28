/**
 * The contract suite of session stores. A session store is what passes it.
 *
 * @module
 */

import { describe } from 'vitest'
import { useHarness } from './current-harness.ts'
import { describeAborts } from './session-store/aborts.ts'
import { describeCreate } from './session-store/create.ts'
import { describeCutOff } from './session-store/cut-off.ts'
import { describeDestroy } from './session-store/destroy.ts'
import { describeExpiry } from './session-store/expiry.ts'
import { describeFidelity } from './session-store/fidelity.ts'
import type { SessionStoreHarness } from './session-store/harness.ts'
import { describeModel } from './session-store/model.ts'
import { describeRaces } from './session-store/races.ts'
import { describeSubjects } from './session-store/subjects.ts'
import { describeSweep } from './session-store/sweep.ts'
import { describeTouch } from './session-store/touch.ts'
import { describeUpdate } from './session-store/update.ts'

export type { SessionStoreHarness }

/**
 * Defines the tests that tell whether a store keeps the contract of `SessionStore`, `SubjectSessions` and `ExpirySweep`.
 * Call it at the top of a vitest file.
 *
 * @param name What is tested, such as `kysely/sqlite`.
 * @param makeHarness Makes an empty store. Called anew for each test, and many times by the model test; a harness may
 * share a database with an earlier one only if it empties it.
 */
export function describeSessionStore(
  name: string,
  makeHarness: () => SessionStoreHarness | Promise<SessionStoreHarness>,
): void {
  describe(name, () => {
    describe('a session store', () => {
      const harness = useHarness(makeHarness)
      describeCreate(harness)
      describeFidelity(harness)
      describeExpiry(harness)
      describeUpdate(harness)
      describeTouch(harness)
      describeDestroy(harness)
      describeSubjects(harness)
      describeCutOff(harness)
      describeSweep(harness)
      describeRaces(harness)
      describeAborts(harness)
    })
    describeModel(makeHarness)
  })
}
