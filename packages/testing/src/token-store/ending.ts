/**
 * `consume`, `revoke` and `revokeAll`: what is gone never comes back.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { TokenStore } from '@latchkey/core'
import { at, createAll, DIGEST, idOf, NOW, tokenOf, type CurrentTokenHarness } from './harness.ts'

/** Defines the tests of what ends tokens. */
export function describeTokenEnding(harness: CurrentTokenHarness): void {
  async function expectGone(store: TokenStore, id: string): Promise<void> {
    await expect(store.read(id, at(NOW))).resolves.toBeNull()
    await expect(store.consume(id, DIGEST, at(NOW))).resolves.toBe(false)
    await expect(store.touch(id, NOW + 1, NOW + 1, at(NOW))).resolves.toBe(false)
    await expect(store.revoke(id, at(NOW))).resolves.toBe(false)
    await expect(store.read(id, at(0))).resolves.toBeNull()
  }

  describe('consume()', () => {
    it('uses a token up once', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf(), tokenOf({ id: idOf(2) })])
      await expect(store.consume(idOf(1), DIGEST, at(NOW))).resolves.toBe(true)
      await expectGone(store, idOf(1))
      await expect(store.listBySubject('alice', 'reset', at(NOW))).resolves.toMatchObject([{ id: idOf(2) }])
    })

    it('uses up a token that never expires', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf({ expiresAt: null })])
      await expect(store.consume(idOf(1), DIGEST, at(NOW + 9e11))).resolves.toBe(true)
      await expectGone(store, idOf(1))
    })

    it('leaves a token alone whose digest is another', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf()])
      for (const digest of ['', DIGEST.slice(1), `${DIGEST}A`, DIGEST.toLowerCase(), `${DIGEST} `, '%']) {
        await expect(store.consume(idOf(1), digest, at(NOW))).resolves.toBe(false)
      }
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf())
      await expect(store.consume(idOf(1), DIGEST, at(NOW))).resolves.toBe(true)
    })

    it('leaves nothing behind', async ({ skip }) => {
      const { store, rawDump } = harness()
      if (rawDump === undefined) return skip('The harness has no way to look behind the store')
      const canary = 'canary-9d2c'
      await createAll(store, [tokenOf({ subject: canary, data: { canary } })])
      await store.touch(idOf(1), NOW + 1, NOW, at(NOW))
      expect(await rawDump()).toContain(canary)
      await store.consume(idOf(1), DIGEST, at(NOW))
      expect(await rawDump()).not.toContain(canary)
    })
  })

  describe('revoke()', () => {
    it('removes a token once', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf(), tokenOf({ id: idOf(2) })])
      await expect(store.revoke(idOf(1), at(NOW))).resolves.toBe(true)
      await expectGone(store, idOf(1))
      await expect(store.read(idOf(2), at(NOW))).resolves.not.toBeNull()
    })

    it('removes an expired token for an earlier clock too, and answers false', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf()])
      await expect(store.revoke(idOf(1), at(NOW + 60_000))).resolves.toBe(false)
      await expectGone(store, idOf(1))
    })
  })

  describe('revokeAll()', () => {
    it('removes the tokens of one subject and purpose, and counts those that had not expired', async () => {
      const { store } = harness()
      const others = [
        tokenOf({ id: idOf(8), subject: 'bob' }),
        tokenOf({ id: idOf(9), purpose: 'verify' }),
        tokenOf({ id: idOf(10), subject: 'alice:reset', purpose: '' }),
      ]
      await createAll(store, [
        tokenOf(),
        tokenOf({ id: idOf(2), expiresAt: null }),
        tokenOf({ id: idOf(3), expiresAt: NOW }),
        ...others,
      ])
      await expect(store.revokeAll('alice', 'reset', at(NOW))).resolves.toBe(2)
      for (const number of [1, 2, 3]) await expectGone(store, idOf(number))
      for (const other of others) await expect(store.read(other.id, at(NOW))).resolves.toEqual(other)
      await expect(store.revokeAll('alice', 'reset', at(NOW))).resolves.toBe(0)
      await expect(store.revokeAll('nobody', 'reset', at(NOW))).resolves.toBe(0)
    })

    it('forbids no later token', async () => {
      const { store } = harness()
      await store.revokeAll('alice', 'reset', at(NOW))
      await createAll(store, [tokenOf()])
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf())
      await expect(store.listBySubject('alice', 'reset', at(NOW))).resolves.toHaveLength(1)
    })

    it('removes many', async () => {
      const { store } = harness()
      const ids = Array.from({ length: 250 }, (_, number) => idOf(number))
      await Promise.all(ids.map((id) => store.create(tokenOf({ id }), at(NOW))))
      await expect(store.revokeAll('alice', 'reset', at(NOW))).resolves.toBe(250)
      await expect(store.listBySubject('alice', 'reset', at(NOW))).resolves.toEqual([])
      for (const id of ids.slice(-3)) await expectGone(store, id)
    })
  })
}
