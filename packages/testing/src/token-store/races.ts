/**
 * What holds when calls run at the same time, and when they are given up.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { StoreCall, TokenStore } from '@latchkey/core'
import { at, createAll, DIGEST, idOf, NOW, tokenOf, type CurrentTokenHarness } from './harness.ts'

const ROUNDS = 8
const RACERS = Array.from({ length: 20 }, (_, racer) => racer)

const CALLS: readonly (readonly [string, (store: TokenStore, call: StoreCall) => Promise<unknown>])[] = [
  ['create()', (store, call) => store.create(tokenOf({ id: idOf(2) }), call)],
  ['read()', (store, call) => store.read(idOf(1), call)],
  ['consume()', (store, call) => store.consume(idOf(1), DIGEST, call)],
  ['touch()', (store, call) => store.touch(idOf(1), NOW, NOW, call)],
  ['listBySubject()', (store, call) => store.listBySubject('alice', 'reset', call)],
  ['revoke()', (store, call) => store.revoke(idOf(1), call)],
  ['revokeAll()', (store, call) => store.revokeAll('alice', 'reset', call)],
  ['deleteExpired()', (store, call) => store.deleteExpired(10, call)],
]

/** Defines the tests of concurrent and of aborted calls. */
export function describeTokenRaces(harness: CurrentTokenHarness): void {
  describe('concurrent calls', () => {
    it('create one id exactly once', async () => {
      const { store } = harness()
      const outcomes = await Promise.all(RACERS.map((racer) => store.create(tokenOf({ data: { racer } }), at(NOW))))
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      const winner = outcomes.indexOf('created')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ data: { racer: winner } }))
    })

    it('let exactly one of 20 parallel consumers win', async () => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = idOf(round)
        await createAll(store, [tokenOf({ id })])
        const outcomes = await Promise.all(RACERS.map(() => store.consume(id, DIGEST, at(NOW))))
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        await expect(store.read(id, at(NOW))).resolves.toBeNull()
      }
    })

    it('end a token once, by whichever of consume, revoke and revokeAll comes first', async () => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = idOf(round)
        await createAll(store, [tokenOf({ id })])
        const calls: (() => Promise<boolean | number>)[] = [
          () => store.consume(id, DIGEST, at(NOW)),
          () => store.revoke(id, at(NOW)),
          () => store.revokeAll('alice', 'reset', at(NOW)),
          () => store.consume(id, DIGEST, at(NOW)),
        ]
        const turned = [...calls.slice(round % 4), ...calls.slice(0, round % 4)]
        const outcomes = await Promise.all(turned.map((call) => call()))
        expect(outcomes.reduce<number>((sum, outcome) => sum + Number(outcome), 0)).toBe(1)
        await expect(store.read(id, at(NOW))).resolves.toBeNull()
      }
    })

    it('never bring a token back that is touched while it is revoked', async () => {
      const { store } = harness()
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = idOf(round)
        await createAll(store, [tokenOf({ id })])
        const touches = RACERS.map((racer) => () => store.touch(id, NOW + racer, NOW + racer, at(NOW)))
        const calls: (() => Promise<unknown>)[] = [...touches]
        calls.splice((round * 3) % RACERS.length, 0, () => store.revoke(id, at(NOW)))
        await Promise.all(calls.map((call) => call()))
        await expect(store.read(id, at(NOW))).resolves.toBeNull()
        await expect(store.listBySubject('alice', 'reset', at(NOW))).resolves.toEqual([])
      }
    })

    it('touch with the latest time that the throttle lets through', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf({ lastUsedAt: NOW - 60_000 })])
      const times = RACERS.map((racer) => NOW + racer)
      await Promise.all(times.map((time) => store.touch(idOf(1), time, time - 60_000, at(NOW))))
      const { lastUsedAt } = (await store.read(idOf(1), at(NOW))) ?? tokenOf()
      expect(times).toContain(lastUsedAt)
    })

    it('revoke all of one subject together, and count each token once', async () => {
      const { store } = harness()
      await createAll(
        store,
        RACERS.map((racer) => tokenOf({ id: idOf(racer) })),
      )
      const counts = await Promise.all(RACERS.slice(0, 5).map(() => store.revokeAll('alice', 'reset', at(NOW))))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(RACERS.length)
    })

    it('leave every token that was created beside a revokeAll either gone or listed', async () => {
      const { store } = harness()
      const creating = RACERS.map((racer) => store.create(tokenOf({ id: idOf(racer) }), at(NOW)))
      const revoking = [store.revokeAll('alice', 'reset', at(NOW)), store.revokeAll('alice', 'reset', at(NOW))]
      await Promise.all([...creating, ...revoking])
      const read = await Promise.all(RACERS.map((racer) => store.read(idOf(racer), at(NOW))))
      const left = read.flatMap((record) => (record === null ? [] : [record.id]))
      const listed = await store.listBySubject('alice', 'reset', at(NOW))
      expect(listed.map(({ id }) => id).toSorted()).toEqual(left.toSorted())
    })
  })

  describe.each(CALLS)('%s with a signal', (_, send) => {
    it('that is aborted already rejects with its reason, and writes nothing', async () => {
      const { store, expiresByItself = false } = harness()
      await createAll(store, [tokenOf(), tokenOf({ id: idOf(3), expiresAt: NOW })])
      const reason = new Error('given up')
      await expect(send(store, { now: NOW, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf())
      await expect(store.read(idOf(2), at(NOW))).resolves.toBeNull()
      await expect(store.deleteExpired(10, at(NOW))).resolves.toBe(expiresByItself ? 0 : 1)
    })

    it('that is not aborted answers as without one', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf()])
      await expect(send(store, { now: NOW, signal: new AbortController().signal })).resolves.not.toBeUndefined()
    })
  })
}
