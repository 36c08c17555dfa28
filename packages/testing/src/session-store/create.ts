/**
 * `create`: adds, and never overwrites.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { open, type CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

/** Defines the tests of `create`. */
export function describeCreate(harness: CurrentHarness): void {
  describe('create()', () => {
    it('adds a record', async () => {
      const { store } = harness()
      await expect(store.create(recordOf(), at(NOW))).resolves.toBe('created')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf())
    })

    it('never overwrites a live record', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ data: { first: true } })])
      const other = recordOf({ subject: 'mallory', salt: 'other', data: { first: false } })
      await expect(store.create(other, at(NOW))).resolves.toBe('exists')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ data: { first: true } }))
      await expect(store.listBySubject('mallory', at(NOW))).resolves.toEqual([])
    })

    it('never overwrites a dead record whose row still stands', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ data: { first: true } })])
      const later = NOW + 60_000
      await expect(store.read(idOf(1), at(later))).resolves.toBeNull()
      const other = recordOf({ idleExpiresAt: later + 60_000, data: { first: false } })
      await expect(store.create(other, at(later))).resolves.toBe('exists')
      await expect(store.read(idOf(1), at(later))).resolves.toBeNull()
    })

    it('does not compare the time with the expiry of the record', async () => {
      const { store } = harness()
      const expired = recordOf({ idleExpiresAt: NOW - 1, absoluteExpiresAt: NOW - 1 })
      await expect(store.create(expired, at(NOW))).resolves.toBe('created')
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.read(idOf(1), at(NOW - 2))).resolves.toEqual(expired)
    })

    it('keeps as many records without a subject as it is given', async () => {
      const { store } = harness()
      const records = [1, 2, 3].map((number) => recordOf({ id: idOf(number), subject: null, authenticatedAt: null }))
      await createAll(store, records)
      for (const record of records) await expect(store.read(record.id, at(NOW))).resolves.toEqual(record)
    })

    it('refuses a record below the epoch of its subject, and writes nothing', async () => {
      const { store, dump } = open(harness)
      await store.destroyAllForSubject('alice', {}, at(NOW))
      const before = await dump()
      await expect(store.create(recordOf({ epoch: NOW - 1 }), at(NOW))).resolves.toBe('cut_off')
      await expect(store.create(recordOf(), at(NOW))).resolves.toBe('cut_off')
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([])
      expect(await dump()).toBe(before)
    })

    it('admits a record at the epoch of its subject, and records of others', async () => {
      const { store } = harness()
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await createAll(store, [
        recordOf({ id: idOf(1), epoch: NOW }),
        recordOf({ id: idOf(2), subject: 'bob' }),
        recordOf({ id: idOf(3), subject: null }),
      ])
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ epoch: NOW }))
    })

    it('lets an id be used again by nobody while the row stands, and leaves the ids of others free', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ id: 'ab'.repeat(16) }), recordOf({ id: 'AB'.repeat(16) })])
      await expect(store.create(recordOf({ id: 'ab'.repeat(16) }), at(NOW))).resolves.toBe('exists')
    })
  })
}
