import { describe, expect, it } from 'vitest'
import { isPredictable } from './predictable.ts'

describe('isPredictable()', () => {
  it.each([
    ['aaaaaaaa'],
    ['abababab'],
    ['passwordpassword'],
    ['passwordpasswo'.padEnd(16, 'rd')],
    ['12345678'],
    ['87654321'],
    ['90123456'],
    ['abcdefgh'],
    ['hgfedcba'],
    ['qwertyuiop'],
    ['poiuytrewq'],
    ['azertyuiop'],
    ['qwertzuiop'],
    ['abcd1234'],
    ['aaabbbccc'],
    ['qweasdzxc'],
    ['111222333'],
    ['\u{1f511}\u{1f511}\u{1f511}\u{1f511}'],
  ])('finds the pattern of %s', (password) => {
    expect(isPredictable(password)).toBe(true)
  })

  it.each([
    ['correcthorse'],
    ['abcd12345x'],
    ['ab12ab34'],
    ['aabbccdd'],
    ['teapotsingteapotsong'],
    ['correcthorsecorrecthorse'],
    ['13579135'],
    ['qwertyuiop!'],
    ['\u{1f511}\u{1f600}\u{1f511}\u{1f30d}'],
  ])('lets %s pass', (password) => {
    expect(isPredictable(password)).toBe(false)
  })
})
