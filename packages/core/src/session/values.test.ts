import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../json.ts'
import { checkKey, deepFreeze, isSameJson, ownValue, toSessionValue } from './values.ts'

describe('toSessionValue()', () => {
  it('keeps lone surrogates, and names the key where JSON ends', () => {
    expect(toSessionValue('\ud800', 'key')).toBe('\ud800')
    expect(() => toSessionValue({ a: undefined }, 'key')).toThrow('"key.a"')
  })
})

describe('checkKey()', () => {
  it.each(['a', 'constructor', 'hasOwnProperty', 'x'.repeat(128), '\u0000', '👤'])('admits %j', (key) => {
    expect(checkKey(key)).toBe(key)
  })

  it.each(['', '__proto__', 'x'.repeat(129), 1, null, undefined])('refuses %j', (key) => {
    expect(() => checkKey(key)).toThrow(expect.objectContaining({ reason: 'key_invalid' }))
  })
})

describe('isSameJson()', () => {
  it('tells any two values apart exactly when their JSON differs', () => {
    const small = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, 0, 1, '', 'a', true),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('value'), { maxKeys: 2 }),
      ),
    })).value as fc.Arbitrary<JsonValue>
    const canonical = (value: JsonValue): string =>
      JSON.stringify(value, (_, member: unknown) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
          : member,
      )
    fc.assert(
      fc.property(small, small, (one, other) => {
        expect(isSameJson(one, other)).toBe(canonical(one) === canonical(other))
      }),
      { numRuns: 500 },
    )
  })

  it('tells a missing value from null, and an array from an object', () => {
    expect(isSameJson(undefined, null)).toBe(false)
    expect(isSameJson(undefined, undefined)).toBe(true)
    expect(isSameJson([], {})).toBe(false)
    expect(isSameJson(['a'], { 0: 'a' })).toBe(false)
  })
})

describe('ownValue()', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('finds no %s that nobody set', (key) => {
    expect(ownValue({}, key)).toBeUndefined()
  })
})

describe('deepFreeze()', () => {
  it('freezes in place', () => {
    const value = { a: [{ b: 1 }] }
    expect(deepFreeze(value)).toBe(value)
    expect(Object.isFrozen(value.a[0])).toBe(true)
    expect(deepFreeze(undefined)).toBeUndefined()
  })
})
