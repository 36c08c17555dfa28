/**
 * Expiry to the millisecond, `touch`, `listBySubject` and `deleteExpired`.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { at, createAll, DIGEST, idOf, infoOf, NOW, tokenOf, type CurrentTokenHarness } from './harness.ts'

const END = NOW + 60_000

/** Defines the tests of everything that depends on the time. */
export function describeTokenTime(harness: CurrentTokenHarness): void {
  describe('a token', () => {
    it('is good for every method one millisecond before it expires', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf()])
      const last = at(END - 1)
      await expect(store.read(idOf(1), last)).resolves.toEqual(tokenOf())
      await expect(store.listBySubject('alice', 'reset', last)).resolves.toEqual([infoOf(tokenOf())])
      await expect(store.deleteExpired(10, last)).resolves.toBe(0)
      await expect(store.touch(idOf(1), NOW, NOW, last)).resolves.toBe(true)
      await expect(store.consume(idOf(1), DIGEST, last)).resolves.toBe(true)
    })

    it('is expired for every method in that very millisecond', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf()])
      const end = at(END)
      await expect(store.consume(idOf(1), DIGEST, end)).resolves.toBe(false)
      await expect(store.touch(idOf(1), END, END, end)).resolves.toBe(false)
      await expect(store.listBySubject('alice', 'reset', end)).resolves.toEqual([])
      const row = await store.read(idOf(1), end)
      if (row !== null) expect(row).toEqual(tokenOf())
      await expect(store.revokeAll('alice', 'reset', end)).resolves.toBe(0)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
    })

    it('without an expiry never expires', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf({ expiresAt: null })])
      const late = at(2 ** 53 - 2)
      await expect(store.deleteExpired(10, late)).resolves.toBe(0)
      await expect(store.listBySubject('alice', 'reset', late)).resolves.toHaveLength(1)
      await expect(store.touch(idOf(1), late.now, NOW, late)).resolves.toBe(true)
      await expect(store.read(idOf(1), late)).resolves.toEqual(tokenOf({ expiresAt: null, lastUsedAt: late.now }))
    })
  })

  describe('touch()', () => {
    it('notes the first use, and a later one past the throttle, and nothing else', async () => {
      const { store } = harness()
      const lastUsedAt = async (): Promise<unknown> => (await store.read(idOf(1), at(NOW)))?.lastUsedAt
      await createAll(store, [tokenOf({ data: { a: [1] } })])
      await expect(store.touch(idOf(1), NOW + 5, NOW - 1_000, at(NOW))).resolves.toBe(true)
      expect(await lastUsedAt()).toBe(NOW + 5)
      await expect(store.touch(idOf(1), NOW + 100, NOW + 4, at(NOW))).resolves.toBe(true)
      expect(await lastUsedAt()).toBe(NOW + 5)
      await expect(store.touch(idOf(1), NOW + 100, NOW + 5, at(NOW))).resolves.toBe(true)
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ data: { a: [1] }, lastUsedAt: NOW + 100 }))
    })

    it('never moves back', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf({ lastUsedAt: NOW })])
      await expect(store.touch(idOf(1), NOW - 1, NOW + 9_999, at(NOW))).resolves.toBe(true)
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ lastUsedAt: NOW }))
    })

    it('never inserts and never renews', async () => {
      const { store } = harness()
      await expect(store.touch(idOf(1), NOW, NOW, at(NOW))).resolves.toBe(false)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await createAll(store, [tokenOf()])
      await store.touch(idOf(1), END - 1, NOW, at(END - 1))
      await expect(store.consume(idOf(1), DIGEST, at(END))).resolves.toBe(false)
    })
  })

  describe('listBySubject()', () => {
    it('tells everything but the digest, newest first', async () => {
      const { store } = harness()
      const tokens = [
        tokenOf({ id: idOf(1), createdAt: NOW - 2, data: { label: 'CI' } }),
        tokenOf({ id: idOf(2), createdAt: NOW, expiresAt: null }),
        tokenOf({ id: idOf(3), createdAt: NOW - 1, lastUsedAt: NOW }),
      ]
      await createAll(store, [...tokens, tokenOf({ id: idOf(4), subject: 'bob' })])
      await createAll(store, [tokenOf({ id: idOf(5), purpose: 'verify' }), tokenOf({ id: idOf(6), expiresAt: NOW })])
      const listed = await store.listBySubject('alice', 'reset', at(NOW))
      expect(listed).toEqual([tokens[1], tokens[2], tokens[0]].map((token) => infoOf(token ?? tokenOf())))
      expect(JSON.stringify(listed)).not.toContain(DIGEST)
    })
  })

  describe('deleteExpired()', () => {
    it('removes what has expired, no more than the limit, and nothing else', async () => {
      const { store, expiresByItself = false } = harness()
      const good = [tokenOf({ id: idOf(20), expiresAt: NOW + 1 }), tokenOf({ id: idOf(21), expiresAt: null })]
      const expired = Array.from({ length: 7 }, (_, number) => tokenOf({ id: idOf(number), expiresAt: NOW - number }))
      await createAll(store, [...good, ...expired])
      const removed: number[] = []
      for (const limit of [0, 3, 3, 3, 3]) removed.push(await store.deleteExpired(limit, at(NOW)))
      expect(removed).toEqual(expiresByItself ? [0, 0, 0, 0, 0] : [0, 3, 3, 1, 0])
      for (const token of good) await expect(store.read(token.id, at(NOW))).resolves.toEqual(token)
      if (!expiresByItself) await expect(store.read(idOf(0), at(0))).resolves.toBeNull()
    })
  })
}
