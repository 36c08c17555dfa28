/**
 * The contract suite of revocation stores. A revocation store is what passes it.
 *
 * @module
 */

import { describe } from 'vitest'
import { useHarness } from './current-harness.ts'
import { describeChanges } from './revocation-store/changes.ts'
import { describeCutOff } from './revocation-store/cut-off.ts'
import type { RevocationStoreHarness } from './revocation-store/harness.ts'
import { describeRevocationModel } from './revocation-store/model.ts'
import { describeRevocationRaces } from './revocation-store/races.ts'
import { describeRevoke } from './revocation-store/revoke.ts'

export type { RevocationStoreHarness }

/**
 * Defines the tests that tell whether a store keeps the contract of `RevocationStore`. Call it at the top of a vitest file.
 *
 * @param name What is tested, such as `redis`.
 * @param makeHarness Makes an empty store. Called anew for each test, and many times by the model test; a harness may share a
 * database with an earlier one only if it empties it.
 */
export function describeRevocationStore(
  name: string,
  makeHarness: () => RevocationStoreHarness | Promise<RevocationStoreHarness>,
): void {
  describe(name, () => {
    describe('a revocation store', () => {
      const harness = useHarness(makeHarness)
      describeRevoke(harness)
      describeCutOff(harness)
      describeChanges(harness)
      describeRevocationRaces(harness)
    })
    describeRevocationModel(makeHarness)
  })
}
