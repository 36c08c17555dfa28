import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTaggedJson } from './tagged-json.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const read = (value: unknown) => parseTaggedJson(encode(JSON.stringify(value)))

describe('parseTaggedJson()', () => {
  it.each<[string, unknown, unknown]>([
    ['a tuple', { ' t': [1, 'a'] }, [1, 'a']],
    ['bytes', { ' b': 'AP8=' }, Uint8Array.of(0, 255)],
    ['markup', { ' m': '<b>' }, '<b>'],
    ['a UUID', { ' u': '12345678123456781234567812345678' }, '12345678-1234-5678-1234-567812345678'],
    ['a date', { ' d': 'Thu, 29 Feb 2024 12:34:56 GMT' }, new Date('2024-02-29T12:34:56Z')],
    ['an escaped name', { ' di': { ' t__': [1] } }, { ' t': [1] }],
    ['a name that is no tag', { ' x': 1 }, { ' x': 1 }],
    ['a tag among others', { ' t': [1], other: 2 }, { ' t': [1], other: 2 }],
    ['a tag in a tag', { ' t': [{ ' t': [] }] }, [[]]],
    ['an empty object', {}, {}],
  ])('reads %s', (_, tagged, value) => {
    expect(read({ v: tagged, other: 1 })?.['v']).toEqual(value)
  })

  it.each<[string, unknown]>([
    ['a tuple that is no list', { ' t': {} }],
    ['bytes that are no base64', { ' b': '!' }],
    ['bytes that are no text', { ' b': 1 }],
    ['a UUID of another length', { ' u': '1234' }],
    ['a date that is none', { ' d': 'soon' }],
    ['an escape without its mark', { ' di': { ' t': [] } }],
    ['an escape of nothing', { ' di': {} }],
    ['an escape of no object', { ' di': null }],
  ])('refuses %s', (_, tagged) => {
    expect(read({ v: tagged, other: 1 })).toBeUndefined()
  })

  it.each([
    '[]',
    'null',
    '1',
    '"a"',
    '{',
    '',
    'NaN',
    '{"a":NaN}',
    '{" t":[]}',
    '{" d":"Thu, 29 Feb 2024 12:34:56 GMT"}',
  ])('refuses %s at the top', (text) => {
    expect(parseTaggedJson(encode(text))).toBeUndefined()
  })

  it('refuses bytes that are no UTF-8, and what is nested too deep', () => {
    expect(parseTaggedJson(Uint8Array.of(0x7b, 0xff, 0x7d))).toBeUndefined()
    expect(parseTaggedJson(encode(`{"a":${'['.repeat(60)}${']'.repeat(60)}}`))).toBeDefined()
    expect(parseTaggedJson(encode(`{"a":${'['.repeat(70)}${']'.repeat(70)}}`))).toBeUndefined()
    expect(parseTaggedJson(encode(`{"a":${'['.repeat(100_000)}`))).toBeUndefined()
  })

  it('reaches no prototype', () => {
    const data = parseTaggedJson(encode('{"__proto__":{"admin":true},"a":{"constructor":1}}'))
    expect(Object.getPrototypeOf(data)).toBeNull()
    expect(Object.keys(data ?? {})).toEqual(['__proto__', 'a'])
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(encode)), (bytes) => {
        parseTaggedJson(bytes)
      }),
    )
  })
})
