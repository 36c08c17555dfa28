import { describe, expect, it } from 'vitest'
import { checkSubject, isSubject } from './subject.ts'

describe('isSubject()', () => {
  it.each(['1', 'user-1', ' a', 'ä', '👤', 'x'.repeat(255)])('admits %j', (value) => {
    expect(isSubject(value)).toBe(true)
    expect(checkSubject(value)).toBe(value)
  })

  it.each([
    '',
    ' ',
    '\t',
    'a\n',
    'a\u0000b',
    '\u007f',
    '\u0085x',
    '\ud800',
    'x'.repeat(256),
    1,
    null,
    undefined,
    {},
    ['a'],
  ])('refuses %j', (value) => {
    expect(isSubject(value)).toBe(false)
    expect(() => checkSubject(value)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' }))
  })
})
