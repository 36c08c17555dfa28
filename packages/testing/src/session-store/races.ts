/**
 * What holds when calls run at the same time.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf, tally } from './records.ts'

const ROUNDS = 12
const RACERS = Array.from({ length: 8 }, (_, index) => index)

/** Defines the tests of concurrent calls. */
export function describeRaces(harness: CurrentHarness): void {
  describe('concurrent calls', () => {
    it('create one id exactly once', async () => {
      const { store } = harness()
      const outcomes = await Promise.all(RACERS.map((racer) => store.create(recordOf({ data: { racer } }), at(NOW))))
      expect(tally(outcomes)).toEqual({ created: 1, exists: 7 })
      const winner = outcomes.indexOf('created')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ data: { racer: winner } }))
    })

    it('update one version exactly once', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      for (let version = 0; version < ROUNDS; version += 1) {
        const outcomes = await Promise.all(
          RACERS.map((racer) => store.update(idOf(1), version, { data: { version, racer } }, at(NOW))),
        )
        const tallied = tally(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.why)))
        expect(tallied).toEqual({ ok: 1, conflict: 7 })
        const racer = outcomes.findIndex(({ ok }) => ok)
        const expected = recordOf({ version: version + 1, data: { version, racer } })
        await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(expected)
      }
    })

    it('destroy one record exactly once', async () => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        await createAll(store, [recordOf({ id: idOf(round) })])
        const outcomes = await Promise.all(RACERS.map(() => store.destroy(idOf(round), at(NOW))))
        expect(outcomes.filter(Boolean)).toHaveLength(1)
      }
    })

    it('touch and update one record without losing either', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      for (let version = 0; version < ROUNDS; version += 1) {
        const time = NOW + version + 1
        const [touched, updated] = await Promise.all([
          store.touch(recordOf(), time, time + 60_000, at(NOW)),
          store.update(idOf(1), version, { data: { version } }, at(NOW)),
          ...RACERS.map((racer) => store.touch(recordOf(), time - racer, time + 60_000 - racer, at(NOW))),
        ])
        expect([touched, updated]).toEqual([true, { ok: true, version: version + 1 }])
        const times = { lastSeenAt: time, idleExpiresAt: time + 60_000 }
        const expected = recordOf({ ...times, version: version + 1, data: { version } })
        await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(expected)
      }
    })

    it('never bring back a record that is destroyed while it is touched and updated', async () => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = idOf(round)
        await createAll(store, [recordOf({ id })])
        const calls: (() => Promise<unknown>)[] = [
          () => store.touch(recordOf({ id }), NOW + 1, NOW + 70_000, at(NOW)),
          () => store.destroy(id, at(NOW)),
          () => store.update(id, 0, { data: { late: true } }, at(NOW)),
          () => store.touch(recordOf({ id }), NOW + 2, NOW + 80_000, at(NOW)),
        ]
        const turned = [...calls.slice(round % 4), ...calls.slice(0, round % 4)]
        await Promise.all(turned.map((call) => call()))
        await expect(store.read(id, at(NOW))).resolves.toBeNull()
        await expect(store.listBySubject('alice', at(NOW))).resolves.toEqual([])
      }
    })

    it.each(['first', 'last'])('never let a login with an old epoch survive the cut-off, sent %s', async (place) => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        const epoch = await store.epochOf('alice', at(NOW))
        const id = idOf(round)
        const login = (): Promise<unknown> => store.create(recordOf({ id, epoch }), at(NOW + round))
        const cutOff = (): Promise<unknown> => store.destroyAllForSubject('alice', {}, at(NOW + round))
        await Promise.all((place === 'first' ? [login, cutOff] : [cutOff, login]).map((call) => call()))
        await expect(store.read(id, at(NOW + round))).resolves.toBeNull()
        await expect(store.touch(recordOf({ id }), NOW + round, NOW + 70_000, at(NOW + round))).resolves.toBe(false)
        await expect(store.listBySubject('alice', at(NOW + round))).resolves.toEqual([])
      }
    })

    it('cut off one subject each with an epoch of its own, and count each session once', async () => {
      const { store } = harness()
      await createAll(
        store,
        RACERS.map((racer) => recordOf({ id: idOf(racer) })),
      )
      const counts = await Promise.all(RACERS.map(() => store.destroyAllForSubject('alice', {}, at(NOW))))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(RACERS.length)
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + RACERS.length - 1)
    })

    it('keep an exception alive while it is updated and touched', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      for (let version = 0; version < ROUNDS; version += 1) {
        const call = at(NOW + version)
        const [ended, updated, touched] = await Promise.all([
          store.destroyAllForSubject('alice', { except: idOf(1) }, call),
          store.update(idOf(1), version, { data: { version } }, call),
          store.touch(recordOf(), NOW + version, NOW + 70_000, call),
        ])
        expect([ended, updated, touched]).toEqual([0, { ok: true, version: version + 1 }, true])
        const expected = { epoch: NOW + version, data: { version }, idleExpiresAt: NOW + 70_000 }
        await expect(store.read(idOf(1), call)).resolves.toMatchObject(expected)
      }
    })

    it('sweep together without counting a row twice or taking a live one', async () => {
      const { store, expiresByItself = false } = harness()
      const dead = Array.from({ length: 20 }, (_, index) => recordOf({ id: idOf(index), idleExpiresAt: NOW }))
      await createAll(store, [...dead, recordOf({ id: idOf(99) })])
      const counts = await Promise.all(RACERS.map(() => store.deleteExpired(5, at(NOW))))
      let sum = counts.reduce((total, count) => total + count, 0)
      expect(Math.max(...counts)).toBeLessThanOrEqual(5)
      for (let count = -1; count !== 0; sum += count) count = await store.deleteExpired(5, at(NOW))
      expect(sum).toBe(expiresByItself ? 0 : 20)
      await expect(store.read(idOf(99), at(NOW))).resolves.not.toBeNull()
    })
  })
}
