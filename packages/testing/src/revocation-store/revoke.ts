/**
 * `revoke`, `isRevoked`, `deleteExpired`, and calls that are given up.
 *
 * @module
 */

import type { RevocationStore, StoreCall } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { accessOf, sealOf, tokenIdOf } from './credentials.ts'
import type { RevocationStoreHarness } from './harness.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

const ALICES = { id: idOf(1), subject: 'alice' }
const NOBODYS = { id: idOf(2), subject: null }
const ALICES_TOKEN = { id: tokenIdOf(3), subject: 'alice' }
const UNTIL = NOW + 60_000

const CALLS: readonly (readonly [string, (store: RevocationStore, call: StoreCall) => Promise<unknown>])[] = [
  ['isRevoked()', (store, call) => store.isRevoked(sealOf(1), call)],
  ['revoke()', (store, call) => store.revoke(ALICES, UNTIL, call)],
  ['epochOf()', (store, call) => store.epochOf('alice', call)],
  ['revokeAllForSubject()', (store, call) => store.revokeAllForSubject('alice', {}, call)],
  ['changedSince()', (store, call) => store.changedSince(0, call)],
  ['deleteExpired()', (store, call) => store.deleteExpired(10, call)],
]

/** Defines the tests of single revocations. */
export function describeRevoke(harness: () => RevocationStoreHarness): void {
  describe('revoke()', () => {
    it.each([[ALICES], [NOBODYS], [ALICES_TOKEN]])('ends %j and nothing else', async ({ id, subject }) => {
      const { store } = harness()
      const own = { ids: [id], subject, epoch: 0 }
      const others = [
        { ...own, ids: [idOf(4)] },
        { ...own, ids: [tokenIdOf(4)] },
        { ...own, ids: [] },
        { ...own, subject: 'bob' },
        { ...own, subject: subject === null ? 'alice' : null },
      ]
      await expect(store.isRevoked(own, at(NOW))).resolves.toBe(false)
      await expect(store.revoke({ id, subject }, UNTIL, at(NOW))).resolves.toBe(true)
      await expect(store.isRevoked(own, at(NOW))).resolves.toBe(true)
      await expect(store.isRevoked({ ...own, epoch: 2 ** 50 }, at(NOW))).resolves.toBe(true)
      for (const other of others) await expect(store.isRevoked(other, at(NOW))).resolves.toBe(false)
    })

    it('of a session ends its tokens, and of a token no other', async () => {
      const { store } = harness()
      await store.revoke({ id: tokenIdOf(1), subject: 'alice' }, UNTIL, at(NOW))
      await store.revoke({ id: idOf(2), subject: 'alice' }, UNTIL, at(NOW))
      const judged = [accessOf(1, 1), accessOf(1, 2), sealOf(1), accessOf(2, 3), accessOf(2, 4), sealOf(2)]
      const answers = await Promise.all(judged.map((credential) => store.isRevoked(credential, at(NOW))))
      expect(answers).toEqual([true, false, false, true, true, true])
    })

    it('finds any one of many ids, in any order', async () => {
      const { store } = harness()
      await store.revoke({ id: idOf(3), subject: null }, UNTIL, at(NOW))
      const ids = [1, 2, 3, 4].map(idOf)
      await expect(store.isRevoked({ ids, subject: null, epoch: 0 }, at(NOW))).resolves.toBe(true)
      await expect(store.isRevoked({ ids: ids.toReversed(), subject: null, epoch: 0 }, at(NOW))).resolves.toBe(true)
      await expect(store.isRevoked({ ids: ids.toSpliced(2, 1), subject: null, epoch: 0 }, at(NOW))).resolves.toBe(false)
    })

    it('tells once that it was not revoked before, however many ask at once', async () => {
      const { store } = harness()
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.revoke(ALICES, UNTIL, at(NOW))))
      expect(answers.filter(Boolean)).toHaveLength(1)
      await expect(store.revoke(ALICES, UNTIL, at(NOW))).resolves.toBe(false)
    })

    it('holds to the last millisecond, for an earlier clock too', async () => {
      const { store } = harness()
      await store.revoke(ALICES, UNTIL, at(NOW))
      for (const now of [UNTIL - 1, NOW, NOW - 5_000])
        await expect(store.isRevoked(sealOf(1), at(now))).resolves.toBe(true)
    })

    it('is never forgotten earlier because of a second call', async () => {
      const { store } = harness()
      await store.revoke(ALICES, UNTIL, at(NOW))
      await store.revoke(ALICES, NOW + 1, at(NOW))
      await store.deleteExpired(10, at(UNTIL - 1))
      await expect(store.isRevoked(sealOf(1), at(UNTIL - 1))).resolves.toBe(true)
    })

    it('is kept for longer when a second call says so', async () => {
      const { store } = harness()
      await store.revoke(ALICES, NOW + 1, at(NOW))
      await store.revoke(ALICES, UNTIL, at(NOW))
      await store.deleteExpired(10, at(UNTIL - 1))
      await expect(store.isRevoked(sealOf(1), at(UNTIL - 1))).resolves.toBe(true)
    })
  })

  describe('deleteExpired()', () => {
    it('forgets what may be forgotten, no more than the limit, and nothing else', async () => {
      const { store, expiresByItself = false } = harness()
      for (let number = 1; number <= 5; number += 1) {
        await store.revoke({ id: idOf(number), subject: 'alice' }, NOW + number, at(NOW))
      }
      await store.revokeAllForSubject('bob', {}, at(NOW))
      const removed: number[] = []
      for (let calls = 0; calls < 3; calls += 1) removed.push(await store.deleteExpired(2, at(NOW + 3)))
      expect(removed).toEqual(expiresByItself ? [0, 0, 0] : [2, 1, 0])
      for (const number of [4, 5]) {
        await expect(store.isRevoked(sealOf(number), at(NOW + 3))).resolves.toBe(true)
      }
      await expect(store.epochOf('bob', at(NOW + 3))).resolves.toBe(NOW)
    })
  })

  describe.each(CALLS)('%s with a signal', (_, send) => {
    it('that is aborted already rejects with its reason, and writes nothing', async () => {
      const { store } = harness()
      const reason = new Error('given up')
      await expect(send(store, { now: NOW, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(store.isRevoked(sealOf(1), at(NOW))).resolves.toBe(false)
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
    })

    it('that is not aborted settles as without one', async () => {
      const { signal } = new AbortController()
      const sent = send(harness().store, { now: NOW, signal })
      await expect(sent.then(() => 'settled')).resolves.toBe('settled')
    })
  })
}
