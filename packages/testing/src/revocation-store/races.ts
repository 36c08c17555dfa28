/**
 * What holds when calls run at the same time.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { RevocationStoreHarness } from './harness.ts'
import { accessOf, sealOf, tokenIdOf } from './credentials.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

const UNTIL = NOW + 60_000
const RACERS = Array.from({ length: 8 }, (_, index) => index)

/** Defines the tests of concurrent calls. */
export function describeRevocationRaces(harness: () => RevocationStoreHarness): void {
  describe('concurrent calls', () => {
    it('revoke one session for the first time exactly once, and for the longest of the times', async () => {
      const { store } = harness()
      for (let round = 0; round < 12; round += 1) {
        const session = { id: idOf(round), subject: 'alice' }
        const answers = await Promise.all(RACERS.map((racer) => store.revoke(session, UNTIL + racer, at(NOW))))
        expect(answers.filter(Boolean)).toHaveLength(1)
        const { revoked } = await store.changedSince(NOW, at(NOW))
        expect(revoked.find(({ id }) => id === session.id)?.until).toBe(UNTIL + 7)
      }
    })

    it('revoke a session and its tokens, each for itself', async () => {
      const { store } = harness()
      const ids = RACERS.map((racer) => (racer % 2 === 0 ? idOf(racer) : tokenIdOf(racer)))
      const answers = await Promise.all(ids.map((id) => store.revoke({ id, subject: 'alice' }, UNTIL, at(NOW))))
      expect(answers).toEqual(RACERS.map(() => true))
      const judged = RACERS.map((racer) => store.isRevoked(accessOf(racer, racer + 1), at(NOW)))
      await expect(Promise.all(judged)).resolves.toEqual(RACERS.map((racer) => racer % 2 === 0))
    })

    it('raise the epoch of one subject once for each of them', async () => {
      const { store } = harness()
      await Promise.all(RACERS.map(() => store.revokeAllForSubject('alice', {}, at(NOW))))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 7)
    })

    it('revive nobody by naming different exceptions', async () => {
      const { store } = harness()
      for (let round = 0; round < 12; round += 1) {
        const epoch = await store.epochOf('alice', at(NOW))
        await Promise.all(
          RACERS.map((racer) => store.revokeAllForSubject('alice', { except: idOf(racer) }, at(NOW + round))),
        )
        const judged = RACERS.map((racer) => store.isRevoked(sealOf(racer, { epoch }), at(NOW + round)))
        expect((await Promise.all(judged)).filter((isRevoked) => !isRevoked)).toEqual([])
      }
    })

    it('sweep together without counting an entry twice or taking one that is still needed', async () => {
      const { store, expiresByItself = false } = harness()
      for (let number = 0; number < 20; number += 1) {
        await store.revoke({ id: idOf(number), subject: 'alice' }, NOW, at(NOW - 1))
      }
      await store.revoke({ id: idOf(99), subject: 'alice' }, UNTIL, at(NOW))
      const counts = await Promise.all(RACERS.map(() => store.deleteExpired(5, at(NOW))))
      let sum = counts.reduce((total, count) => total + count, 0)
      expect(Math.max(...counts)).toBeLessThanOrEqual(5)
      for (let count = -1; count !== 0; sum += count) count = await store.deleteExpired(5, at(NOW))
      expect(sum).toBe(expiresByItself ? 0 : 20)
      await expect(store.isRevoked(sealOf(99), at(NOW))).resolves.toBe(true)
    })
  })
}
