import { describe, expect, it } from 'vitest'
import { checkFunction, readChoice, readInteger, readOptions } from './options.ts'

const fault = (option: string) => expect.objectContaining({ code: 'ERR_CONFIG', option })

describe('readOptions()', () => {
  it('copies own members, and drops those that are undefined', () => {
    const options = Object.assign(Object.create({ b: 'inherited' }) as object, { a: 1, c: undefined })
    const read = readOptions('options', options, ['a', 'b', 'c'])
    expect({ ...read }).toEqual({ a: 1 })
    expect(read.b).toBeUndefined()
    expect(Object.isFrozen(read)).toBe(true)
  })

  it('refuses unknown members and what is no object', () => {
    expect(() => readOptions('options', { d: 1 }, ['a'])).toThrow(fault('options.d'))
    expect(() => readOptions('options', JSON.parse('{"__proto__":1}'), ['a'])).toThrow(fault('options.__proto__'))
    for (const value of [null, undefined, 1, 'text', []]) {
      expect(() => readOptions('options', value, ['a'])).toThrow(fault('options'))
    }
  })
})

describe('readInteger()', () => {
  it('takes whole numbers in the range, and the fallback for one that is left out', () => {
    const range = { min: 1, max: 3, fallback: 2 }
    expect([1, 3, undefined].map((value) => readInteger('n', value, range))).toEqual([1, 3, 2])
    for (const value of [0, 4, 1.5, Number.NaN, Infinity, '2', null, 2n]) {
      expect(() => readInteger('n', value, range)).toThrow(fault('n'))
    }
    expect(() => readInteger('n', undefined, { min: 1, max: 3 })).toThrow(fault('n'))
  })
})

describe('readChoice()', () => {
  it('takes the words, and the fallback for one that is left out', () => {
    expect(readChoice('c', 'a', ['a', 'b'])).toBe('a')
    expect(readChoice('c', undefined, ['a', 'b'], 'b')).toBe('b')
    for (const value of ['c', null, 1, 'A']) {
      expect(() => readChoice('c', value, ['a', 'b'], 'b')).toThrow(fault('c'))
    }
    expect(() => readChoice('c', undefined, ['a', 'b'])).toThrow(fault('c'))
  })
})

describe('checkFunction()', () => {
  it('takes functions alone', () => {
    expect(() => checkFunction('f', () => {})).not.toThrow()
    for (const value of [undefined, null, {}, 'f']) expect(() => checkFunction('f', value)).toThrow(fault('f'))
  })
})
