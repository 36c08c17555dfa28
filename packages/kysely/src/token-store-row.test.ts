import type { TokenRecord } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { decodeToken, encodeToken, TOKEN_COLUMNS, TOKEN_FIELDS, TOKEN_INFO_FIELDS } from './token-store-row.ts'

const TOKEN: TokenRecord = {
  id: 'ab'.repeat(16),
  purpose: 'reset',
  subject: 'a\0\ufffd\ud800',
  digest: 'ZGlnZXN0',
  createdAt: 1,
  expiresAt: null,
  lastUsedAt: 2 ** 53 - 1,
  data: { scopes: ['a'], deep: { x: null } },
}

function rowOf(record: TokenRecord): Record<string, unknown> {
  const encoded = encodeToken(record)
  return Object.fromEntries(TOKEN_FIELDS.map((field) => [TOKEN_COLUMNS[field].name, encoded[field]]))
}

describe('decodeToken()', () => {
  it('gives what encodeToken was given', () => {
    expect(decodeToken(TOKEN_FIELDS, rowOf(TOKEN))).toEqual(TOKEN)
  })

  it('reads integers as PostgreSQL gives them, which is as text', () => {
    const row = { ...rowOf(TOKEN), created_at: '1', last_used_at: `${2 ** 53 - 1}` }
    expect(decodeToken(TOKEN_FIELDS, row)).toEqual(TOKEN)
  })

  it('gives the named fields only', () => {
    const { digest, ...info } = TOKEN
    expect(decodeToken(TOKEN_INFO_FIELDS, rowOf(TOKEN))).toEqual(info)
    expect(decodeToken(['digest'], rowOf(TOKEN))).toEqual({ digest })
  })

  it.each([
    [undefined],
    [null],
    [{}],
    [{ ...rowOf(TOKEN), created_at: 'x' }],
    [{ ...rowOf(TOKEN), created_at: null }],
    [{ ...rowOf(TOKEN), expires_at: 1.5 }],
    [{ ...rowOf(TOKEN), data: '[]' }],
    [{ ...rowOf(TOKEN), data: '{' }],
    [{ ...rowOf(TOKEN), subject: 5 }],
  ])('gives null for %j', (row) => {
    expect(decodeToken(TOKEN_FIELDS, row)).toBeNull()
  })
})
