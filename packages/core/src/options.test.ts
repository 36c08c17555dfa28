import { createTestRuntime } from '@latchkey/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError } from './faults.ts'
import { isPort, readBoolean, readChoice, readOptions, readRuntime } from './options.ts'
import { systemRuntime } from './runtime.ts'

describe('readOptions()', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'secure')
  })

  it('copies own members and freezes the copy', () => {
    const given = { secure: true }
    const read = readOptions('cookie', given, ['secure', 'name'])
    given.secure = false
    expect(read.secure).toBe(true)
    expect(read.name).toBeUndefined()
    expect(Object.isFrozen(read)).toBe(true)
  })

  it.each([undefined, null, 1, 'text', true, []])('refuses %j', (value) => {
    expect(() => readOptions('cookie', value, [])).toThrow(expect.objectContaining({ option: 'cookie' }))
  })

  it('calls the root by the name of its parameter', () => {
    expect(() => readOptions('', undefined, [])).toThrow(expect.objectContaining({ option: 'options' }))
    expect(() => readOptions('', undefined, [], 'config')).toThrow(expect.objectContaining({ option: 'config' }))
  })

  it('refuses an unknown member by its path', () => {
    expect(() => readOptions('cookie', { Secure: true }, ['secure'])).toThrow(
      expect.objectContaining({ option: 'cookie.Secure' }),
    )
    expect(() => readOptions('', { token: {} }, ['tokens'])).toThrow(expect.objectContaining({ option: 'token' }))
    expect(() => readOptions('', JSON.parse('{"__proto__":1}'), ['tokens'])).toThrow(ConfigError)
  })

  it('reads nothing from a polluted prototype', () => {
    Object.assign(Object.prototype, { secure: false })
    expect(readOptions('cookie', {}, ['secure']).secure).toBeUndefined()
  })

  it('takes a member that is undefined as left out', () => {
    expect(Object.keys(readOptions('cookie', { secure: undefined }, ['secure']))).toEqual([])
  })
})

describe('readBoolean()', () => {
  it('falls back only when left out', () => {
    expect(readBoolean('x', undefined, true)).toBe(true)
    expect(readBoolean('x', false, true)).toBe(false)
  })

  it.each([0, 1, '', 'false', null])('refuses %j', (value) => {
    expect(() => readBoolean('x', value, true)).toThrow(ConfigError)
  })
})

describe('readChoice()', () => {
  it('falls back only when left out', () => {
    expect(readChoice('x', undefined, ['a', 'b'], 'b')).toBe('b')
    expect(readChoice('x', 'a', ['a', 'b'], 'b')).toBe('a')
  })

  it.each(['', 'c', 'A', null, 0, ['a']])('refuses %j', (value) => {
    expect(() => readChoice('x', value, ['a', 'b'], 'a')).toThrow(ConfigError)
  })
})

describe('isPort()', () => {
  it('looks for functions, of the object or its class', () => {
    class Store {
      read = () => {}
      close() {}
    }
    expect(isPort<Store>(new Store(), 'read', 'close')).toBe(true)
    expect([null, undefined, () => {}, {}, { read: 1 }].map((value) => isPort<Store>(value, 'read'))).toEqual(
      Array.from({ length: 5 }, () => false),
    )
  })
})

describe('readRuntime()', () => {
  const runtime = createTestRuntime()

  it('gives back the one it was given, or that of the platform', () => {
    expect(readRuntime(runtime)).toBe(runtime)
    expect(readRuntime(undefined)).toBe(systemRuntime)
  })

  it.each([null, {}, { ...runtime, now: 1 }])('refuses %j', (value) => {
    expect(() => readRuntime(value)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'runtime' }))
  })
})
