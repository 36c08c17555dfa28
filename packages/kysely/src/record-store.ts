/**
 * `SessionStore` in SQL.
 *
 * @module
 */

import { sql } from 'kysely'
import type { SessionChanges, SessionRecord, SessionStore } from '@latchkey/core'
import { dialectOf } from './dialect.ts'
import { currentEpoch, isAlive, isAliveBeside, withSubject } from './liveness.ts'
import { COLUMNS, decodeRecord, decodeRow, encodeFields, RECORD_FIELDS } from './row.ts'
import { countOf, prepareStatement, type Executor, type Statement } from './statement.ts'
import { toStoredText } from './stored-text.ts'
import type { TableNames } from './tables.ts'

type Changed = keyof SessionChanges

const CHANGEABLE: readonly Changed[] = [
  'scopes',
  'authenticatedAt',
  'amr',
  'acr',
  'keyId',
  'salt',
  'generation',
  'previous',
  'rotatedAt',
  'lastSeenAt',
  'idleExpiresAt',
  'label',
  'userAgent',
  'address',
  'dataVersion',
  'data',
]

/** Creates the part of the store that keeps records. */
export function createRecordStore(db: Executor, tables: TableNames): SessionStore {
  const session = sql.table(tables.sessions)
  const subject = sql.table(tables.subjects)
  const columns = sql.join(RECORD_FIELDS.map((field) => sql.ref(COLUMNS[field].name)))
  const columnsRead = sql.join(
    RECORD_FIELDS.map((field) =>
      field === 'epoch' ? sql`${currentEpoch(tables)} as epoch` : sql.ref(`${tables.sessions}.${COLUMNS[field].name}`),
    ),
  )
  const dialect = dialectOf(db)
  const doNothing = dialect === 'mysql' ? sql`` : sql`on conflict (id) do nothing`

  const insert = prepareStatement<keyof SessionRecord>(
    db,
    (value) => sql`insert into ${session} (${columns})
      select ${sql.join(RECORD_FIELDS.map(value))} from (select 1 as one) as one_row where not exists (
        select 1 from ${subject} where ${subject}.subject = ${value('subject')} and ${subject}.epoch > ${value('epoch')})
      ${doNothing}`,
  )
  const selectCutOff = prepareStatement<'id' | 'subject' | 'epoch'>(
    db,
    (value) => sql`select 1 from ${subject} where subject = ${value('subject')} and epoch > ${value('epoch')}
      and not exists (select 1 from ${session} where id = ${value('id')})`,
  )
  const selectRow = prepareStatement<'id'>(db, (value) => sql`select 1 from ${session} where id = ${value('id')}`)
  const selectRecord = prepareStatement<'id' | 'now'>(
    db,
    (value) =>
      sql`select ${columnsRead} from ${withSubject(tables)}
        where ${session}.id = ${value('id')} and ${isAliveBeside(tables, value('now'))}`,
  )
  const selectVersion = prepareStatement<'id' | 'now'>(
    db,
    (value) => sql`select version from ${session} where id = ${value('id')} and ${isAlive(tables, value('now'))}`,
  )
  const renew = prepareStatement<'id' | 'now' | 'lastSeenAt' | 'idleExpiresAt'>(db, (value) => {
    const [lastSeenAt, idleExpiresAt] = [value('lastSeenAt'), value('idleExpiresAt')]
    return sql`update ${session} set
      last_seen_at = case when last_seen_at < ${lastSeenAt} then ${lastSeenAt} else last_seen_at end,
      idle_expires_at = case
        when idle_expires_at >= ${idleExpiresAt} or idle_expires_at >= absolute_expires_at then idle_expires_at
        when ${idleExpiresAt} < absolute_expires_at then ${idleExpiresAt}
        else absolute_expires_at end
      where id = ${value('id')} and ${isAlive(tables, value('now'))} and (last_seen_at < ${lastSeenAt}
        or (idle_expires_at < ${idleExpiresAt} and idle_expires_at < absolute_expires_at))`
  })
  const deleteLive = prepareStatement<'id' | 'now'>(
    db,
    (value) => sql`delete from ${session} where id = ${value('id')} and ${isAlive(tables, value('now'))}`,
  )
  const deleteRow = prepareStatement<'id'>(db, (value) => sql`delete from ${session} where id = ${value('id')}`)

  const writes = new Map<string, Statement<string>>()
  function writeOf(fields: readonly Changed[]): Statement<string> {
    const key = fields.join()
    const known = writes.get(key)
    if (known !== undefined) return known
    const statement = prepareStatement<string>(db, (value) => {
      const changes = fields.map((field) => sql`${sql.ref(COLUMNS[field].name)} = ${value(field)}`)
      return sql`update ${session} set ${sql.join([sql`version = version + 1`, ...changes])}
        where id = ${value('id')} and version = ${value('ifVersion')} and ${isAlive(tables, value('now'))}`
    })
    writes.set(key, statement)
    return statement
  }

  async function insertOnce(record: SessionRecord, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      return countOf(await insert(encodeFields(RECORD_FIELDS, record), signal)) > 0
    } catch (error) {
      // MySQL has no way to skip a duplicate that does not also skip over other errors, and drivers name them
      // differently. So it is the row that tells whether the error was one.
      if (dialect !== 'mysql' || !(await hasRow(record.id, signal))) throw error
      return false
    }
  }

  async function hasRow(id: string, signal: AbortSignal | undefined): Promise<boolean> {
    return (await selectRow({ id: toStoredText(id) }, signal)).rows.length > 0
  }

  /** The version of a live record; undefined when it is dead or absent. */
  async function versionOf(id: string, now: number, signal: AbortSignal | undefined): Promise<number | undefined> {
    const [row] = (await selectVersion({ id: toStoredText(id), now }, signal)).rows
    return decodeRow(['version'], row)?.version
  }

  return {
    async create(record, { signal }) {
      signal?.throwIfAborted()
      if (await insertOnce(record, signal)) return 'created'
      // No row of the id, and an epoch above the record's: the answer is right at this moment. An epoch not above it now
      // was not when the insert ran either, because none ever sinks, so that a row of the id stood in its way.
      const cutOff = await selectCutOff(encodeFields(['id', 'subject', 'epoch'], record), signal)
      return cutOff.rows.length > 0 ? 'cut_off' : 'exists'
    },

    async read(id, { now, signal, onUndecodable }) {
      signal?.throwIfAborted()
      const [row] = (await selectRecord({ id: toStoredText(id), now }, signal)).rows
      const record = decodeRecord(row)
      if (record === null && row !== undefined) onUndecodable?.(id)
      return record
    },

    async update(id, ifVersion, changes, { now, signal }) {
      signal?.throwIfAborted()
      const fields = CHANGEABLE.filter((field) => changes[field] !== undefined)
      const values = { ...encodeFields(fields, changes), id: toStoredText(id), ifVersion, now }
      if (countOf(await writeOf(fields)(values, signal)) > 0) return { ok: true, version: ifVersion + 1 }
      const version = await versionOf(id, now, signal)
      // Versions only rise. At `ifVersion` now means at most `ifVersion` then, so that only a dead row can have been
      // passed over, which a touch by an earlier clock has renewed since.
      return { ok: false, why: version === undefined || version === ifVersion ? 'gone' : 'conflict' }
    },

    async touch({ id }, lastSeenAt, idleExpiresAt, { now, signal }) {
      signal?.throwIfAborted()
      const renewed = await renew({ id: toStoredText(id), lastSeenAt, idleExpiresAt, now }, signal)
      // A touch that changes nothing writes nothing; whether the record is alive is then still to be seen.
      return countOf(renewed) > 0 || (await versionOf(id, now, signal)) !== undefined
    },

    async destroy(id, { now, signal }) {
      signal?.throwIfAborted()
      const ended = await deleteLive({ id: toStoredText(id), now }, signal)
      if (countOf(ended) > 0) return true
      // Dead by this clock is not dead by every clock: the row goes, so that no earlier one finds it alive.
      await deleteRow({ id: toStoredText(id) }, signal)
      return false
    },
  }
}
