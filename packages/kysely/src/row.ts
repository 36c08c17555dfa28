/**
 * Session records as rows, and back.
 *
 * @module
 */

import type { JsonObject, SessionInfo, SessionRecord } from '@latchkey/core'
import { fromStoredText, toStoredText } from './stored-text.ts'

/** What is bound to a statement. */
export type StoredValue = string | number | null

interface Column<T> {
  readonly name: string
  encode(value: T): StoredValue
  /** Gives undefined for what no `encode` gave. */
  decode(stored: unknown): T | undefined
}

type Columns = { readonly [Field in keyof SessionRecord]: Column<SessionRecord[Field]> }

/** The columns of the sessions table, in their order. */
export const COLUMNS: Columns = {
  id: column('id', toStoredText, readText),
  carrier: column<SessionRecord['carrier']>('carrier', toStoredText, readCarrier),
  subject: nullable('subject', toStoredText, readText),
  scopes: column<readonly string[]>('scopes', JSON.stringify, readTexts),
  authenticatedAt: nullable('authenticated_at', asIs, readInteger),
  amr: column<readonly string[]>('amr', JSON.stringify, readTexts),
  acr: nullable('acr', toStoredText, readText),
  keyId: column('key_id', asIs, readInteger),
  salt: column('salt', toStoredText, readText),
  generation: column('generation', asIs, readInteger),
  previous: nullable('previous', asIs, readInteger),
  rotatedAt: nullable('rotated_at', asIs, readInteger),
  epoch: column('epoch', asIs, readInteger),
  createdAt: column('created_at', asIs, readInteger),
  lastSeenAt: column('last_seen_at', asIs, readInteger),
  idleExpiresAt: column('idle_expires_at', asIs, readInteger),
  absoluteExpiresAt: column('absolute_expires_at', asIs, readInteger),
  version: column('version', asIs, readInteger),
  label: nullable('label', toStoredText, readText),
  userAgent: nullable('user_agent', toStoredText, readText),
  address: nullable('address', toStoredText, readText),
  persistent: column('persistent', Number, readBoolean),
  dataVersion: column('data_version', asIs, readInteger),
  data: column<JsonObject>('data', JSON.stringify, readObject),
}

/** The fields of a record. */
export const RECORD_FIELDS: readonly (keyof SessionRecord)[] = Object.keys(COLUMNS) as (keyof SessionRecord)[]

/** The fields that a device list may know. */
export const INFO_FIELDS: readonly (keyof SessionInfo)[] = [
  'id',
  'carrier',
  'authenticatedAt',
  'createdAt',
  'lastSeenAt',
  'idleExpiresAt',
  'absoluteExpiresAt',
  'label',
  'userAgent',
  'address',
  'persistent',
]

/** Encodes the named fields of a record for their columns. */
export function encodeFields<Field extends keyof SessionRecord>(
  fields: readonly Field[],
  record: Partial<Pick<SessionRecord, Field>>,
): Record<Field, StoredValue> {
  const values: Partial<Record<Field, StoredValue>> = {}
  for (const field of fields) values[field] = COLUMNS[field].encode(record[field] as SessionRecord[Field])
  return values as Record<Field, StoredValue>
}

/** Decodes the named fields of a row. Null when the row is missing, or a column holds what no record has. */
export function decodeRow<Field extends keyof SessionRecord>(
  fields: readonly Field[],
  row: unknown,
): Pick<SessionRecord, Field> | null {
  if (typeof row !== 'object' || row === null) return null
  const stored = row as Readonly<Record<string, unknown>>
  const record: Partial<Record<Field, unknown>> = {}
  for (const field of fields) {
    const { name, decode } = COLUMNS[field]
    const value = decode(stored[name])
    if (value === undefined) return null
    record[field] = value
  }
  return record as Pick<SessionRecord, Field>
}

/** Reads an integer as drivers give it: as a number, a bigint, or as text because it might pass 2^53. */
function readInteger(stored: unknown): number | undefined {
  const isInteger = typeof stored === 'number' || typeof stored === 'bigint' || /^-?\d+$/.test(readText(stored) ?? '')
  const value = isInteger ? Number(stored) : NaN
  return Number.isSafeInteger(value) ? value : undefined
}

function column<T>(
  name: string,
  encode: (value: T) => StoredValue,
  decode: (stored: unknown) => T | undefined,
): Column<T> {
  return { name, encode, decode }
}

function nullable<T>(
  name: string,
  encode: (value: T) => StoredValue,
  decode: (stored: unknown) => T | undefined,
): Column<T | null> {
  return column<T | null>(
    name,
    (value) => (value === null ? null : encode(value)),
    (stored) => (stored === null ? null : decode(stored)),
  )
}

function asIs(value: number): number {
  return value
}

function readText(stored: unknown): string | undefined {
  if (typeof stored === 'string') return fromStoredText(stored)
  // MySQL keeps ids and subjects as bytes, and its drivers give them as bytes.
  return stored instanceof Uint8Array ? fromStoredText(new TextDecoder().decode(stored)) : undefined
}

function readCarrier(stored: unknown): SessionRecord['carrier'] | undefined {
  const text = readText(stored)
  return text === 'cookie' || text === 'refresh' ? text : undefined
}

/** A boolean stands as 0 or 1, because not every database has booleans. */
function readBoolean(stored: unknown): boolean | undefined {
  const value = readInteger(stored)
  return value === 0 || value === 1 ? value === 1 : undefined
}

function readTexts(stored: unknown): readonly string[] | undefined {
  const value = readJson(stored)
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}

function readObject(stored: unknown): JsonObject | undefined {
  const value = readJson(stored)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

function readJson(stored: unknown): unknown {
  if (typeof stored !== 'string') return undefined
  try {
    return JSON.parse(stored)
  } catch {
    return undefined
  }
}
