import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@latchkey/core'
import { idOf, NOW, recordOf } from './records.fixture.ts'
import { decodeInfo, decodeRow, encodeRow, INFO_LINE_COUNT, isRow, isUnexpired, LINE_COUNT, lineOf } from './row.ts'

const full = recordOf({
  subject: 'a\nb',
  label: 'x\r\n',
  persistent: false,
  data: { list: [], text: '\n]\n,"live"' },
  acr: '',
})

describe('encodeRow()', () => {
  it('writes the row as documented, so that no release changes it unseen', () => {
    expect(encodeRow(recordOf({ data: { cart: [1, 2] } }), 'live').split('\n')).toEqual([
      '[2',
      ',"live"',
      ',0',
      ',0',
      `,${NOW}`,
      `,${NOW + 60_000}`,
      `,${NOW + 3_600_000}`,
      ',"alice"',
      ',"cookie"',
      `,${NOW}`,
      `,${NOW - 5}`,
      ',null',
      ',null',
      ',null',
      ',true',
      ',["read","write"]',
      ',["pwd"]',
      ',null',
      ',1',
      ',"c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ"',
      ',0',
      ',null',
      ',null',
      ',0',
      ',{"cart":[1,2]}',
      ']',
    ])
  })

  it('gives each field one line, whatever it holds', () => {
    const lines = encodeRow(full, 'live').split('\n')
    expect(lines).toHaveLength(LINE_COUNT)
    expect(JSON.parse(lines[lineOf('data') - 1]?.slice(1) ?? '')).toEqual(full.data)
    expect(JSON.parse(lines[lineOf('subject') - 1]?.slice(1) ?? '')).toBe(full.subject)
  })
})

describe('decodeRow()', () => {
  it('gives back what was written', () => {
    expect(decodeRow(full.id, encodeRow(full, 'live'))).toStrictEqual(full)
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), fc.maxSafeInteger(), (json, text, number) => {
        const data = { value: JSON.parse(json), [text]: text } as JsonObject
        const record = recordOf({ data, subject: text, scopes: [text], version: number, idleExpiresAt: number })
        // As text, because own keys named `__proto__` are lost on comparisons, and a zero has no sign in JSON.
        expect(JSON.stringify(decodeRow(record.id, encodeRow(record, 'live')))).toBe(JSON.stringify(record))
      }),
    )
  })

  it.each(['pending', 'ended'] as const)('gives null for a row that is %s', (state) => {
    expect(decodeRow(full.id, encodeRow(full, state))).toBeNull()
    expect(decodeInfo(full.id, encodeRow(full, state))).toBeNull()
    expect(isRow(encodeRow(full, state))).toBe(true)
  })

  it.each([
    '',
    'x',
    'null',
    '{}',
    '[]',
    '[1]',
    '[2,"live"]',
    encodeRow(full, 'live').replace('live', 'other'),
    encodeRow(full, 'live').slice(0, -1),
    encodeRow(full, 'live').replace('[2', '[1'),
    encodeRow(full, 'live').replace('\n]', '\n,0\n]'),
  ])('takes what is no row of this format for absent, so that nobody is locked out by an error: %.20j', (text) => {
    expect(decodeRow(full.id, text)).toBeNull()
    expect(decodeInfo(full.id, text)).toBeNull()
    expect(isRow(text)).toBe(false)
  })
})

describe('what must always hold of rows', () => {
  it('18. what another version wrote reads as a record of this one, whole, or as absent', () => {
    const lines = encodeRow(full, 'live').split('\n')
    const change = fc.record({
      line: fc.nat(lines.length - 1),
      text: fc.oneof(fc.json({ maxDepth: 1 }), fc.string()),
      kind: fc.nat(2),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const row = [...lines]
        for (const { line, text, kind } of changes) {
          row.splice(line, kind === 0 ? 0 : 1, ...(kind === 1 ? [] : [`,${text}`]))
        }
        const record = decodeRow(full.id, row.join('\n'))
        if (record !== null) expect(Object.keys(record).toSorted()).toEqual(Object.keys(full).toSorted())
      }),
      { numRuns: 500 },
    )
  })
})

describe('decodeInfo()', () => {
  it('reads the first lines, which hold neither secrets nor data', () => {
    const lines = encodeRow(full, 'live').split('\n').slice(0, INFO_LINE_COUNT)
    const { id, carrier, authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = full
    const { label, userAgent, address, persistent } = full
    const times = { authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt }
    const info = { id, carrier, ...times, label, userAgent, address, persistent }
    expect(decodeInfo(id, `${lines.join('')}]`)).toStrictEqual(info)
    for (const field of ['salt', 'generation', 'keyId', 'scopes', 'data'] as const) {
      expect(lineOf(field)).toBeGreaterThan(INFO_LINE_COUNT)
    }
  })
})

describe('isUnexpired()', () => {
  it.each([
    [9, 9, true],
    [8, 9, false],
    [9, 8, false],
    [7, 7, false],
  ])('judges idle expiry %i and absolute expiry %i at 8', (idleExpiresAt, absoluteExpiresAt, expected) => {
    expect(isUnexpired(recordOf({ id: idOf(1), idleExpiresAt, absoluteExpiresAt }), 8)).toBe(expected)
  })
})
