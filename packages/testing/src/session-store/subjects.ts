/**
 * `listBySubject` and what counts as the same subject.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { CurrentHarness } from './harness.ts'
import { at, createAll, idOf, infoOf, NOW, recordOf } from './records.ts'

const LOOKALIKES = [
  'alice',
  'Alice',
  'ALICE',
  'alice ',
  ' alice',
  'alice\t',
  'alice\u0000',
  'alic\u00e9',
  'alice\u0301',
  'alic',
  'alicé\u200b',
  '\uff41lice',
  'al\u0131ce',
  '%',
  'a_ice',
  '1',
  '01',
  '1.0',
  '\ud800',
  '\ud801',
  '\ufffd',
  '',
]

/** Defines the tests of `listBySubject`. */
export function describeSubjects(harness: CurrentHarness): void {
  describe('listBySubject()', () => {
    it('gives nothing for a subject never seen', async () => {
      await expect(harness().store.listBySubject('nobody', at(NOW))).resolves.toEqual([])
    })

    it('gives the live sessions, newest first, and of each what a device list may know', async () => {
      const { store } = harness()
      const records = [3, 1, 4, 2].map((number) =>
        recordOf({ id: idOf(number), createdAt: NOW + number, label: `device ${number}`, carrier: 'refresh' }),
      )
      await createAll(store, records)
      const listed = await store.listBySubject('alice', at(NOW))
      expect(listed.map(({ id }) => id)).toEqual([4, 3, 2, 1].map(idOf))
      expect(listed).toStrictEqual(records.map(infoOf).toSorted((one, other) => other.createdAt - one.createdAt))
    })

    it('gives neither dead sessions nor those of others or of nobody', async () => {
      const { store } = harness()
      await createAll(store, [
        recordOf({ id: idOf(1) }),
        recordOf({ id: idOf(2), idleExpiresAt: NOW }),
        recordOf({ id: idOf(3), absoluteExpiresAt: NOW }),
        recordOf({ id: idOf(4), subject: 'bob' }),
        recordOf({ id: idOf(5), subject: null }),
        recordOf({ id: idOf(6) }),
      ])
      await store.destroy(idOf(6), at(NOW))
      const listed = await store.listBySubject('alice', at(NOW))
      expect(listed.map(({ id }) => id)).toEqual([idOf(1)])
      for (const nobody of ['null', '', 'undefined']) {
        await expect(store.listBySubject(nobody, at(NOW))).resolves.toEqual([])
      }
    })

    it('shows what was touched and updated', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.touch(recordOf(), NOW + 5, NOW + 70_000, at(NOW))
      await store.update(idOf(1), 0, { label: 'renamed', authenticatedAt: NOW + 6 }, at(NOW))
      const changed = { lastSeenAt: NOW + 5, idleExpiresAt: NOW + 70_000, label: 'renamed', authenticatedAt: NOW + 6 }
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([{ ...infoOf(recordOf()), ...changed }])
    })
  })

  describe('subjects that look alike', () => {
    it('are different subjects', async () => {
      const { store } = harness()
      await createAll(
        store,
        LOOKALIKES.map((subject, index) => recordOf({ id: idOf(index), subject })),
      )
      for (const [index, subject] of LOOKALIKES.entries()) {
        const listed = await store.listBySubject(subject, at(NOW))
        expect(listed.map(({ id }) => id)).toEqual([idOf(index)])
      }
    })

    it('are cut off one by one', async () => {
      const { store } = harness()
      await createAll(
        store,
        LOOKALIKES.map((subject, index) => recordOf({ id: idOf(index), subject })),
      )
      for (const [index, subject] of LOOKALIKES.entries()) {
        await expect(store.epochOf(subject, at(NOW))).resolves.toBe(0)
        await expect(store.destroyAllForSubject(subject, {}, at(NOW))).resolves.toBe(1)
        await expect(store.epochOf(subject, at(NOW))).resolves.toBe(NOW)
        await expect(store.read(idOf(index), at(NOW))).resolves.toBeNull()
        const next = LOOKALIKES[index + 1]
        if (next === undefined) continue
        await expect(store.read(idOf(index + 1), at(NOW))).resolves.toMatchObject({ subject: next })
      }
    })
  })
}
