/**
 * `touch`: renews, never revives.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { open, type CurrentHarness } from './harness.ts'
import { at, createAll, idOf, infoOf, NOW, recordOf } from './records.ts'

/** Defines the tests of `touch`. */
export function describeTouch(harness: CurrentHarness): void {
  describe('touch()', () => {
    it('moves both times on, and nothing else', async () => {
      const { store } = harness()
      const record = recordOf({ label: 'x', data: { a: 1 }, version: 3 })
      await createAll(store, [record, { ...record, id: idOf(2) }])
      await expect(store.touch(recordOf(), NOW + 10, NOW + 70_000, at(NOW + 10))).resolves.toBe(true)
      const touched = { ...record, lastSeenAt: NOW + 10, idleExpiresAt: NOW + 70_000 }
      await expect(store.read(idOf(1), at(NOW + 69_999))).resolves.toEqual(touched)
      await expect(store.read(idOf(1), at(NOW + 70_000))).resolves.toBeNull()
      await expect(store.read(idOf(2), at(NOW))).resolves.toEqual({ ...record, id: idOf(2) })
      await expect(store.listBySubject('alice', at(NOW + 60_000))).resolves.toEqual([infoOf(touched)])
    })

    it('changes nothing when it comes late, and answers that the record is alive', async () => {
      const { store, dump } = open(harness)
      await createAll(store, [recordOf()])
      await store.touch(recordOf(), NOW + 10, NOW + 70_000, at(NOW + 10))
      const before = await dump()
      await expect(store.touch(recordOf(), NOW + 5, NOW + 65_000, at(NOW + 20))).resolves.toBe(true)
      await expect(store.touch(recordOf(), NOW + 10, NOW + 70_000, at(NOW + 20))).resolves.toBe(true)
      expect(await dump()).toBe(before)
      const expected = { lastSeenAt: NOW + 10, idleExpiresAt: NOW + 70_000 }
      await expect(store.read(idOf(1), at(NOW + 20))).resolves.toMatchObject(expected)
    })

    it('judges each of the two times by itself', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.touch(recordOf(), NOW - 1, NOW + 70_000, at(NOW))
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ idleExpiresAt: NOW + 70_000 }))
      await store.touch(recordOf(), NOW + 1, NOW, at(NOW))
      const expected = recordOf({ lastSeenAt: NOW + 1, idleExpiresAt: NOW + 70_000 })
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(expected)
    })

    it('never passes the absolute expiry', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await expect(store.touch(recordOf(), NOW, NOW + 9_999_999, at(NOW))).resolves.toBe(true)
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ idleExpiresAt: NOW + 3_600_000 }))
      await expect(store.read(idOf(1), at(NOW + 3_600_000))).resolves.toBeNull()
    })

    it('never revives an expired record, not even for an earlier clock', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await expect(store.touch(recordOf(), NOW + 60_000, NOW + 120_000, at(NOW + 60_000))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW + 60_000))).resolves.toBeNull()
    })

    it('never revives a destroyed record', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroy(idOf(1), at(NOW))
      await expect(store.touch(recordOf(), NOW, NOW + 90_000, at(NOW))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([])
    })

    it('never revives a record that is cut off', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await expect(store.touch(recordOf(), NOW, NOW + 90_000, at(NOW))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
    })

    it('never inserts', async () => {
      const { store, dump } = open(harness)
      const before = await dump()
      await expect(store.touch(recordOf(), NOW, NOW + 90_000, at(NOW))).resolves.toBe(false)
      expect(await dump()).toBe(before)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([])
      await expect(store.create(recordOf(), at(NOW))).resolves.toBe('created')
    })

    it('renews the exception of a cut-off by what was read of it before', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroyAllForSubject('alice', { except: idOf(1) }, at(NOW))
      await expect(store.touch(recordOf(), NOW + 1, NOW + 70_000, at(NOW))).resolves.toBe(true)
      await expect(store.read(idOf(1), at(NOW + 60_000))).resolves.toMatchObject({ epoch: NOW, lastSeenAt: NOW + 1 })
      await expect(store.listBySubject('alice', at(NOW))).resolves.toHaveLength(1)
    })

    it('neither raises the version nor conflicts with a write', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.touch(recordOf(), NOW + 1, NOW + 70_000, at(NOW + 1))
      const written = store.update(idOf(1), 0, { data: { cart: 1 } }, at(NOW + 1))
      await expect(written).resolves.toEqual({ ok: true, version: 1 })
      await store.touch(recordOf(), NOW + 2, NOW + 80_000, at(NOW + 2))
      const times = { lastSeenAt: NOW + 2, idleExpiresAt: NOW + 80_000 }
      const expected = recordOf({ ...times, data: { cart: 1 }, version: 1 })
      await expect(store.read(idOf(1), at(NOW + 2))).resolves.toEqual(expected)
    })
  })
}
