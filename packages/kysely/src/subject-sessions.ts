/**
 * `SubjectSessions` in SQL.
 *
 * @module
 */

import { sql } from 'kysely'
import type { SessionInfo, SubjectSessions } from '@latchkey/core'
import { dialectOf } from './dialect.ts'
import { isAlive, isCutOff, isUnexpired } from './liveness.ts'
import { COLUMNS, decodeRow, INFO_FIELDS } from './row.ts'
import { countOf, prepareStatement, type Executor } from './statement.ts'
import { toStoredText } from './stored-text.ts'
import type { TableNames } from './tables.ts'

/** Creates the part of the store that knows the sessions of a subject. */
export function createSubjectSessions(db: Executor, tables: TableNames): SubjectSessions {
  const session = sql.table(tables.sessions)
  const subject = sql.table(tables.subjects)
  const infoColumns = sql.join(INFO_FIELDS.map((field) => sql.ref(COLUMNS[field].name)))
  const onConflict = dialectOf(db) === 'mysql' ? sql`on duplicate key update` : sql`on conflict (subject) do update set`

  const selectInfos = prepareStatement<'subject' | 'now'>(
    db,
    (value) => sql`select ${infoColumns} from ${session}
      where subject = ${value('subject')} and ${isAlive(tables, value('now'))} order by created_at desc, id`,
  )
  const selectEpoch = prepareStatement<'subject'>(
    db,
    (value) => sql`select epoch from ${subject} where subject = ${value('subject')}`,
  )
  // The subject's row is locked when its old values are read, so that of two calls the later one sees what the earlier
  // one ended. `spared` stands before `epoch`, because MySQL lets a later assignment see an earlier one.
  const raiseEpoch = prepareStatement<'subject' | 'first' | 'now' | 'except'>(db, (value) => {
    const spared = sql`select ${session}.id from ${session} where ${session}.id = ${value('except')}
      and ${session}.subject = ${value('subject')} and ${isUnexpired(tables, value('now'))}`
    return sql`insert into ${subject} (subject, epoch, spared) values (${value('subject')}, ${value('first')}, (${spared}))
      ${onConflict}
        spared = (${spared} and (${session}.epoch >= ${subject}.epoch or ${session}.id = ${subject}.spared)),
        epoch = case when ${subject}.epoch >= ${value('now')} then ${subject}.epoch + 1 else ${value('now')} end`
  })
  const deleteEnded = prepareStatement<'subject' | 'now'>(
    db,
    (value) => sql`delete from ${session}
      where subject = ${value('subject')} and ${isUnexpired(tables, value('now'))} and ${isCutOff(tables)}`,
  )
  const deleteExpired = prepareStatement<'subject' | 'now'>(
    db,
    (value) => sql`delete from ${session}
      where subject = ${value('subject')} and not (${isUnexpired(tables, value('now'))}) and ${isCutOff(tables)}`,
  )

  return {
    async listBySubject(name, { now, signal }) {
      signal?.throwIfAborted()
      const { rows } = await selectInfos({ subject: toStoredText(name), now }, signal)
      return rows.map((row): SessionInfo | null => decodeRow(INFO_FIELDS, row)).filter((info) => info !== null)
    },

    async epochOf(name, { signal }) {
      signal?.throwIfAborted()
      const { rows } = await selectEpoch({ subject: toStoredText(name) }, signal)
      return decodeRow(['epoch'], rows[0])?.epoch ?? 0
    },

    async destroyAllForSubject(name, { except }, { now, signal }) {
      signal?.throwIfAborted()
      const key = toStoredText(name)
      const spared = except === undefined ? null : toStoredText(except)
      await raiseEpoch({ subject: key, first: Math.max(1, now), now, except: spared }, signal)
      // The sessions have ended with that statement. What it ended is deleted here, by whichever of several calls comes
      // first, so that each session is counted once. Those that had expired go too, uncounted, lest a later call by an
      // earlier clock take them for sessions that it ended.
      const count = countOf(await deleteEnded({ subject: key, now }, signal))
      await deleteExpired({ subject: key, now }, signal)
      return count
    },
  }
}
