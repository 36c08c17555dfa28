import type { TokenRecord } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOwner, decodeToken, encodeToken } from './token-store-scripts.ts'

const TOKEN: TokenRecord = {
  id: 'ab'.repeat(16),
  purpose: 'reset',
  subject: 'alice',
  digest: 'ZGlnZXN0',
  createdAt: 1,
  expiresAt: null,
  lastUsedAt: 2 ** 53 - 1,
  data: { label: 'a\nb' },
}

describe('encodeToken()', () => {
  it('writes five lines, of which scripts read the first four', () => {
    const rest = '{"purpose":"reset","subject":"alice","createdAt":1,"data":{"label":"a\\nb"}}'
    expect(encodeToken(TOKEN).split('\n')).toEqual(['1', '"ZGlnZXN0"', '-', '9007199254740991', rest])
  })

  it('writes what decodeToken reads, whatever the texts are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const record = { ...TOKEN, subject: one, purpose: other, digest: one, data: { [`x${other}`]: one } }
        const text = encodeToken(record)
        expect(decodeToken(TOKEN.id, text)).toEqual(record)
        expect(decodeOwner(text.split('\n')[4] ?? '')).toEqual({ subject: one, purpose: other })
      }),
    )
  })
})

describe('decodeToken() and decodeOwner()', () => {
  it.each(['', 'x', '2\n"d"\n-\n-\n{}', '1\nd\n-\n-\n{}', '1\n"d"\n-\n-\n{', '1\n"d"\n-\n-', '1\n"d"\n-\n-\n{}\n'])(
    'give null for %j',
    (text) => {
      expect(decodeToken(TOKEN.id, text)).toBeNull()
      expect(decodeOwner(text)).toBeNull()
    },
  )
})
