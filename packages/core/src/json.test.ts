import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlainObject, toJsonValue } from './json.ts'

const limits = { maxDepth: 32, strict: false }
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
        const copy = toJsonValue(value, 'key', limits)
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
        if (typeof copy === 'object' && copy !== null) {
          expect(copy).not.toBe(value)
          expect(Object.isFrozen(copy)).toBe(true)
        }
      }),
    )
  })

  it('freezes to the depth', () => {
    const copy = toJsonValue({ cart: [{ id: 1 }] }, 'key', limits) as { cart: { id: number }[] }
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
    expect(() => toJsonValue(value, 'key', limits)).toThrow(notJson(path))
  })

  it('refuses what is nested too deep, and cycles', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)])
    expect(() => toJsonValue(nest(32), 'key', limits)).not.toThrow()
    expect(() => toJsonValue(nest(33), 'key', limits)).toThrow(expect.objectContaining({ reason: 'value_not_json' }))
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(() => toJsonValue(cycle, 'key', limits)).toThrow(expect.objectContaining({ reason: 'value_not_json' }))
  })

  it('reads -0 as 0, as JSON does', () => {
    expect(Object.is(toJsonValue(-0, 'key', limits), 0)).toBe(true)
  })
})

describe('toJsonValue(): strict', () => {
  it.each([
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a list', ['\udfff']],
    ['a lone surrogate in a name', { '\ud800': 1 }],
    ['a reverse solidus in a name', { 'a\\b': 1 }],
  ])('refuses %s where it is told so', (_, value) => {
    expect(toJsonValue(value, 'key', limits)).toEqual(value)
    expect(() => toJsonValue(value, 'key', { ...limits, strict: true })).toThrow(
      expect.objectContaining({ reason: 'value_not_json' }),
    )
  })
})

describe('toJsonValue(): the path in its fault', () => {
  it('forges no line of a log, and is never long', () => {
    const name = `x\n{"level":"info"}${'y'.repeat(60_000)}`
    try {
      toJsonValue({ [name]: undefined }, 'cart', limits)
      expect.unreachable()
    } catch (error) {
      const { message } = error as Error
      expect(message).not.toContain('\n')
      expect(message.length).toBeLessThan(250)
    }
  })
})

describe('isPlainObject()', () => {
  it('tells objects of no class from the rest', () => {
    expect([{}, Object.create(null)].every(isPlainObject)).toBe(true)
    expect([null, undefined, 1, 'x', [], new Map(), new Date(0), Object.create({})].some(isPlainObject)).toBe(false)
  })
})
