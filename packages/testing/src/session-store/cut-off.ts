/**
 * `epochOf` and `destroyAllForSubject`: the cut-off.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { CurrentHarness } from './harness.ts'
import { at, createAll, idOf, infoOf, NOW, recordOf } from './records.ts'

/** Defines the tests of the cut-off. */
export function describeCutOff(harness: CurrentHarness): void {
  describe('epochOf()', () => {
    it('is 0 for a subject never seen, and stays so by a login', async () => {
      const { store } = harness()
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
      await createAll(store, [recordOf()])
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
    })
  })

  describe('destroyAllForSubject()', () => {
    it('ends every session of the subject, and tells how many lived', async () => {
      const { store } = harness()
      await createAll(store, [
        recordOf({ id: idOf(1) }),
        recordOf({ id: idOf(2), carrier: 'refresh' }),
        recordOf({ id: idOf(3), idleExpiresAt: NOW }),
        recordOf({ id: idOf(4), subject: 'bob' }),
        recordOf({ id: idOf(5), subject: null }),
      ])
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(2)
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(0)
      for (const number of [1, 2, 3]) await expect(store.read(idOf(number), at(NOW))).resolves.toBeNull()
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([])
      await expect(store.read(idOf(4), at(NOW))).resolves.not.toBeNull()
      await expect(store.read(idOf(5), at(NOW))).resolves.not.toBeNull()
    })

    it('leaves every method to find the ended session gone, for an earlier clock too', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      await store.destroyAllForSubject('alice', {}, at(NOW))
      for (const now of [NOW, NOW - 1_000]) {
        await expect(store.read(idOf(1), at(now))).resolves.toBeNull()
        await expect(store.update(idOf(1), 0, {}, at(now))).resolves.toEqual({ ok: false, why: 'gone' })
        await expect(store.touch(recordOf(), NOW, NOW + 90_000, at(now))).resolves.toBe(false)
        await expect(store.listBySubject('alice', at(now))).resolves.toEqual([])
        await expect(store.destroy(idOf(1), at(now))).resolves.toBe(false)
      }
    })

    it('raises the epoch to the time', async () => {
      const { store } = harness()
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(0)
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW)
      await store.destroyAllForSubject('alice', {}, at(NOW + 500))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 500)
      await expect(store.epochOf('bob', at(NOW))).resolves.toBe(0)
    })

    it('gives different epochs to two calls in one millisecond', async () => {
      const { store } = harness()
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await createAll(store, [recordOf({ epoch: NOW })])
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(1)
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 1)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
    })

    it('raises the epoch although the clock went back', async () => {
      const { store } = harness()
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await createAll(store, [recordOf({ epoch: NOW })])
      await expect(store.destroyAllForSubject('alice', {}, at(NOW - 5_000))).resolves.toBe(1)
      await expect(store.epochOf('alice', at(NOW - 5_000))).resolves.toBe(NOW + 1)
      await expect(store.read(idOf(1), at(NOW - 5_000))).resolves.toBeNull()
      await expect(store.create(recordOf({ id: idOf(2), epoch: NOW }), at(NOW))).resolves.toBe('cut_off')
    })

    it('counts no session that an earlier call found expired, although the clock went back', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ idleExpiresAt: NOW })])
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(0)
      await expect(store.destroyAllForSubject('alice', {}, at(NOW - 1))).resolves.toBe(0)
    })

    it('raises the epoch of a subject never seen by at least one', async () => {
      const { store } = harness()
      await store.destroyAllForSubject('alice', {}, at(0))
      await expect(store.epochOf('alice', at(0))).resolves.toBe(1)
    })

    it('refuses a login whose epoch was read before', async () => {
      const { store } = harness()
      const epoch = await store.epochOf('alice', at(NOW))
      await store.destroyAllForSubject('alice', {}, at(NOW))
      await expect(store.create(recordOf({ epoch }), at(NOW + 1))).resolves.toBe('cut_off')
      const renewed = await store.epochOf('alice', at(NOW + 1))
      await expect(store.create(recordOf({ epoch: renewed }), at(NOW + 1))).resolves.toBe('created')
      await expect(store.read(idOf(1), at(NOW + 1))).resolves.toEqual(recordOf({ epoch: renewed }))
    })

    it('lets the excepted session live on at the new epoch', async () => {
      const { store } = harness()
      await createAll(store, [recordOf(), recordOf({ id: idOf(2) }), recordOf({ id: idOf(3) })])
      await expect(store.destroyAllForSubject('alice', { except: idOf(2) }, at(NOW))).resolves.toBe(2)
      const spared = recordOf({ id: idOf(2), epoch: NOW })
      await expect(store.read(idOf(2), at(NOW))).resolves.toEqual(spared)
      await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([infoOf(spared)])
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.touch(recordOf({ id: idOf(2) }), NOW + 1, NOW + 70_000, at(NOW))).resolves.toBe(true)
      await expect(store.update(idOf(2), 0, { label: 'kept' }, at(NOW))).resolves.toEqual({ ok: true, version: 1 })
      await expect(store.destroyAllForSubject('alice', { except: idOf(2) }, at(NOW))).resolves.toBe(0)
      await expect(store.read(idOf(2), at(NOW))).resolves.toMatchObject({ epoch: NOW + 1, label: 'kept' })
      await expect(store.destroyAllForSubject('alice', {}, at(NOW))).resolves.toBe(1)
      await expect(store.read(idOf(2), at(NOW))).resolves.toBeNull()
    })

    it('ignores an exception that is the session of another subject or of nobody', async () => {
      const { store } = harness()
      const bobs = recordOf({ id: idOf(2), subject: 'bob' })
      const nobodys = recordOf({ id: idOf(3), subject: null })
      await createAll(store, [recordOf(), bobs, nobodys])
      await expect(store.destroyAllForSubject('alice', { except: idOf(2) }, at(NOW))).resolves.toBe(1)
      await expect(store.destroyAllForSubject('alice', { except: idOf(3) }, at(NOW))).resolves.toBe(0)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.read(idOf(2), at(NOW))).resolves.toEqual(bobs)
      await expect(store.read(idOf(3), at(NOW))).resolves.toEqual(nobodys)
    })

    it('does not revive an excepted session that is dead or absent', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ id: idOf(1), idleExpiresAt: NOW }), recordOf({ id: idOf(2) })])
      await store.destroyAllForSubject('alice', {}, at(NOW - 1))
      await expect(store.destroyAllForSubject('alice', { except: idOf(2) }, at(NOW))).resolves.toBe(0)
      await expect(store.destroyAllForSubject('alice', { except: idOf(404) }, at(NOW))).resolves.toBe(0)
      for (const number of [1, 2, 404]) await expect(store.read(idOf(number), at(NOW - 1))).resolves.toBeNull()
    })

    it('does not spare an expired exception, not even for an earlier clock', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ idleExpiresAt: NOW })])
      await expect(store.destroyAllForSubject('alice', { except: idOf(1) }, at(NOW))).resolves.toBe(0)
      await expect(store.read(idOf(1), at(NOW - 1))).resolves.toBeNull()
    })

    it('ends sessions that were never listed, however many', async () => {
      const { store } = harness()
      const records = Array.from({ length: 60 }, (_, index) => recordOf({ id: idOf(index), createdAt: NOW + index }))
      await createAll(store, records)
      await expect(store.destroyAllForSubject('alice', { except: idOf(7) }, at(NOW))).resolves.toBe(59)
      const left = await Promise.all(records.map(({ id }) => store.read(id, at(NOW))))
      expect(left.filter((record) => record !== null).map(({ id }) => id)).toEqual([idOf(7)])
    })
  })
}
