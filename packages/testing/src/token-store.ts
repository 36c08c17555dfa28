/**
 * The contract suite of token stores. A token store is what passes it.
 *
 * @module
 */

import { describe } from 'vitest'
import { useHarness } from './current-harness.ts'
import { describeTokenEnding } from './token-store/ending.ts'
import type { TokenStoreHarness } from './token-store/harness.ts'
import { describeTokenKeeping } from './token-store/keeping.ts'
import { describeTokenModel } from './token-store/model.ts'
import { describeTokenRaces } from './token-store/races.ts'
import { describeTokenTime } from './token-store/time.ts'

export type { TokenStoreHarness }

/**
 * Defines the tests that tell whether a store keeps the contract of `TokenStore`. Call it at the top of a vitest file.
 *
 * @param name What is tested, such as `kysely/sqlite`.
 * @param makeHarness Makes an empty store. Called anew for each test, and many times by one; a harness may share a database with an earlier one only
 * if it empties it.
 */
export function describeTokenStore(
  name: string,
  makeHarness: () => TokenStoreHarness | Promise<TokenStoreHarness>,
): void {
  describe(`${name}: a token store`, () => {
    describeTokenModel(makeHarness)
  })
  describe(`${name}: a token store`, () => {
    const harness = useHarness(makeHarness)
    describeTokenKeeping(harness)
    describeTokenEnding(harness)
    describeTokenTime(harness)
    describeTokenRaces(harness)
  })
}
