/**
 * `read` gives what was written, and shares nothing.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { JsonObject, SessionRecord } from '@latchkey/core'
import { open, type CurrentHarness } from './harness.ts'
import { at, createAll, idOf, NOW, recordOf } from './records.ts'

const TEXTS: readonly (readonly [string, string])[] = [
  ['empty text', ''],
  ['blanks at both ends', '  a  '],
  ['letters of many scripts', 'Grüße, 世界, שלום, 🗝️ '],
  ['NUL and control characters', 'a\u0000b\u0001\u001b\u001f\u007f\r\n\t'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udc00'],
  ['surrogates in the wrong order', '\udc00\ud800'],
  ['the replacement character', '\ufffd'],
  ['composed and decomposed letters', '\u00e9 e\u0301'],
  ['quotes, backslashes and wildcards', `'";--\\u0000 \\\\ %_ $1 ? :now`],
  ['what looks like an escape', '\u001b0000 \u001bd800 \\ud800'],
]

const DATA: readonly (readonly [string, JsonObject])[] = [
  ['nothing', {}],
  ['every kind of value', { null: null, yes: true, no: false, zero: 0, text: 'x', list: [1, [2]], object: { a: {} } }],
  ['extreme numbers', { huge: 1e308, max: Number.MAX_VALUE, tiny: 5e-324, safe: 2 ** 53 - 1, tenth: 0.1, below: -1 }],
  ['keys that objects inherit', { constructor: 1, hasOwnProperty: 2, toString: 3, valueOf: { constructor: null } }],
  ['a key named __proto__', JSON.parse('{"__proto__":{"polluted":true}}') as JsonObject],
  ['odd keys', { '': 1, ' ': 2, 'a.b': 3, '\u0000': 4, '\ud800': 5, é: 6, 'e\u0301': 7, '0': 8, A: 9, a: 10 }],
  ['deep nesting', nest(200)],
  ['64 KiB', { text: 'ü🗝'.repeat(8_192) + 'x'.repeat(16_384) }],
  ['many keys', Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index]))],
]

/** Defines the tests of what comes back. */
export function describeFidelity(harness: CurrentHarness): void {
  async function passThrough(record: SessionRecord): Promise<SessionRecord | null> {
    const { store } = harness()
    await createAll(store, [record])
    return store.read(record.id, at(NOW))
  }

  describe('read()', () => {
    it('gives null for an id that never was', async () => {
      await expect(harness().store.read(idOf(404), at(NOW))).resolves.toBeNull()
    })

    it('gives every field as it was written', async () => {
      const record = recordOf({
        carrier: 'refresh',
        acr: 'urn:acr:2',
        amr: ['pwd', 'otp'],
        keyId: 2 ** 31 - 1,
        generation: 2 ** 31 - 1,
        previous: 2 ** 31 - 2,
        rotatedAt: NOW - 1,
        epoch: Number.MAX_SAFE_INTEGER,
        absoluteExpiresAt: Number.MAX_SAFE_INTEGER,
        version: 7,
        label: 'Firefox on Linux',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
        address: '203.0.113.9',
        persistent: false,
        dataVersion: Number.MAX_SAFE_INTEGER,
      })
      await expect(passThrough(record)).resolves.toStrictEqual(record)
    })

    it('gives null, empty text, empty lists and zero as they were written', async () => {
      const record = recordOf({
        subject: null,
        scopes: [],
        authenticatedAt: null,
        amr: [],
        acr: '',
        previous: 0,
        rotatedAt: 0,
        label: '',
        userAgent: '',
        address: '',
        dataVersion: 0,
      })
      await expect(passThrough(record)).resolves.toStrictEqual(record)
    })

    it.each(TEXTS)('gives %s unchanged in every field of text', async (_, text) => {
      const record = recordOf({
        subject: text,
        scopes: [text],
        amr: [text, 'b'],
        acr: text,
        label: text,
        userAgent: text,
        address: text,
      })
      await expect(passThrough(record)).resolves.toStrictEqual(record)
      const { store } = harness()
      await expect(store.listBySubject(text, at(NOW))).resolves.toHaveLength(1)
      await store.update(record.id, 0, { label: `${text}${text}`, acr: null }, at(NOW))
      await expect(store.read(record.id, at(NOW))).resolves.toMatchObject({ label: `${text}${text}`, acr: null })
    })

    it.each(TEXTS)('gives %s unchanged as a value and as a key', async (_, text) => {
      const record = recordOf({ data: { [text]: text, list: [text] } })
      await expect(passThrough(record)).resolves.toStrictEqual(record)
    })

    it.each(DATA)('gives data with %s unchanged', async (_, data) => {
      const read = await passThrough(recordOf({ data }))
      // Compared as text as well, because an own key `__proto__` is lost on most comparisons.
      expect(JSON.stringify(sorted(read?.data ?? null))).toBe(JSON.stringify(sorted(data)))
      expect(read?.data).toStrictEqual(data)
    })

    it('gives negative zero as zero', async () => {
      const read = await passThrough(recordOf({ data: { zero: -0 } }))
      expect(Object.is(read?.data['zero'], 0)).toBe(true)
    })

    it('keeps a subject, a label, a user agent and an address of full length', async () => {
      const agent = { userAgent: '🗝'.repeat(128), address: '世'.repeat(64) }
      const record = recordOf({ subject: '世'.repeat(255), label: '🗝'.repeat(100), ...agent })
      await expect(passThrough(record)).resolves.toStrictEqual(record)
      await expect(harness().store.listBySubject('世'.repeat(255), at(NOW))).resolves.toHaveLength(1)
    })

    it('writes nothing', async () => {
      const { store, dump } = open(harness)
      await createAll(store, [recordOf()])
      const before = await dump()
      for (const now of [NOW, NOW + 59_999, NOW + 60_000]) await store.read(idOf(1), at(now))
      await store.read(idOf(404), at(NOW))
      await store.listBySubject('alice', at(NOW))
      await store.epochOf('alice', at(NOW))
      expect(await dump()).toBe(before)
    })

    it('shares no object with the record that was written', async () => {
      const { store } = harness()
      const scopes = ['read']
      const data = { list: [1], object: { a: 1 } }
      await createAll(store, [recordOf({ scopes, data })])
      scopes.push('admin')
      data.list.push(2)
      data.object.a = 2
      const expected = { scopes: ['read'], data: { list: [1], object: { a: 1 } } }
      await expect(store.read(idOf(1), at(NOW))).resolves.toMatchObject(expected)
    })

    it('shares no object with the changes that were written', async () => {
      const { store } = harness()
      await createAll(store, [recordOf()])
      const amr = ['pwd']
      const data = { list: [1] }
      await store.update(idOf(1), 0, { amr, data }, at(NOW))
      amr.push('otp')
      data.list.push(2)
      await expect(store.read(idOf(1), at(NOW))).resolves.toMatchObject({ amr: ['pwd'], data: { list: [1] } })
    })

    it('shares no object with a record that was read or listed', async () => {
      const { store } = harness()
      await createAll(store, [recordOf({ data: { list: [1] } })])
      const read = (await store.read(idOf(1), at(NOW))) as unknown as Mutable
      read.scopes.push('admin')
      read.data.list.push(2)
      read.subject = 'mallory'
      const [info] = (await store.listBySubject('alice', at(NOW))) as unknown as [Mutable]
      info.label = 'stolen'
      await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf({ data: { list: [1] } }))
    })

    it('gives the same after a restart', async ({ skip }) => {
      const { store, reopen } = harness()
      if (reopen === undefined) return skip('The store does not persist')
      await store.destroyAllForSubject('bob', {}, at(NOW))
      await createAll(store, [recordOf({ data: { kept: 'yes' } })])
      await store.update(idOf(1), 0, { label: 'Firefox' }, at(NOW))
      const again = await reopen()
      const expected = recordOf({ data: { kept: 'yes' }, label: 'Firefox', version: 1 })
      await expect(again.read(idOf(1), at(NOW))).resolves.toEqual(expected)
      await expect(again.epochOf('bob', at(NOW))).resolves.toBe(NOW)
      await expect(again.create(recordOf({ id: idOf(2), subject: 'bob' }), at(NOW))).resolves.toBe('cut_off')
    })
  })
}

interface Mutable {
  scopes: string[]
  subject: string
  label: string
  data: { list: number[] }
}

function nest(depth: number): JsonObject {
  let value: JsonObject = { end: [] }
  for (let level = 0; level < depth; level += 1) value = { inner: [value] }
  return value
}

/** The value as lists of entries in one order, so that the order of keys, which JSON leaves open, counts for nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const)
  return { entries: entries.toSorted(([one], [other]) => (one < other ? -1 : 1)) }
}
