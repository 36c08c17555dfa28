import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url } from './base64url.ts'

describe('decodeBase64url()', () => {
  it('reads what an encoder writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
      }),
    )
  })

  it.each(['a', 'ab=', 'a+b/', 'ab cd', 'aab', 'aa\n', '!!!!', 'abcde', 'é'])('refuses %j', (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })
})
