import { describe, expect, it } from 'vitest'
import { applyPatch, toPatch } from './patch.ts'

describe('toPatch()', () => {
  it('takes undefined for a deletion, and copies the rest', () => {
    const cart = [1]
    const patch = toPatch({ cart, theme: undefined, nothing: null })
    cart.push(2)
    expect([...patch]).toEqual([
      ['cart', [1]],
      ['theme', undefined],
      ['nothing', null],
    ])
  })

  it.each([
    [{ '': 1 }, 'key_invalid'],
    [JSON.parse('{"__proto__":1}'), 'key_invalid'],
    [{ a: Number.NaN }, 'value_not_json'],
  ])('refuses %j', (patch, reason) => {
    expect(() => toPatch(patch as object)).toThrow(expect.objectContaining({ reason }))
  })
})

describe('applyPatch()', () => {
  it('sets, deletes and keeps, and leaves what it was given alone', () => {
    const data = { a: 1, b: 2 }
    expect(applyPatch(data, toPatch({ b: undefined, c: 3, absent: undefined }))).toEqual({ a: 1, c: 3 })
    expect(data).toEqual({ a: 1, b: 2 })
  })

  it('sets values under names that every object has', () => {
    expect(Object.entries(applyPatch({}, toPatch({ constructor: 1, toString: 2 })))).toEqual([
      ['constructor', 1],
      ['toString', 2],
    ])
  })
})
