import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from './utf8.ts'

describe('decodeUtf8()', () => {
  it('reads what was written, a byte order mark and all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(Buffer.from(text))).toBe(text.toWellFormed())
        expect(decodeUtf8(Buffer.from(`\ufeff${text}`))).toBe(`\ufeff${text.toWellFormed()}`)
      }),
    )
  })

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a number beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence that is cut short', [0xe2, 0x82]],
  ])('refuses %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
    expect(decodeUtf8(Uint8Array.from([0x61, ...bytes, 0x61]))).toBeUndefined()
  })
})
