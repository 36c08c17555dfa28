/**
 * Items of the attack corpus that are repeated for each of several stores.
 *
 * @module
 */

import { beforeAll, expect, it } from 'vitest'
import type { Item } from '../attack-corpus.fixture.ts'
import { describeStores, STORES, type StoreKind } from './stores.fixture.ts'
import type { CorpusTarget, Targets } from './target.fixture.ts'

/** What the procedure of an item works with: an application that it shares with others, and a way to start its own. */
export interface Step {
  readonly target: CorpusTarget
  readonly start: Targets['start']
}

/** By the id of the item: on which stores it runs, and what is done. */
export type StoreItems = Readonly<
  Record<string, readonly [kinds: readonly StoreKind[], run: (step: Step) => Promise<void>]>
>

/** Defines a test for each item and store. */
export function describeOnStores(items: readonly Item[], runs: StoreItems, targets: Targets): void {
  describeStores(STORES, 'repeated', (kind) => {
    let target: CorpusTarget
    beforeAll(async () => {
      target = await targets.start({ store: kind })
    })
    it.each(items.filter(({ id }) => runs[id]?.[0].includes(kind)))(
      '$id $slug: $expect.result $description',
      ({ id }) => runs[id]?.[1]({ target, start: targets.start }),
    )
  })
}

/** Expects every item for which the corpus asks for several stores to run on several: in memory and in SQL at the least. */
export function expectSeveralStores(items: readonly Item[], runs: StoreItems): void {
  const single = items.filter(({ id, stores }) => stores !== undefined && (runs[id]?.[0].length ?? 0) < 4)
  expect(single).toEqual([])
}
