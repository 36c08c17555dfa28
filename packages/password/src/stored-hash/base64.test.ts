import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'

describe('decodeBase64()', () => {
  it('reads what encodeBase64() writes, and of the two forms the one that is asked for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.boolean(), (bytes, padded) => {
        const text = encodeBase64(bytes, padded)
        expect(text).toBe(
          Buffer.from(bytes)
            .toString('base64')
            .replace(padded ? /$^/ : /=*$/, ''),
        )
        expect(Buffer.from(decodeBase64(text, padded) ?? [])).toEqual(Buffer.from(bytes))
        expect(decodeBase64(text, !padded) === undefined).toBe(bytes.length % 3 !== 0)
      }),
    )
  })

  it.each([['QQ'], ['QR=='], ['Q==='], ['QQ=\n'], ['-_8='], ['Q Q='], ['QQ==QQ==']])('refuses %j', (text) => {
    expect(decodeBase64(text, true)).toBeUndefined()
  })
})
