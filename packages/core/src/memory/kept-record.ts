/**
 * How the store in memory keeps a record: as values that nobody outside can reach.
 *
 * @module
 */

import type { JsonObject } from '../json.ts'
import type { SessionRecord } from '../ports.ts'

/** A record with its data as JSON text. Held by the store alone. */
export interface KeptRecord extends Omit<SessionRecord, 'data'> {
  readonly data: string
}

/** Copies a record to its depth, on the way in. */
export function keepRecord(record: SessionRecord): KeptRecord {
  return { ...record, scopes: [...record.scopes], amr: [...record.amr], data: JSON.stringify(record.data) }
}

/** Copies a record to its depth, on the way out. What JSON does not know, such as the sign of zero, is gone. */
export function openRecord(record: KeptRecord): SessionRecord {
  return {
    ...record,
    scopes: [...record.scopes],
    amr: [...record.amr],
    data: JSON.parse(record.data) as JsonObject,
  }
}
