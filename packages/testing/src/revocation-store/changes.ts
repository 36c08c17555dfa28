/**
 * `changedSince`: what a copy of the store learns from.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { RevocationChanges } from '@latchkey/core'
import type { RevocationStoreHarness } from './harness.ts'
import { tokenIdOf } from './credentials.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

const UNTIL = NOW + 60_000

/** Defines the tests of `changedSince`. */
export function describeChanges(harness: () => RevocationStoreHarness): void {
  const changedSince = async (since: number, now = NOW): Promise<RevocationChanges> => {
    const { revoked, cutOffs } = await harness().store.changedSince(since, at(now))
    return {
      revoked: revoked.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      cutOffs: cutOffs.toSorted((one, other) => (one.subject < other.subject ? -1 : 1)),
    }
  }

  describe('changedSince()', () => {
    it('gives nothing where nothing was revoked', async () => {
      await expect(changedSince(0)).resolves.toEqual({ revoked: [], cutOffs: [] })
    })

    it('gives sessions and tokens, whole, and whosever they are', async () => {
      const { store } = harness()
      const subject = 'Ünï "{}" \u{1F511}'
      await store.revoke({ id: idOf(1), subject: null }, UNTIL, at(NOW))
      await store.revoke({ id: idOf(2), subject }, UNTIL + 1, at(NOW))
      await store.revoke({ id: tokenIdOf(3), subject: 'alice' }, UNTIL + 2, at(NOW))
      await expect(changedSince(NOW)).resolves.toEqual({
        revoked: [
          { id: idOf(1), subject: null, until: UNTIL },
          { id: idOf(2), subject, until: UNTIL + 1 },
          { id: tokenIdOf(3), subject: 'alice', until: UNTIL + 2 },
        ],
        cutOffs: [],
      })
    })

    it('gives cut-offs, each subject’s latest', async () => {
      const { store } = harness()
      await store.revokeAllForSubject('alice', { except: idOf(1) }, at(NOW))
      await store.revokeAllForSubject('bob', {}, at(NOW))
      await store.revokeAllForSubject('alice', { except: idOf(2) }, at(NOW))
      await expect(changedSince(NOW)).resolves.toEqual({
        revoked: [],
        cutOffs: [
          { subject: 'alice', epoch: NOW + 1, spared: idOf(2), floor: NOW },
          { subject: 'bob', epoch: NOW, spared: null, floor: 0 },
        ],
      })
    })

    it('gives what was written at the time or later, by the clocks of those who wrote', async () => {
      const { store } = harness()
      for (const number of [1, 2, 3]) {
        await store.revoke({ id: idOf(number), subject: 'alice' }, UNTIL, at(NOW + number))
        await store.revokeAllForSubject(`subject ${number}`, {}, at(NOW + number))
      }
      for (const since of [1, 2, 3, 4]) {
        const { revoked, cutOffs } = await changedSince(NOW + since, NOW + 9)
        expect(revoked.map(({ id }) => id)).toEqual([1, 2, 3].filter((number) => number >= since).map(idOf))
        expect(cutOffs.map(({ subject }) => subject)).toEqual(
          [1, 2, 3].filter((number) => number >= since).map((number) => `subject ${number}`),
        )
      }
    })

    it('gives again what was written again, and forgets no later time for an earlier one', async () => {
      const { store } = harness()
      const session = { id: idOf(1), subject: 'alice' }
      for (const now of [NOW, NOW + 5, NOW + 3]) {
        await store.revoke(session, UNTIL + now - NOW, at(now))
        await store.revokeAllForSubject('alice', {}, at(now))
      }
      await expect(changedSince(NOW + 5)).resolves.toEqual({
        revoked: [{ ...session, until: UNTIL + 5 }],
        cutOffs: [{ subject: 'alice', epoch: NOW + 6, spared: null, floor: NOW + 5 }],
      })
      await expect(changedSince(NOW + 6)).resolves.toEqual({ revoked: [], cutOffs: [] })
    })

    it('leaves out what may be forgotten, though not before', async () => {
      const { store } = harness()
      await store.revoke({ id: idOf(1), subject: 'alice' }, UNTIL, at(NOW))
      await store.revokeAllForSubject('alice', {}, at(NOW))
      expect((await changedSince(NOW, UNTIL - 1)).revoked).toHaveLength(1)
      const { revoked, cutOffs } = await changedSince(NOW, UNTIL)
      expect(revoked).toEqual([])
      expect(cutOffs).toHaveLength(1)
    })

    it('misses nothing of what had been written when it is asked, with writers on every side', async () => {
      const { store } = harness()
      const missing: string[] = []
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let round = 0; round < 12; round += 1) {
            const now = NOW + round
            const id = idOf(writer * 100 + round)
            await store.revoke({ id, subject: `subject ${writer % 3}` }, UNTIL, at(now))
            await store.revokeAllForSubject(id, {}, at(now))
            const { revoked, cutOffs } = await store.changedSince(now, at(now))
            if (!revoked.some((revocation) => revocation.id === id)) missing.push(`revocation ${id}`)
            if (!cutOffs.some(({ subject }) => subject === id)) missing.push(`cut-off ${id}`)
          }
        }),
      )
      expect(missing).toEqual([])
    })
  })
}
