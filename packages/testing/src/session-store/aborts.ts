/**
 * A call that was given up before it began.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { StoreCall } from '@latchkey/core'
import { open, type CurrentHarness, type SessionStoreHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

type Store = SessionStoreHarness['store']

const CALLS: readonly (readonly [string, (store: Store, call: StoreCall) => Promise<unknown>])[] = [
  ['create()', (store, call) => store.create(recordOf({ id: idOf(2) }), call)],
  ['read()', (store, call) => store.read(idOf(1), call)],
  ['update()', (store, call) => store.update(idOf(1), 0, { label: 'late' }, call)],
  ['touch()', (store, call) => store.touch(recordOf(), NOW + 1, NOW + 70_000, call)],
  ['destroy()', (store, call) => store.destroy(idOf(1), call)],
  ['listBySubject()', (store, call) => store.listBySubject('alice', call)],
  ['epochOf()', (store, call) => store.epochOf('alice', call)],
  ['destroyAllForSubject()', (store, call) => store.destroyAllForSubject('alice', {}, call)],
  ['deleteExpired()', (store, call) => store.deleteExpired(10, call)],
]

/** Defines the tests of aborted calls. */
export function describeAborts(harness: CurrentHarness): void {
  describe.each(CALLS)('%s with a signal', (_, send) => {
    it('that is aborted already rejects with its reason, and writes nothing', async () => {
      const { store, dump } = open(harness)
      const { expiresByItself = false } = harness()
      await createAll(store, [recordOf(), recordOf({ id: idOf(3), idleExpiresAt: NOW })])
      const before = await dump()
      const reason = new Error('given up')
      await expect(send(store, { now: NOW, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(await dump()).toBe(before)
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf())
      await expect(store.read(idOf(2), at(NOW))).resolves.toBeNull()
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
      await expect(store.deleteExpired(10, at(NOW))).resolves.toBe(expiresByItself ? 0 : 1)
    })

    it('that is not aborted answers as without one', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      const { signal } = new AbortController()
      await expect(send(store, { now: NOW, signal })).resolves.not.toBeUndefined()
    })

    it('that is aborted while it runs settles, and leaves the store in order', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      const controller = new AbortController()
      const sent = send(store, { now: NOW, signal: controller.signal })
      controller.abort(new Error('given up'))
      await Promise.allSettled([sent])
      await expect(store.create(recordOf({ id: idOf(9), epoch: NOW }), at(NOW))).resolves.toBe('created')
      await expect(store.read(idOf(9), at(NOW))).resolves.toEqual(recordOf({ id: idOf(9), epoch: NOW }))
    })
  })
}
