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

/** Writes the sessions table with each row's subject beside it, so that one look at the subject serves the two functions below. */
export function withSubject({ sessions, subjects }: TableNames): RawBuilder<unknown> {
  const session = sql.table(sessions)
  const subject = sql.table(subjects)
  return sql`${session} left join ${subject} on ${subject}.subject = ${session}.subject`
}

/** Writes the condition that a row of the sessions table with its subject beside it is alive. */
export function isAliveBeside(tables: TableNames, now: RawBuilder<StoredValue>): RawBuilder<unknown> {
  const session = sql.table(tables.sessions)
  const subject = sql.table(tables.subjects)
  return sql`${isUnexpired(tables, now)} and (${subject}.epoch is null or ${subject}.epoch <= ${session}.epoch
    or ${subject}.spared = ${session}.id)`
}

/** Writes the epoch of a live row of the sessions table with its subject beside it: its subject's where a cut-off spared it. */
export function currentEpoch({ sessions, subjects }: TableNames): RawBuilder<unknown> {
  const session = sql.table(sessions)
  const subject = sql.table(subjects)
  return sql`case when ${subject}.epoch > ${session}.epoch then ${subject}.epoch else ${session}.epoch end`
}
