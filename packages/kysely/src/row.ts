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

/** A row of the sessions table by the names of its columns, as a driver gives it. */
type Row = { readonly [Field in keyof SessionRecord as SnakeCase<Field>]: unknown }

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name

/**
 * Decodes a row of all columns, as `decodeRow` does. Each request that has a session reads one: written out, it takes half the time of a
 * loop over the columns.
 */
export function decodeRecord(stored: unknown): SessionRecord | null {
  if (typeof stored !== 'object' || stored === null) return null
  const row = stored as Row
  const record = {
    id: COLUMNS.id.decode(row.id),
    carrier: COLUMNS.carrier.decode(row.carrier),
    subject: COLUMNS.subject.decode(row.subject),
    scopes: COLUMNS.scopes.decode(row.scopes),
    authenticatedAt: COLUMNS.authenticatedAt.decode(row.authenticated_at),
    amr: COLUMNS.amr.decode(row.amr),
    acr: COLUMNS.acr.decode(row.acr),
    keyId: COLUMNS.keyId.decode(row.key_id),
    salt: COLUMNS.salt.decode(row.salt),
    generation: COLUMNS.generation.decode(row.generation),
    previous: COLUMNS.previous.decode(row.previous),
    rotatedAt: COLUMNS.rotatedAt.decode(row.rotated_at),
    epoch: COLUMNS.epoch.decode(row.epoch),
    createdAt: COLUMNS.createdAt.decode(row.created_at),
    lastSeenAt: COLUMNS.lastSeenAt.decode(row.last_seen_at),
    idleExpiresAt: COLUMNS.idleExpiresAt.decode(row.idle_expires_at),
    absoluteExpiresAt: COLUMNS.absoluteExpiresAt.decode(row.absolute_expires_at),
    version: COLUMNS.version.decode(row.version),
    label: COLUMNS.label.decode(row.label),
    userAgent: COLUMNS.userAgent.decode(row.user_agent),
    address: COLUMNS.address.decode(row.address),
    persistent: COLUMNS.persistent.decode(row.persistent),
    dataVersion: COLUMNS.dataVersion.decode(row.data_version),
    data: COLUMNS.data.decode(row.data),
  }
  return Object.values(record).includes(undefined) ? null : (record as SessionRecord)
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

const decoder = new TextDecoder()

function readText(stored: unknown): string | undefined {
  if (typeof stored === 'string') return fromStoredText(stored)
  // MySQL keeps ids and subjects as bytes, and its drivers give them as bytes.
  return stored instanceof Uint8Array ? fromStoredText(decoder.decode(stored)) : undefined
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
