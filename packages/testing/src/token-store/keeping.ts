/**
 * `create` and `read`: adds, never overwrites, and gives what was written.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { at, createAll, idOf, NOW, tokenOf, type CurrentTokenHarness } from './harness.ts'

const TEXTS = ['Ünï', 'a{b}c', '{}', 'a:b', "a'b", 'a"b', '%', '\ufffd0000', '😀', 'x'.repeat(255)]

/** Defines the tests of `create` and `read`. */
export function describeTokenKeeping(harness: CurrentTokenHarness): void {
  describe('create() and read()', () => {
    it('give what was written', async () => {
      const { store } = harness()
      const records = [
        tokenOf(),
        tokenOf({ id: idOf(2), expiresAt: null, lastUsedAt: NOW - 5, digest: 'other' }),
        tokenOf({ id: idOf(3), data: { label: 'CI\n"1"', scopes: ['a', 'b'], deep: [{ x: null }, 1.5, true, []] } }),
        tokenOf({ id: idOf(4), createdAt: 0, expiresAt: 2 ** 53 - 1, data: { __proto: 'x', '': '' } }),
      ]
      await createAll(store, records)
      for (const record of records) await expect(store.read(record.id, at(NOW))).resolves.toEqual(record)
      await expect(store.read(idOf(404), at(NOW))).resolves.toBeNull()
    })

    it('never overwrite, not even what has expired', async () => {
      const { store } = harness()
      await createAll(store, [tokenOf({ data: { first: true } })])
      const other = tokenOf({ subject: 'mallory', digest: 'other', expiresAt: null })
      await expect(store.create(other, at(NOW))).resolves.toBe('exists')
      await expect(store.create(other, at(NOW + 60_000))).resolves.toBe('exists')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ data: { first: true } }))
      await expect(store.listBySubject('mallory', 'reset', at(NOW))).resolves.toEqual([])
    })

    it('share no object with the caller', async () => {
      const { store } = harness()
      const scopes = ['read']
      await createAll(store, [tokenOf({ data: { scopes } })])
      scopes.push('admin')
      const first = await store.read(idOf(1), at(NOW))
      const kept = first?.data['scopes'] as string[] | undefined
      kept?.push('admin')
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ data: { scopes: ['read'] } }))
    })

    it.each(TEXTS)('keep the subject %j apart from every other', async (subject) => {
      const { store } = harness()
      const others = [`${subject} `, subject.slice(1), subject.toUpperCase(), `${subject}%`].filter(
        (other) => other !== subject,
      )
      await createAll(store, [
        tokenOf({ subject }),
        ...others.map((other, index) => tokenOf({ id: idOf(index + 2), subject: other })),
      ])
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(tokenOf({ subject }))
      await expect(store.listBySubject(subject, 'reset', at(NOW))).resolves.toMatchObject([{ id: idOf(1), subject }])
      await expect(store.revokeAll(subject, 'reset', at(NOW))).resolves.toBe(1)
      for (const index of others.keys()) await expect(store.read(idOf(index + 2), at(NOW))).resolves.not.toBeNull()
    })

    it('take only the very id: case, blanks, wildcards and prefixes are other ids', async () => {
      const { store } = harness()
      const record = tokenOf({ id: 'ab'.repeat(16) })
      const { id, digest } = record
      await createAll(store, [record])
      for (const other of [id.toUpperCase(), `${id} `, ` ${id}`, '%', '_'.repeat(32), id.slice(1), `${id}\0`, '']) {
        await expect(store.read(other, at(NOW))).resolves.toBeNull()
        await expect(store.consume(other, digest, at(NOW))).resolves.toBe(false)
        await expect(store.touch(other, NOW, NOW, at(NOW))).resolves.toBe(false)
        await expect(store.revoke(other, at(NOW))).resolves.toBe(false)
      }
      await expect(store.read(id, at(NOW))).resolves.toEqual(record)
    })
  })
}
