/**
 * How a record stands in Redis: as one text value, which is a JSON array with a line for each element.
 *
 * ```text
 * [2                 the format
 * ,"live"            the state
 * ,0                 version
 * ,0                 epoch
 * ...                the other fields, in the order of FIELDS
 * ,{"cart":[1,2]}    data
 * ]
 * ```
 *
 * JSON text has no line breaks of its own, so that a script can replace a field by replacing its line, without reading
 * or writing JSON, and a reader parses the whole value as it is. The id is the key's.
 *
 * @module
 */

import type { JsonObject, SessionInfo, SessionRecord } from '@latchkey/core'

/**
 * What a row is.
 *
 * - `pending`: written, but its id is not yet registered under its subject. Dead to everyone.
 * - `live`: lives until it expires.
 * - `ended`: cut off while alive, and not yet counted and removed by the call that cut it off. Dead to everyone.
 */
export type RowState = 'pending' | 'live' | 'ended'

const FORMAT = 2
const STATES: readonly unknown[] = ['pending', 'live', 'ended'] satisfies readonly RowState[]

type Row = readonly [
  format: typeof FORMAT,
  state: RowState,
  version: number,
  epoch: number,
  lastSeenAt: number,
  idleExpiresAt: number,
  absoluteExpiresAt: number,
  subject: string | null,
  carrier: SessionRecord['carrier'],
  createdAt: number,
  authenticatedAt: number | null,
  label: string | null,
  userAgent: string | null,
  address: string | null,
  persistent: boolean,
  scopes: readonly string[],
  amr: readonly string[],
  acr: string | null,
  keyId: number,
  salt: string,
  generation: number,
  previous: number | null,
  rotatedAt: number | null,
  dataVersion: number,
  data: JsonObject,
]

/** A field that has a line: every one but the id. */
export type RowField = Exclude<keyof SessionRecord, 'id'>

const FIELDS: readonly RowField[] = [
  'version',
  'epoch',
  'lastSeenAt',
  'idleExpiresAt',
  'absoluteExpiresAt',
  'subject',
  'carrier',
  'createdAt',
  'authenticatedAt',
  'label',
  'userAgent',
  'address',
  'persistent',
  'scopes',
  'amr',
  'acr',
  'keyId',
  'salt',
  'generation',
  'previous',
  'rotatedAt',
  'dataVersion',
  'data',
]

/** The first line of every row. */
export const FIRST_LINE: string = `[${FORMAT}`

/** The number of lines, the last of which closes the array. */
export const LINE_COUNT: number = FIELDS.length + 3

/** The number of the line on which the state stands, counted from 1. */
export const STATE_LINE = 2

/** The number of the line on which a field stands, counted from 1. */
export function lineOf(field: RowField): number {
  return FIELDS.indexOf(field) + 3
}

/** Writes a row. */
export function encodeRow(record: SessionRecord, state: RowState): string {
  const lines = FIELDS.map((field) => `,${JSON.stringify(record[field])}`)
  return [FIRST_LINE, `,"${state}"`, ...lines, ']'].join('\n')
}

/** Reads the record of a live row; null for a row of any other state, of another format, or not a row at all. */
export function decodeRow(id: string, text: string): SessionRecord | null {
  const row = parseLive(text)
  if (row === null || row.length !== FIELDS.length + 2) return null
  // oxfmt-ignore
  const [, , version, epoch, lastSeenAt, idleExpiresAt, absoluteExpiresAt, subject, carrier, createdAt, authenticatedAt,
    label, userAgent, address, persistent, scopes, amr, acr, keyId, salt, generation, previous, rotatedAt, dataVersion,
    data] = row as Row
  // oxfmt-ignore
  return { id, carrier, subject, scopes, authenticatedAt, amr, acr, keyId, salt, generation, previous, rotatedAt, epoch,
    createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt, version, label, userAgent, address, persistent, dataVersion,
    data }
}

/** The number of lines that tell everything a device list may know. A row that is cut off after them is an array again with a `]`. */
export const INFO_LINE_COUNT: number = lineOf('persistent')

/** Reads what a device list may know from the first lines of a live row; null as `decodeRow`. */
export function decodeInfo(id: string, text: string): SessionInfo | null {
  const row = parseLive(text)
  if (row === null || row.length !== INFO_LINE_COUNT) return null
  // oxfmt-ignore
  const [, , , , lastSeenAt, idleExpiresAt, absoluteExpiresAt, , carrier, createdAt, authenticatedAt, label, userAgent,
    address, persistent] = row as unknown as Row
  // oxfmt-ignore
  return { id, carrier, authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt, label, userAgent,
    address, persistent }
}

/** Tells whether a record has not expired. The caller's clock is the judge, and the time at which Redis drops a key never is. */
export function isUnexpired(record: Pick<SessionRecord, 'idleExpiresAt' | 'absoluteExpiresAt'>, now: number): boolean {
  return now < record.idleExpiresAt && now < record.absoluteExpiresAt
}

/** Tells whether a text is a row of this format, in whichever state. */
export function isRow(text: string): boolean {
  const row = parseRow(text)
  return row !== null && row.length === FIELDS.length + 2 && STATES.includes(row[1])
}

function parseLive(text: string): readonly unknown[] | null {
  const row = parseRow(text)
  return row?.[1] === ('live' satisfies RowState) ? row : null
}

function parseRow(text: string): readonly unknown[] | null {
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    return null
  }
  return Array.isArray(row) && row[0] === FORMAT ? row : null
}
