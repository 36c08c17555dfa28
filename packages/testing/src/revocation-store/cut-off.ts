/**
 * `epochOf` and `revokeAllForSubject`: the cut-off.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { accessOf, sealOf } from './credentials.ts'
import type { RevocationStoreHarness } from './harness.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

/** Defines the tests of the cut-off. */
export function describeCutOff(harness: () => RevocationStoreHarness): void {
  const isRevoked = (number: number, epoch: number, subject: string | null = 'alice'): Promise<boolean> =>
    harness().store.isRevoked(sealOf(number, { subject, epoch }), at(NOW))

  describe('revokeAllForSubject()', () => {
    it('raises the epoch to the time, and ends what stands below it', async () => {
      const { store } = harness()
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
      await store.revokeAllForSubject('alice', {}, at(NOW))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW)
      expect([await isRevoked(1, 0), await isRevoked(1, NOW - 1), await isRevoked(1, NOW)]).toEqual([true, true, false])
      expect([await isRevoked(1, 0, 'bob'), await isRevoked(1, 0, null)]).toEqual([false, false])
    })

    it('gives different epochs to two calls in one millisecond, and goes on when the clock went back', async () => {
      const { store } = harness()
      for (const now of [NOW, NOW, NOW - 5_000]) await store.revokeAllForSubject('alice', {}, at(now))
      await expect(store.epochOf('alice', at(NOW - 5_000))).resolves.toBe(NOW + 2)
      await store.revokeAllForSubject('bob', {}, at(0))
      await expect(store.epochOf('bob', at(0))).resolves.toBe(1)
    })

    it('lets the exception live on, and again', async () => {
      const { store } = harness()
      for (const now of [NOW, NOW + 1]) {
        await store.revokeAllForSubject('alice', { except: idOf(1) }, at(now))
        expect([await isRevoked(1, 0), await isRevoked(2, 0)]).toEqual([false, true])
      }
      await store.revokeAllForSubject('alice', {}, at(NOW + 2))
      expect(await isRevoked(1, 0)).toBe(true)
    })

    it('revives nobody by naming them the exception', async () => {
      const { store } = harness()
      await store.revokeAllForSubject('alice', { except: idOf(1) }, at(NOW))
      await store.revokeAllForSubject('alice', { except: idOf(2) }, at(NOW))
      expect([await isRevoked(1, 0), await isRevoked(2, 0), await isRevoked(2, NOW)]).toEqual([true, true, false])
      await store.revokeAllForSubject('alice', { except: idOf(1) }, at(NOW))
      expect(await isRevoked(1, 0)).toBe(true)
    })

    it('lets the tokens of the exception live on, and no others', async () => {
      const { store } = harness()
      await store.revokeAllForSubject('alice', { except: idOf(1) }, at(NOW))
      const judged = [accessOf(1, 1), accessOf(1, 2), accessOf(2, 3), sealOf(1), accessOf(2, 4, { epoch: NOW })]
      const answers = await Promise.all(judged.map((credential) => store.isRevoked(credential, at(NOW))))
      expect(answers).toEqual([false, false, true, false, false])
    })

    it('raises the epoch to another one that it is told, and never lowers it', async () => {
      const { store } = harness()
      await store.revokeAllForSubject('alice', { atLeast: NOW + 10 }, at(NOW))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 10)
      await store.revokeAllForSubject('alice', { atLeast: NOW + 5 }, at(NOW))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 11)
      await store.revokeAllForSubject('alice', { atLeast: 5 }, at(NOW + 20))
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(NOW + 20)
    })

    it('spares no session that was revoked by itself, before or after', async () => {
      const { store } = harness()
      const [before, after] = [
        { id: idOf(1), subject: 'alice' },
        { id: idOf(2), subject: 'alice' },
      ]
      await store.revoke(before, NOW + 60_000, at(NOW))
      await store.revokeAllForSubject('alice', { except: before.id }, at(NOW))
      expect(await isRevoked(1, 0)).toBe(true)
      await store.revokeAllForSubject('alice', { except: after.id }, at(NOW))
      await store.revoke(after, NOW + 60_000, at(NOW))
      expect([await isRevoked(2, 0), await isRevoked(2, NOW)]).toEqual([true, true])
    })

    it('outlives the sweep', async () => {
      const { store } = harness()
      await store.revokeAllForSubject('alice', { except: idOf(1) }, at(NOW))
      await store.deleteExpired(100, at(NOW + 9_999_999))
      expect([await isRevoked(1, 0), await isRevoked(2, 0)]).toEqual([false, true])
    })
  })
}
