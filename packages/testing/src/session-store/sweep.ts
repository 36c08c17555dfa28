/**
 * `deleteExpired`: bounded, and only what is dead.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { open, type CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

/** Defines the tests of `deleteExpired`. */
export function describeSweep(harness: CurrentHarness): void {
  describe('deleteExpired()', () => {
    it('has nothing to do in an empty store', async () => {
      await expect(harness().store.deleteExpired(10, at(NOW))).resolves.toBe(0)
    })

    it('removes the rows of expired records, so that nothing is left of them', async ({ skip }) => {
      const { store, dump } = open(harness)
      if (harness().expiresByItself === true)
        return skip('The rows vanish by themselves, in a time that is not set here')
      const canary = 'canary-51be'
      await createAll(store, [
        recordOf({ id: idOf(1), idleExpiresAt: NOW, label: canary }),
        recordOf({ id: idOf(2), absoluteExpiresAt: NOW, data: { canary } }),
        recordOf({ id: idOf(3), idleExpiresAt: NOW - 9, absoluteExpiresAt: NOW - 9, subject: null, label: canary }),
      ])
      await expect(store.deleteExpired(10, at(NOW))).resolves.toBe(3)
      await expect(store.deleteExpired(10, at(NOW))).resolves.toBe(0)
      expect(await dump()).not.toContain(canary)
      for (const number of [1, 2, 3]) {
        await expect(store.create(recordOf({ id: idOf(number) }), at(NOW))).resolves.toBe('created')
      }
    })

    it('never removes a live record', async () => {
      const { store, expiresByItself = false } = harness()
      const live = [
        recordOf({ id: idOf(1), idleExpiresAt: NOW + 1, absoluteExpiresAt: NOW + 1 }),
        recordOf({ id: idOf(2), subject: null }),
        recordOf({ id: idOf(3), subject: 'bob' }),
      ]
      await createAll(store, [...live, recordOf({ id: idOf(4), idleExpiresAt: NOW })])
      await expect(store.deleteExpired(100, at(NOW))).resolves.toBe(expiresByItself ? 0 : 1)
      for (const record of live) await expect(store.read(record.id, at(NOW))).resolves.toEqual(record)
    })

    it('removes no more than the limit, and everything when called again', async () => {
      const { store, expiresByItself = false } = harness()
      await createAll(
        store,
        Array.from({ length: 7 }, (_, index) =>
          recordOf(
            index % 2 === 0
              ? { id: idOf(index), idleExpiresAt: NOW - index }
              : { id: idOf(index), absoluteExpiresAt: NOW - index },
          ),
        ),
      )
      await createAll(store, [recordOf({ id: idOf(99) })])
      const removed: number[] = []
      for (let calls = 0; calls < 4; calls += 1) removed.push(await store.deleteExpired(3, at(NOW)))
      expect(removed).toEqual(expiresByItself ? [0, 0, 0, 0] : [3, 3, 1, 0])
      await expect(store.read(idOf(99), at(NOW))).resolves.not.toBeNull()
    })

    it('removes nothing at a limit of zero', async () => {
      const { store, expiresByItself = false } = harness()
      await createAll(store, [recordOf({ idleExpiresAt: NOW })])
      await expect(store.deleteExpired(0, at(NOW))).resolves.toBe(0)
      await expect(store.deleteExpired(1, at(NOW))).resolves.toBe(expiresByItself ? 0 : 1)
    })

    it('spares a record that was renewed in time', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.touch(recordOf(), NOW + 59_999, NOW + 119_999, at(NOW + 59_999))
      await expect(store.deleteExpired(10, at(NOW + 60_000))).resolves.toBe(0)
      await expect(store.read(idOf(1), at(NOW + 60_000))).resolves.not.toBeNull()
    })

    it('leaves nothing of records that are cut off, and everything of an exception', async () => {
      const { store, dump } = open(harness)
      const canary = 'canary-c0de'
      await createAll(store, [recordOf({ label: canary }), recordOf({ id: idOf(2), label: 'kept' })])
      await store.destroyAllForSubject('alice', { except: idOf(2) }, at(NOW))
      while ((await store.deleteExpired(10, at(NOW))) === 10);
      expect(await dump()).not.toContain(canary)
      await expect(store.create(recordOf({ epoch: NOW }), at(NOW))).resolves.toBe('created')
      await expect(store.read(idOf(2), at(NOW))).resolves.toMatchObject({ label: 'kept' })
    })

    it('does not bring a cut-off back by clearing away what it ended', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await store.deleteExpired(100, at(NOW + 9_999_999))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW)
      await expect(store.create(recordOf({ id: idOf(2) }), at(NOW + 1))).resolves.toBe('cut_off')
    })
  })
}
