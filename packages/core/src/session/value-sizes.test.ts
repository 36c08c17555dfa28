import { describe, expect, it } from 'vitest'
import { checkDataSize, describeValueSizes } from './value-sizes.ts'

const lengthOf = (json: string) => json.length

describe('describeValueSizes()', () => {
  it('names the largest first, with their sizes as JSON', () => {
    expect(describeValueSizes({ a: 1, cart: [1, 2, 3], b: 'xy' }, lengthOf)).toBe('"cart" 14, "b" 8, "a" 5')
    expect(describeValueSizes({}, lengthOf)).toBe('')
  })

  it('names ten at most, and counts the others', () => {
    const data = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`k${index}`, 'x'.repeat(20 - index)]))
    const text = describeValueSizes(data, lengthOf)
    expect(text).toMatch(/^"k0" 27, /)
    expect(text).toMatch(/"k9" 18, 3 smaller values 51$/)
  })

  it('shows no value, and escapes keys that would forge a line', () => {
    const text = describeValueSizes({ 'a\nforged': 'canary' }, lengthOf)
    expect(text).not.toContain('canary')
    expect(text).toBe(String.raw`"a\nforged" 20`)
  })
})

describe('checkDataSize()', () => {
  it('lets pass what is as large as the limit, and names the sizes of what is larger', () => {
    const data = { a: 'xxxx', b: 1 }
    expect(() => checkDataSize(data, JSON.stringify(data).length)).not.toThrow()
    expect(() => checkDataSize(data, JSON.stringify(data).length - 1)).toThrow(
      expect.objectContaining({
        code: 'ERR_USAGE',
        reason: 'session_too_large',
        message: 'The session takes 18 characters of JSON, and "sessions.maxDataSize" is 17: "a" 10, "b" 5',
      }),
    )
  })
})
