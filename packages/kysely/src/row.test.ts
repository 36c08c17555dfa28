import type { SessionRecord } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecord, decodeRow, encodeFields, INFO_FIELDS, RECORD_FIELDS } from './row.ts'

const RECORD: SessionRecord = {
  id: 'ab'.repeat(16),
  carrier: 'refresh',
  subject: 'alice',
  scopes: ['read'],
  authenticatedAt: 5,
  amr: ['pwd'],
  acr: null,
  keyId: 1,
  salt: 'c2FsdA',
  generation: 2 ** 31 - 1,
  previous: null,
  rotatedAt: 0,
  epoch: 1_800_000_000_000,
  createdAt: 1,
  lastSeenAt: 2,
  idleExpiresAt: 3,
  absoluteExpiresAt: Number.MAX_SAFE_INTEGER,
  version: 4,
  label: null,
  userAgent: null,
  address: null,
  persistent: true,
  dataVersion: 0,
  data: { a: [1, null] },
}

/** A row as a driver gives it: by the names of columns. */
function rowOf(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...encodedRowOf(RECORD), ...change }
}

function encodedRowOf(record: SessionRecord): Record<string, unknown> {
  const encoded = Object.entries(encodeFields(RECORD_FIELDS, record))
  const named = encoded.map(([field, value]) => [
    field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(named) as Record<string, unknown>
}

describe('decodeRecord() and decodeRow()', () => {
  it('give what was encoded, and of it only what is asked for', () => {
    expect(decodeRecord(rowOf())).toStrictEqual(RECORD)
    expect(Object.keys(decodeRecord(rowOf()) ?? {})).toEqual(RECORD_FIELDS)
    expect(decodeRow(RECORD_FIELDS, rowOf())).toStrictEqual(RECORD)
    expect(decodeRow(['version'], rowOf())).toStrictEqual({ version: 4 })
    expect(Object.keys(decodeRow(INFO_FIELDS, rowOf()) ?? {})).toEqual(INFO_FIELDS)
  })

  it.each([
    ['integers as text', { epoch: '1800000000000', version: '4', generation: '2147483647' }],
    ['integers as bigint', { epoch: 1_800_000_000_000n, absolute_expires_at: BigInt(Number.MAX_SAFE_INTEGER) }],
    ['bytes for text', { id: new TextEncoder().encode(RECORD.id), subject: new TextEncoder().encode('alice') }],
    ['booleans as text or bigint', { persistent: '1', data_version: 0n }],
    ['columns that it does not know', { extra: 'ignored' }],
  ])('take %s, as drivers give them', (_, change) => {
    expect(decodeRecord(rowOf(change))).toStrictEqual(RECORD)
    expect(decodeRow(RECORD_FIELDS, rowOf(change))).toStrictEqual(RECORD)
  })

  it.each([undefined, null, 5, 'row'])('give null for %s in place of a row', (row) => {
    expect(decodeRecord(row)).toBeNull()
    expect(decodeRow(RECORD_FIELDS, row)).toBeNull()
  })

  it.each([
    { data: '{"a":' },
    { data: '' },
    { data: '[]' },
    { data: 'null' },
    { data: '"text"' },
    { data: null },
    { data: {} },
    { scopes: '{}' },
    { scopes: '[1]' },
    { scopes: '["a",null]' },
    { amr: 'pwd' },
    { carrier: 'header' },
    { carrier: null },
    { id: 5 },
    { id: null },
    { subject: undefined },
    { subject: 5 },
    { salt: null },
    { generation: 'many' },
    { generation: '' },
    { generation: '1.5' },
    { generation: 1.5 },
    { generation: NaN },
    { generation: null },
    { epoch: '9007199254740993' },
    { epoch: 2n ** 60n },
    { authenticated_at: '' },
    { created_at: true },
    { persistent: 2 },
    { persistent: null },
    { persistent: 'yes' },
    { data_version: null },
    { user_agent: 5 },
  ])('give null for a row that nobody can have written: %o', (change) => {
    expect(decodeRecord(rowOf(change))).toBeNull()
    expect(decodeRow(RECORD_FIELDS, rowOf(change))).toBeNull()
  })
})

describe('what must always hold of rows', () => {
  it('18. what another version wrote reads as a record of this one, whole, or as absent', () => {
    const stored = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 1 }),
      fc.integer(),
      fc.double(),
      fc.bigInt(),
      fc.uint8Array(),
      fc.constantFrom(null, undefined),
    )
    const columns = Object.keys(rowOf())
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...columns, 'added'), stored, { maxKeys: 3 }), (change) => {
        const record = decodeRecord(rowOf(change))
        expect(record).toEqual(decodeRow(RECORD_FIELDS, rowOf(change)))
        if (record === null) return
        expect(Object.keys(record)).toEqual([...RECORD_FIELDS])
        // What it reads it can also write, and reads the same again.
        expect(decodeRecord(encodedRowOf(record))).toEqual(record)
      }),
      { numRuns: 500 },
    )
  })
})
