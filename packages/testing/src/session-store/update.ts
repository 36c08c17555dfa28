/**
 * `update`: conditional, never inserts.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { SessionChanges } from '@latchkey/core'
import { open, type CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

const CHANGES: readonly SessionChanges[] = [
  { scopes: ['admin'] },
  { scopes: [] },
  { authenticatedAt: NOW + 1 },
  { authenticatedAt: null },
  { amr: ['otp', 'pwd'] },
  { acr: 'urn:acr:3' },
  { acr: null },
  { keyId: 9 },
  { salt: 'b3RoZXI' },
  { generation: 5 },
  { previous: 4 },
  { previous: null },
  { rotatedAt: NOW + 2 },
  { rotatedAt: null },
  { lastSeenAt: NOW + 3 },
  { idleExpiresAt: NOW + 30_000 },
  { idleExpiresAt: NOW + 90_000 },
  { label: 'Safari on iOS' },
  { label: null },
  { userAgent: 'Mozilla/5.0' },
  { userAgent: null },
  { address: '2001:db8::1' },
  { address: null },
  { dataVersion: 3 },
  { data: { cart: [1, 2] } },
  { data: {} },
  { generation: 1, previous: 0, rotatedAt: NOW, salt: 'bmV3', keyId: 2, lastSeenAt: NOW + 9, data: { a: 1 } },
]

const FULL = recordOf({
  acr: 'urn:acr:1',
  generation: 3,
  previous: 2,
  rotatedAt: NOW - 1,
  label: 'x',
  userAgent: 'a',
  address: 'b',
  dataVersion: 1,
  data: { a: 0 },
})

/** Defines the tests of `update`. */
export function describeUpdate(harness: CurrentHarness): void {
  describe('update()', () => {
    it.each(CHANGES)('changes what is named and nothing else: %j', async (changes) => {
      const { store } = harness()
      const other = { ...FULL, id: idOf(2) }
      await createAll(store, [FULL, other])
      await expect(store.update(FULL.id, 0, changes, at(NOW))).resolves.toEqual({ ok: true, version: 1 })
      await expect(store.read(FULL.id, at(NOW))).resolves.toStrictEqual({ ...FULL, ...changes, version: 1 })
      await expect(store.read(other.id, at(NOW))).resolves.toStrictEqual(other)
    })

    it('raises the version by one each time, also when nothing is named', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ version: 4 })])
      await expect(store.update(idOf(1), 4, {}, at(NOW))).resolves.toEqual({ ok: true, version: 5 })
      await expect(store.update(idOf(1), 5, { label: null }, at(NOW))).resolves.toEqual({ ok: true, version: 6 })
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ version: 6 }))
    })

    it('never inserts', async () => {
      const { store, dump } = open(harness)
      const before = await dump()
      await expect(store.update(idOf(1), 0, { label: 'x' }, at(NOW))).resolves.toEqual({ ok: false, why: 'gone' })
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      expect(await dump()).toBe(before)
      await expect(store.create(recordOf(), at(NOW))).resolves.toBe('created')
    })

    it.each([0, 2, 3])('refuses version %i of a record at version 1, and writes nothing', async (version) => {
      const { store, dump } = open(harness)
      await createAll(store, [recordOf({ version: 1 })])
      const before = await dump()
      const outcome = await store.update(idOf(1), version, { label: 'lost', data: { lost: 1 } }, at(NOW))
      expect(outcome).toEqual({ ok: false, why: 'conflict' })
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ version: 1 }))
      expect(await dump()).toBe(before)
    })

    it('tells gone from conflict after a logout', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroy(idOf(1), at(NOW))
      await expect(store.update(idOf(1), 0, {}, at(NOW))).resolves.toEqual({ ok: false, why: 'gone' })
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
    })

    it('says gone for a dead record at any version', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ version: 1 })])
      const gone = { ok: false, why: 'gone' }
      await expect(store.update(idOf(1), 1, {}, at(NOW + 60_000))).resolves.toEqual(gone)
      await expect(store.update(idOf(1), 0, {}, at(NOW + 60_000))).resolves.toEqual(gone)
    })

    it('may shorten the idle timeout, to the point of ending the session', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.update(idOf(1), 0, { idleExpiresAt: NOW + 1 }, at(NOW))
      await expect(store.read(idOf(1), at(NOW))).resolves.toMatchObject({ idleExpiresAt: NOW + 1 })
      await expect(store.read(idOf(1), at(NOW + 1))).resolves.toBeNull()
    })
  })
}
