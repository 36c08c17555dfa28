/**
 * Ends of sessions that meet writes, rotations, logins and each other.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { createProcesses, storeOf, type SessionRacesHarness } from './harness.ts'
import { at, idOf, NOW, recordOf } from '../session-store/records.ts'

const ROTATORS = Array.from({ length: 24 }, (_, rotator) => rotator)

/** Defines the tests of ends. */
export function describeEndings(harness: () => SessionRacesHarness): void {
  describe('ends', () => {
    it('are never undone, when one of 12 writers logs out', { timeout: 60_000 }, async () => {
      const processOf = createProcesses(harness())
      for (let round = 0; round < 20; round += 1) {
        const cookie = await processOf(round).begin()
        const visits = await Promise.all(ROTATORS.slice(0, 12).map((writer) => processOf(writer).visit(cookie)))
        const writing = visits.map(async ({ session }, writer) => {
          for (let count = 0; count < 5; count += 1) {
            if (writer === round % 12 && count === 2) await session.destroy()
            else await session.set(`writer${writer}`, count)
          }
        })
        const outcomes = await Promise.allSettled(writing)
        expect(outcomes.filter(({ status }) => status === 'rejected')).not.toEqual([])
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'gone' })
        }
        for (const visitor of [0, 1, 2]) {
          const { session } = await processOf(visitor).visit(cookie)
          expect([session.id, session.keys()]).toEqual([null, []])
        }
        const late = visits[(round + 1) % 12]?.session.set('late', true)
        await expect(late).rejects.toMatchObject({ reason: 'gone' })
      }
    })

    it(
      'of old credentials leave exactly one that is current, after 24 rotations at once',
      { timeout: 60_000 },
      async () => {
        const processOf = createProcesses(harness())
        for (let round = 0; round < 10; round += 1) {
          const first = await processOf(round).begin()
          const rotations = ROTATORS.map(async (rotator) => {
            const { session, cookie } = await processOf(rotator).visit(first)
            await session.rotate()
            return cookie()
          })
          const outcomes = await Promise.allSettled(rotations)
          const given = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
          expect(given.length).toBeGreaterThan(0)
          const credentials = [first, ...new Set(given)]
          const visits = await Promise.all(credentials.map((cookie, reader) => processOf(reader).visit(cookie)))
          expect(visits.filter(({ session }) => session.id !== null)).toHaveLength(1)
          expect(visits[0]?.session.id).toBeNull()
        }
      },
    )

    it('by a cut-off leave no login alive that it raced, of 50 in flight', { timeout: 60_000 }, async () => {
      const processOf = createProcesses(harness())
      for (let round = 0; round < 5; round += 1) {
        const epoch = await processOf(0).auth.epochOf('alice')
        const logins = Array.from({ length: 50 }, (_, login) => processOf(login).logIn('alice', { epoch }))
        // The cut-off starts when the round's share of them is done, and the others are on their way.
        await Promise.all(logins.slice(0, round * 10))
        await processOf(round).auth.revokeAllSessions('alice')
        for (const [login, cookie] of (await Promise.all(logins)).entries()) {
          expect((await processOf(login).visit(cookie)).session.subject).toBeNull()
        }
        expect(await processOf(1).auth.listSessions('alice')).toEqual([])
        await expect(processOf(0).logIn('alice', { epoch })).resolves.toBeUndefined()
      }
      const epoch = await processOf(2).auth.epochOf('alice')
      const renewed = await processOf(1).logIn('alice', { epoch })
      expect((await processOf(0).visit(renewed)).session.subject).toBe('alice')
      expect(await processOf(2).auth.listSessions('alice')).toHaveLength(1)
    })

    it(
      'by two cut-offs at once count each of 300 sessions once, and leave the exception',
      { timeout: 60_000 },
      async () => {
        const [one, other] = [storeOf(harness(), 0), storeOf(harness(), 1)]
        const ids = Array.from({ length: 300 }, (_, number) => idOf(number))
        await Promise.all(ids.map((id) => one.create(recordOf({ id }), at(NOW))))
        const counts = await Promise.all([
          one.destroyAllForSubject('alice', { except: idOf(7) }, at(NOW)),
          other.destroyAllForSubject('alice', { except: idOf(7) }, at(NOW)),
          one.listBySubject('alice', at(NOW)).then(() => 0),
          ...ids.slice(0, 20).map((id) => other.touch(recordOf({ id }), NOW + 1, NOW + 70_000, at(NOW)).then(() => 0)),
        ])
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(299)
        const alive = await Promise.all(ids.map((id) => other.read(id, at(NOW))))
        expect(alive.flatMap((record) => (record === null ? [] : [record.id]))).toEqual([idOf(7)])
      },
    )
  })
}
