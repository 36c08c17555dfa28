/**
 * `destroy`: ends a session for good.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

/** Defines the tests of `destroy`. */
export function describeDestroy(harness: CurrentHarness): void {
  describe('destroy()', () => {
    it('ends a live record once', async () => {
      const { store } = harness()
      await createAll(store, [recordOf(), recordOf({ id: idOf(2) })])
      await expect(store.destroy(idOf(1), at(NOW))).resolves.toBe(true)
      await expect(store.destroy(idOf(1), at(NOW))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.listBySubject('alice', at(NOW))).resolves.toMatchObject([{ id: idOf(2) }])
      await expect(store.read(idOf(2), at(NOW))).resolves.toEqual(recordOf({ id: idOf(2) }))
    })

    it('answers false for an id that never was', async () => {
      await expect(harness().store.destroy(idOf(404), at(NOW))).resolves.toBe(false)
    })

    it('ends an expired record for an earlier clock too, and answers false', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await expect(store.destroy(idOf(1), at(NOW + 60_000))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.destroy(idOf(1), at(NOW))).resolves.toBe(false)
    })

    it('answers false for a record that is cut off', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await expect(store.destroy(idOf(1), at(NOW))).resolves.toBe(false)
    })

    it('ends a record that has no subject', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ subject: null })])
      await expect(store.destroy(idOf(1), at(NOW))).resolves.toBe(true)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
    })

    it('leaves nothing of the record behind', async ({ skip }) => {
      const { store, rawDump } = harness()
      if (rawDump === undefined) return skip('The harness has no way to look behind the store')
      const canary = 'canary-7f3a'
      await createAll(store, [recordOf({ label: canary, data: { canary } })])
      await store.update(idOf(1), 0, { data: { canary, more: 1 } }, at(NOW))
      expect(await rawDump()).toContain(canary)
      await store.destroy(idOf(1), at(NOW))
      expect(await rawDump()).not.toContain(canary)
    })

    it('takes only the very id: case, blanks, wildcards and prefixes are other ids', async () => {
      const { store } = harness()
      const id = 'ab'.repeat(16)
      await createAll(store, [recordOf({ id })])
      for (const other of [id.toUpperCase(), `${id} `, ` ${id}`, '%', '_'.repeat(32), id.slice(1), `${id}\0`, '']) {
        await expect(store.destroy(other, at(NOW))).resolves.toBe(false)
        await expect(store.read(other, at(NOW))).resolves.toBeNull()
        await expect(store.touch(recordOf({ id: other }), NOW, NOW, at(NOW))).resolves.toBe(false)
        await expect(store.update(other, 0, {}, at(NOW))).resolves.toEqual({ ok: false, why: 'gone' })
      }
      await expect(store.read(id, at(NOW))).resolves.toEqual(recordOf({ id }))
    })
  })
}
