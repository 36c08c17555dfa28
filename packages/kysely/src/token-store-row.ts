/**
 * Tokens as rows, and back.
 *
 * @module
 */

import type { TokenInfo, TokenRecord } from '@latchkey/core'
import { COLUMNS, type StoredValue } from './row.ts'

interface TokenColumn<T> {
  readonly name: string
  encode(value: T): StoredValue
  /** Gives undefined for what no `encode` gave. */
  decode(stored: unknown): T | undefined
}

/** The columns of the tokens table, in their order. Each is encoded as a column of its kind in the sessions table. */
export const TOKEN_COLUMNS: { readonly [Field in keyof TokenRecord]: TokenColumn<TokenRecord[Field]> } = {
  id: COLUMNS.id,
  purpose: { ...COLUMNS.id, name: 'purpose' },
  subject: { ...COLUMNS.id, name: 'subject' },
  digest: { ...COLUMNS.id, name: 'digest' },
  createdAt: COLUMNS.createdAt,
  expiresAt: { ...COLUMNS.rotatedAt, name: 'expires_at' },
  lastUsedAt: { ...COLUMNS.rotatedAt, name: 'last_used_at' },
  data: COLUMNS.data,
}

/** The fields of a token. */
export const TOKEN_FIELDS: readonly (keyof TokenRecord)[] = Object.keys(TOKEN_COLUMNS) as (keyof TokenRecord)[]

/** The fields that a list may know. */
export const TOKEN_INFO_FIELDS: readonly (keyof TokenInfo)[] = [
  'id',
  'purpose',
  'subject',
  'createdAt',
  'expiresAt',
  'lastUsedAt',
  'data',
]

/** Encodes a token for its columns. */
export function encodeToken(record: TokenRecord): Record<keyof TokenRecord, StoredValue> {
  return {
    id: TOKEN_COLUMNS.id.encode(record.id),
    purpose: TOKEN_COLUMNS.purpose.encode(record.purpose),
    subject: TOKEN_COLUMNS.subject.encode(record.subject),
    digest: TOKEN_COLUMNS.digest.encode(record.digest),
    createdAt: TOKEN_COLUMNS.createdAt.encode(record.createdAt),
    expiresAt: TOKEN_COLUMNS.expiresAt.encode(record.expiresAt),
    lastUsedAt: TOKEN_COLUMNS.lastUsedAt.encode(record.lastUsedAt),
    data: TOKEN_COLUMNS.data.encode(record.data),
  }
}

/** Decodes the named fields of a row. Null when the row is missing, or a column holds what no token has. */
export function decodeToken<Field extends keyof TokenRecord>(
  fields: readonly Field[],
  row: unknown,
): Pick<TokenRecord, Field> | null {
  if (typeof row !== 'object' || row === null) return null
  const stored = new Map<string, unknown>(Object.entries(row))
  const record: Partial<Record<Field, unknown>> = {}
  for (const field of fields) {
    const { name, decode } = TOKEN_COLUMNS[field]
    const value = decode(stored.get(name))
    if (value === undefined) return null
    record[field] = value
  }
  return record as Pick<TokenRecord, Field>
}
