import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url, decodeTextBase64url, encodeBase64url, encodeTextBase64url } from './base64url.ts'

describe('encodeBase64url()', () => {
  it('writes what the platform writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
        expect(encodeBase64url(bytes, null)).toBe(Buffer.from(bytes).toString('base64url'))
      }),
    )
  })

  // RFC 4648 section 10, without padding.
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('writes %j as %j', (text, encoded) => {
    expect(encodeBase64url(Buffer.from(text))).toBe(encoded)
  })
})

describe('encodeTextBase64url()', () => {
  it('writes the text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const expected = Buffer.from(text, 'utf8').toString('base64url')
        expect([encodeTextBase64url(text), encodeTextBase64url(text, null)]).toEqual([expected, expected])
      }),
    )
  })
})

describe('decodeBase64url()', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes)
        expect(decodeBase64url(encodeBase64url(bytes, null), null)).toEqual(bytes)
      }),
    )
  })

  it('reads a text exactly when it is the one spelling of its bytes', () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...'ABYZabyz0189-_+/=~ .é\n'), maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(alphabet, fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const bytes = Buffer.from(text, 'base64url')
        const canonical = bytes.toString('base64url') === text
        expect(decodeBase64url(text)).toEqual(canonical ? new Uint8Array(bytes) : undefined)
        expect(decodeBase64url(text, null)).toEqual(canonical ? new Uint8Array(bytes) : undefined)
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuses every spelling of two and three characters but the canonical ones', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    const pairs = alphabet.filter((last) => decodeBase64url(`Z${last}`) !== undefined)
    const triples = alphabet.filter((last) => decodeBase64url(`Zm${last}`) !== undefined)
    expect(pairs).toEqual([...'AQgw'])
    expect(triples).toEqual([...'AEIMQUYcgkosw048'])
  })

  it.each([
    'A',
    'AAAAA',
    'AA==',
    'Zg=',
    'Zm9v=',
    'Zm9v ',
    ' Zm9v',
    'Zm 9v',
    'Zm+v',
    'Zm/v',
    'Zm9v\n',
    'Zm9\u0000',
    'Zm9\u{1f600}',
  ])('refuses %j', (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })
})

describe('decodeTextBase64url()', () => {
  const both = (text: string): unknown[] => [decodeTextBase64url(text), decodeTextBase64url(text, null)]

  it('reads what was written, replacement characters and byte order marks among it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ufffd', '\ufeff'), (text, extra) => {
        const written = (extra + text).toWellFormed()
        expect(both(encodeTextBase64url(written))).toEqual([written, written])
      }),
    )
  })

  it('refuses bytes exactly when they are no UTF-8', () => {
    const isText = (bytes: Uint8Array): boolean => Buffer.from(bytes).equals(Buffer.from(Buffer.from(bytes).toString()))
    const bytesOf = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary' }).map((text) => Uint8Array.from(Buffer.from(text).subarray(1))),
    )
    fc.assert(
      fc.property(bytesOf, (bytes) => {
        const expected = isText(bytes) ? Buffer.from(bytes).toString() : undefined
        expect(both(encodeBase64url(bytes))).toEqual([expected, expected])
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['Zg==', 'Zh', 'Z', 'Zm+v', 'Zm9v\n', 'Zm9\u0000', 'Zm9\u{1f600}'])('refuses %j', (text) => {
    expect(both(text)).toEqual([undefined, undefined])
  })
})
