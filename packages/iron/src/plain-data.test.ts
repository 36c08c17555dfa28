import { describe, expect, it } from 'vitest'
import { isPlainData, isPlainObject } from './plain-data.ts'

const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)

describe('isPlainData()', () => {
  it.each([[null], [true], [''], [0], [-1.5], [[]], [{}], [{ a: [{ constructor: 'b' }] }]])('takes %j', (value) => {
    expect(isPlainData(value)).toBe(true)
  })

  it.each([[undefined], [JSON.parse('1e999')], [() => 1], [[undefined]], [{ a: Symbol('a') }]])(
    'refuses %s',
    (value) => {
      expect(isPlainData(value)).toBe(false)
    },
  )

  it.each(['{"__proto__":1}', '{"a":[{"__proto__":{}}]}'])('refuses %s', (text) => {
    expect(isPlainData(JSON.parse(text))).toBe(false)
  })

  it('takes 34 levels and refuses more, and throws for none', () => {
    expect(isPlainData(nested(34))).toBe(true)
    expect(isPlainData(nested(35))).toBe(false)
    expect(isPlainData(nested(5_000))).toBe(false)
  })

  it('freezes what it takes, to its depth', () => {
    const value = { a: [{ b: 1 }] }
    isPlainData(value)
    expect([value, value.a, value.a[0]].every(Object.isFrozen)).toBe(true)
  })
})

describe('isPlainObject()', () => {
  it('takes objects alone', () => {
    expect([{}, { a: 1 }].every(isPlainObject)).toBe(true)
    expect([null, [], 'a', 1, undefined, { a: undefined }].some(isPlainObject)).toBe(false)
  })
})
