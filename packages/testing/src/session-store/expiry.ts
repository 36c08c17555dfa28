/**
 * A record is dead from the millisecond on at which it expires.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { CurrentHarness } from './harness.ts'
import { at, createAll, idOf, infoOf, NOW, recordOf } from './records.ts'

const EXPIRIES = [
  ['idle timeout', recordOf({ idleExpiresAt: NOW + 1_000, absoluteExpiresAt: NOW + 9_000 })],
  ['absolute timeout', recordOf({ idleExpiresAt: NOW + 9_000, absoluteExpiresAt: NOW + 1_000 })],
  ['idle and absolute timeout', recordOf({ idleExpiresAt: NOW + 1_000, absoluteExpiresAt: NOW + 1_000 })],
] as const

/** Defines the tests of both timeouts, for every method. */
export function describeExpiry(harness: CurrentHarness): void {
  describe.each(EXPIRIES)('at the %s', (_, record) => {
    it('lives for every method one millisecond before', async () => {
      const { store } = harness()
      await createAll(store, [record])
      const last = at(NOW + 999)
      await expect(store.read(record.id, last)).resolves.toEqual(record)
      await expect(store.listBySubject('alice', last)).resolves.toEqual([infoOf(record)])
      await expect(store.update(record.id, 0, {}, last)).resolves.toEqual({ ok: true, version: 1 })
      await expect(store.touch(record, NOW, NOW, last)).resolves.toBe(true)
      await expect(store.deleteExpired(10, last)).resolves.toBe(0)
      await expect(store.destroy(record.id, last)).resolves.toBe(true)
    })

    it('is dead for every method in that very millisecond', async () => {
      const { store } = harness()
      await createAll(store, [record])
      const end = at(NOW + 1_000)
      await expect(store.read(record.id, end)).resolves.toBeNull()
      await expect(store.listBySubject('alice', end)).resolves.toEqual([])
      await expect(store.update(record.id, 0, {}, end)).resolves.toEqual({ ok: false, why: 'gone' })
      await expect(store.touch(record, NOW + 1_000, NOW + 9_000, end)).resolves.toBe(false)
      await expect(store.destroyAllForSubject('alice', {}, end)).resolves.toBe(0)
      await expect(store.destroy(record.id, end)).resolves.toBe(false)
    })

    it('is not renewed by what comes too late', async () => {
      const { store } = harness()
      await createAll(store, [record])
      const end = at(NOW + 1_000)
      await store.touch(record, NOW + 1_000, NOW + 9_000, end)
      await store.update(record.id, 0, { idleExpiresAt: NOW + 9_000, data: { late: true } }, end)
      await expect(store.read(record.id, end)).resolves.toBeNull()
      await expect(store.read(record.id, at(NOW + 999))).resolves.toEqual(record)
    })

    it('is swept in that very millisecond', async () => {
      const { store, expiresByItself = false } = harness()
      await createAll(store, [record])
      await expect(store.deleteExpired(10, at(NOW + 1_000))).resolves.toBe(expiresByItself ? 0 : 1)
    })
  })

  describe('the clock', () => {
    it('is the caller’s: a store has none of its own', async () => {
      const { store } = harness()
      const times = { createdAt: 1, lastSeenAt: 1, idleExpiresAt: 1_000, absoluteExpiresAt: 2_000 }
      await createAll(store, [recordOf({ ...times, authenticatedAt: 1 })])
      await expect(store.read(idOf(1), at(999))).resolves.toMatchObject(times)
      await expect(store.read(idOf(1), at(1_000))).resolves.toBeNull()
      await expect(store.destroyAllForSubject('alice', {}, at(5))).resolves.toBe(1)
      await expect(store.epochOf('alice', at(5))).resolves.toBe(5)
    })
  })
}
