/**
 * The conditions that tell live rows from dead ones.
 *
 * A row of the sessions table keeps the epoch with which it was created. The subject's row holds the epoch that is
 * current, and the id of the one session that the last cut-off spared, which counts as moved up to it. So a cut-off is a
 * change of one row, and by being compared whenever a session is looked at it also ends what was committed beside it, in
 * whatever order.
 *
 * @module
 */

import { sql, type RawBuilder } from 'kysely'
import type { StoredValue } from './row.ts'
import type { TableNames } from './tables.ts'

/** Writes the condition that a row of the sessions table has reached neither timeout. */
export function isUnexpired({ sessions }: TableNames, now: RawBuilder<StoredValue>): RawBuilder<unknown> {
  const session = sql.table(sessions)
  return sql`${session}.idle_expires_at > ${now} and ${session}.absolute_expires_at > ${now}`
}

/** Writes the condition that the epoch of a row of the sessions table is below its subject's. */
export function isCutOff({ sessions, subjects }: TableNames): RawBuilder<unknown> {
  const session = sql.table(sessions)
  const subject = sql.table(subjects)
  return sql`exists (select 1 from ${subject} where ${subject}.subject = ${session}.subject
    and ${subject}.epoch > ${session}.epoch and (${subject}.spared is null or ${subject}.spared <> ${session}.id))`
}

/** Writes the condition that a row of the sessions table is alive. */
export function isAlive(tables: TableNames, now: RawBuilder<StoredValue>): RawBuilder<unknown> {
  return sql`${isUnexpired(tables, now)} and not ${isCutOff(tables)}`
}

/** Writes the epoch of a live row of the sessions table: its own, or its subject's where the cut-off spared it. */
export function currentEpoch({ sessions, subjects }: TableNames): RawBuilder<unknown> {
  const session = sql.table(sessions)
  const subject = sql.table(subjects)
  return sql`coalesce((select ${subject}.epoch from ${subject} where ${subject}.subject = ${session}.subject
    and ${subject}.spared = ${session}.id and ${subject}.epoch > ${session}.epoch), ${session}.epoch)`
}
