import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../json.ts'
import { checkKey, deepFreeze, isSameJson, ownValue, toJsonValue } from './values.ts'

const notJson = (path: string) =>
  expect.objectContaining({
    code: 'ERR_USAGE',
    reason: 'value_not_json',
    message: expect.stringContaining(`"${path}"`),
  })

describe('toJsonValue()', () => {
  it('carries whatever JSON carries, unchanged, as a frozen copy', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'))
        const copy = toJsonValue(value, 'key')
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
        if (typeof copy === 'object' && copy !== null) {
          expect(copy).not.toBe(value)
          expect(Object.isFrozen(copy)).toBe(true)
        }
      }),
    )
  })

  it('freezes to the depth', () => {
    const copy = toJsonValue({ cart: [{ id: 1 }] }, 'key') as { cart: { id: number }[] }
    expect(() => copy.cart.push({ id: 2 })).toThrow(TypeError)
    expect(() => Object.assign(copy.cart[0] as object, { id: 2 })).toThrow(TypeError)
  })

  it.each<[unknown, string]>([
    [undefined, 'key'],
    [Number.NaN, 'key'],
    [-Infinity, 'key'],
    [10n, 'key'],
    [Symbol('x'), 'key'],
    [() => 1, 'key'],
    [new Date(0), 'key'],
    [new Map(), 'key'],
    [Object.create({ inherited: 1 }), 'key'],
    [{ a: { b: [1, undefined] } }, 'key.a.b[1]'],
    [Array.from({ length: 2 }), 'key[0]'],
    // eslint-disable-next-line no-sparse-arrays
    [[1, , 3], 'key[1]'],
    [{ toJSON: () => 1 }, 'key.toJSON'],
    [{ [Symbol('x')]: 1 }, 'key'],
    [JSON.parse('{"a":{"__proto__":{"admin":true}}}'), 'key.a'],
  ])('refuses %s and says where', (value, path) => {
    expect(() => toJsonValue(value, 'key')).toThrow(notJson(path))
  })

  it('refuses what is nested too deep, and cycles', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)])
    expect(() => toJsonValue(nest(32), 'key')).not.toThrow()
    expect(() => toJsonValue(nest(33), 'key')).toThrow(expect.objectContaining({ reason: 'value_not_json' }))
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(() => toJsonValue(cycle, 'key')).toThrow(expect.objectContaining({ reason: 'value_not_json' }))
  })

  it('reads -0 as 0, as JSON does', () => {
    expect(Object.is(toJsonValue(-0, 'key'), 0)).toBe(true)
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
