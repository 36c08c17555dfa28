/**
 * Many writers on one session.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { createProcesses, storeOf, type SessionRacesHarness } from './harness.ts'
import { at, idOf, NOW, recordOf } from '../session-store/records.ts'

const WRITERS = Array.from({ length: 24 }, (_, writer) => writer)
const ROUNDS = 60

/** Defines the tests of writers. */
export function describeWriters(harness: () => SessionRacesHarness): void {
  describe('writers', () => {
    it('lose no write to keys of their own, 24 of them in 60 rounds', { timeout: 120_000 }, async () => {
      const processOf = createProcesses(harness())
      const cookie = await processOf(0).begin()
      for (let round = 0; round < ROUNDS; round += 1) {
        const visits = await Promise.all(WRITERS.map((writer) => processOf(writer).visit(cookie)))
        await Promise.all(visits.map(({ session }, writer) => session.set(`writer${writer}`, round)))
        const { session } = await processOf(round).visit(cookie)
        expect(WRITERS.map((writer) => session.get(`writer${writer}`))).toEqual(WRITERS.map(() => round))
      }
    })

    it('count every increment of one key, 24 of them', { timeout: 60_000 }, async () => {
      const processOf = createProcesses(harness())
      const cookie = await processOf(0).begin()
      const visits = await Promise.all(WRITERS.map((writer) => processOf(writer).visit(cookie)))
      for (let round = 0; round < 10; round += 1) {
        const adding = visits.map(({ session }) => session.update(({ count }) => ({ count: Number(count ?? 0) + 1 })))
        await Promise.all(adding)
      }
      expect((await processOf(0).visit(cookie)).session.get('count')).toBe(240)
    })

    it('are given a flash message once, of 24 that ask', { timeout: 60_000 }, async () => {
      const processOf = createProcesses(harness())
      for (let round = 0; round < 10; round += 1) {
        const cookie = await processOf(round).begin({ flash: `saved ${round}` })
        const visits = await Promise.all(WRITERS.map((writer) => processOf(writer).visit(cookie)))
        const taken = await Promise.all(visits.map(({ session }) => session.take('flash')))
        expect(taken.filter((flash) => flash !== undefined)).toEqual([`saved ${round}`])
      }
    })

    it('show each write at once to the other connections', async () => {
      const [one, other, third] = [0, 1, 2].map((number) => storeOf(harness(), number)) as [
        ReturnType<typeof storeOf>,
        ReturnType<typeof storeOf>,
        ReturnType<typeof storeOf>,
      ]
      for (let round = 0; round < 50; round += 1) {
        const id = idOf(round)
        await one.create(recordOf({ id }), at(NOW))
        await expect(other.read(id, at(NOW))).resolves.toEqual(recordOf({ id }))
        await other.update(id, 0, { label: 'x' }, at(NOW))
        await expect(third.read(id, at(NOW))).resolves.toMatchObject({ label: 'x', version: 1 })
        await third.touch(recordOf({ id }), NOW + 1, NOW + 70_000, at(NOW))
        await expect(one.read(id, at(NOW))).resolves.toMatchObject({ lastSeenAt: NOW + 1 })
        await one.destroy(id, at(NOW))
        await expect(other.read(id, at(NOW))).resolves.toBeNull()
      }
    })
  })
}
