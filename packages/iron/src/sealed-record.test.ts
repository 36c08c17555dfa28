import type { SessionRecord } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { fromSealedValues, recordBase, toSealedValues } from './sealed-record.ts'

const PLACE = { cookieName: '__Host-session' }
const RECORD: SessionRecord = {
  ...recordBase(3),
  id: '0123456789abcdef0123456789abcdef',
  subject: 'alice',
  scopes: ['read'],
  authenticatedAt: 5,
  amr: ['pwd'],
  acr: 'high',
  epoch: 4,
  createdAt: 5,
  lastSeenAt: 6,
  idleExpiresAt: 7,
  absoluteExpiresAt: 8,
  version: 2,
  label: 'Firefox',
  persistent: false,
  dataVersion: 3,
  data: { a: [1] },
}
const copyOf = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

describe('fromSealedValues()', () => {
  it.each([
    RECORD,
    { ...RECORD, subject: null, authenticatedAt: null, acr: null, label: null, scopes: [], amr: [], data: {} },
  ])('gives back what toSealedValues took, frozen', (record) => {
    const read = fromSealedValues(copyOf(toSealedValues(record, PLACE)), 3, PLACE)
    expect(read).toEqual(record)
    expect([read, read?.data, read?.scopes].every(Object.isFrozen)).toBe(true)
  })

  it('takes none that was sealed for another cookie', () => {
    expect(fromSealedValues(copyOf(toSealedValues(RECORD, PLACE)), 3, { cookieName: '__Host-other' })).toBeNull()
  })

  it.each([undefined, null, 1, 'text', [], {}])('takes no %j', (values) => {
    expect(fromSealedValues(values, 3, PLACE)).toBeNull()
  })

  it('takes none that lacks a member or has one more', () => {
    const values = copyOf(toSealedValues(RECORD, PLACE))
    for (const name of Object.keys(values)) {
      const { [name]: _, ...others } = values
      expect(fromSealedValues({ ...others }, 3, PLACE)).toBeNull()
      expect(fromSealedValues({ ...others, other: 1 }, 3, PLACE)).toBeNull()
    }
    expect(fromSealedValues({ ...values, more: 1 }, 3, PLACE)).toBeNull()
  })

  it.each([
    ['use', ['latchkey-session/1', null]],
    ['id', ['', '0123456789ABCDEF0123456789ABCDEF', 7, '__proto__']],
    ['sub', ['', 'x'.repeat(256), 7, {}]],
    ['scopes', [null, 'read', [1], {}]],
    ['amr', [null, [null]]],
    ['acr', [1, []]],
    ['auth', [-1, 1.5, '5']],
    ['epoch', [null, -1, 2 ** 53]],
    ['iat', [null, '5', -1]],
    ['seen', [null, 1.5]],
    ['idle', [null, 2 ** 53]],
    ['exp', [null, false]],
    ['ver', [null, -1]],
    ['label', [1, 'x'.repeat(201)]],
    ['keep', [null, 0, 'yes']],
    ['schema', [null, -1, '1']],
    ['data', [null, [], 'text', JSON.parse('{"__proto__":{}}')]],
  ])('takes none with a bad %s', (name, values) => {
    for (const value of values) {
      expect(fromSealedValues({ ...copyOf(toSealedValues(RECORD, PLACE)), [name]: value }, 3, PLACE)).toBeNull()
    }
  })
})
