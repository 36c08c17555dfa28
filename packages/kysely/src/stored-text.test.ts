import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromStoredText, toStoredText } from './stored-text.ts'

const anyText = fc
  .string({ unit: 'binary' })
  .chain((text) =>
    fc.array(fc.constantFrom('\0', '\ud800', '\udfff', '\ufffd', 'd800', '0000', text)).map((parts) => parts.join('')),
  )

describe('toStoredText()', () => {
  it.each([
    ['user-1', 'user-1'],
    ['Grüße 🗝', 'Grüße 🗝'],
    ['a\\u0000', 'a\\u0000'],
    ['a\0b', 'a\ufffd0000b'],
    ['\ud800', '\ufffdd800'],
    ['\udc00\ud800', '\ufffddc00\ufffdd800'],
    ['\ufffd', '\ufffdfffd'],
    ['\ufffd0000', '\ufffdfffd0000'],
  ])('writes %j as %j', (value, text) => {
    expect(toStoredText(value)).toBe(text)
  })

  it('gives text that UTF-8 carries, without NUL, from which the value comes back', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const text = toStoredText(value)
        expect(text).not.toContain('\0')
        expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text)
        expect(fromStoredText(text)).toBe(value)
      }),
    )
  })
})
