/**
 * The revocation store in a SQL database.
 *
 * @module
 */

import type { RevocationStore } from '@latchkey/core'
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { dialectOf } from './dialect.ts'
import { decodeCutOff, decodeEpoch, decodeRevocation, decodeWrites, NOBODY, ownerOf } from './revocation-row.ts'
import type { StoredValue } from './row.ts'
import { countOf, prepareStatement, type Statement } from './statement.ts'
import { toStoredText } from './stored-text.ts'
import { nameTables, type TableOptions } from './tables.ts'

const LARGEST_LIMIT = 2 ** 31 - 1

/**
 * Creates a revocation store on the application's own Kysely, beside `kyselySessionStore` and under the same conditions. The
 * tables are made by `migrateToLatest` or `latchkeyMigrations`.
 *
 * Every call is one statement, but for `changedSince`, which is two; each finds its rows by an index. What a subject's cut-off needs is
 * one row, which is kept.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar, or the dialect is neither SQLite, PostgreSQL nor MySQL.
 */
export function kyselyRevocationStore<Database>(
  database: Kysely<Database> | Transaction<Database>,
  options: TableOptions = {},
): RevocationStore {
  const tables = nameTables(options)
  const revocation = sql.table(tables.revocations)
  const cutOff = sql.table(tables.cutOffs)
  const db = database.withoutPlugins()
  const dialect = dialectOf(db)

  const judgements = new Map<number, Statement<string>>()
  /** The statement that judges a credential of so many ids: one or two, most often. */
  function judgementOf(count: number): Statement<string> {
    const known = judgements.get(count)
    if (known !== undefined) return known
    const names = Array.from({ length: count }, (_, index) => `id${index}`)
    const statement = prepareStatement<string>(db, (value) => {
      const ids = sql.join(names.map(value))
      return sql`select 1 from (select 1 as one) as one_row where exists (
          select 1 from ${revocation} where subject = ${value('subject')} and id in (${ids}))
        or exists (select 1 from ${cutOff} where subject = ${value('subject')} and epoch > ${value('epoch')}
          and (spared is null or spared not in (${ids}) or floor_epoch > ${value('epoch')}))`
    })
    judgements.set(count, statement)
    return statement
  }

  const onConflict = (columns: readonly string[]): RawBuilder<unknown> =>
    dialect === 'mysql'
      ? sql`on duplicate key update`
      : sql`on conflict (${sql.join(columns.map((column) => sql.ref(column)))}) do update set`
  // The number of writes tells the first one from all others. On MySQL, which cannot return it, it makes every other one a change
  // of the row, and so tells the two apart by the number of rows that count as affected.
  const write = prepareStatement<'id' | 'subject' | 'until' | 'now'>(
    db,
    (value) => sql`insert into ${revocation} (id, subject, expires_at, written_at, writes)
      values (${value('id')}, ${value('subject')}, ${value('until')}, ${value('now')}, 1)
      ${onConflict(['id', 'subject'])}
        expires_at = ${later(revocation, 'expires_at', value('until'))},
        written_at = ${later(revocation, 'written_at', value('now'))},
        writes = ${revocation}.writes + 1
      ${dialect === 'mysql' ? sql`` : sql`returning writes`}`,
  )
  const selectEpoch = prepareStatement<'subject'>(
    db,
    (value) => sql`select epoch from ${cutOff} where subject = ${value('subject')}`,
  )
  // `floor_epoch` stands before `spared`, and both before `epoch`, because MySQL lets a later assignment see an earlier one.
  const raiseEpoch = prepareStatement<'subject' | 'first' | 'except' | 'now'>(
    db,
    (value) => sql`insert into ${cutOff} (subject, epoch, spared, floor_epoch, written_at)
      values (${value('subject')}, ${value('first')}, ${value('except')}, 0, ${value('now')})
      ${onConflict(['subject'])}
        floor_epoch = case when ${cutOff}.spared = ${value('except')} then ${cutOff}.floor_epoch else ${cutOff}.epoch end,
        spared = ${value('except')},
        epoch = case when ${cutOff}.epoch >= ${value('first')} then ${cutOff}.epoch + 1 else ${value('first')} end,
        written_at = ${later(cutOff, 'written_at', value('now'))}`,
  )
  const selectRevoked = prepareStatement<'since' | 'now'>(
    db,
    (value) => sql`select id, subject, expires_at from ${revocation}
      where written_at >= ${value('since')} and expires_at > ${value('now')}`,
  )
  const selectCutOffs = prepareStatement<'since'>(
    db,
    (value) => sql`select subject, epoch, spared, floor_epoch from ${cutOff} where written_at >= ${value('since')}`,
  )
  const sweep = prepareStatement<'now' | 'limit'>(db, (value) => {
    const first = sql`expires_at <= ${value('now')} order by expires_at limit ${value('limit')}`
    // MySQL limits a delete and no subquery; the others limit a subquery and no delete.
    if (dialect === 'mysql') return sql`delete from ${revocation} where ${first}`
    // The time is asked once more, because a second call may have kept the row for longer since the subquery saw it.
    if (dialect === 'sqlite') {
      return sql`delete from ${revocation} where (id, subject) in (select id, subject from ${revocation} where ${first})
        and expires_at <= ${value('now')}`
    }
    // Rows that somebody else holds are left to them. What locks rows is never run twice.
    return sql`with outdated as (select id, subject from ${revocation} where ${first} for update skip locked)
      delete from ${revocation} using outdated where ${revocation}.id = outdated.id
        and ${revocation}.subject = outdated.subject and ${revocation}.expires_at <= ${value('now')}`
  })

  return {
    async isRevoked({ ids, subject, epoch }, { signal }) {
      signal?.throwIfAborted()
      const stored = ids.length === 0 ? [NOBODY] : ids.map(toStoredText)
      const named = Object.fromEntries(stored.map((id, index) => [`id${index}`, id]))
      const values = { ...named, subject: ownerOf(subject), epoch }
      return (await judgementOf(stored.length)(values, signal)).rows.length > 0
    },

    async revoke({ id, subject }, until, { now, signal }) {
      signal?.throwIfAborted()
      const values = { id: toStoredText(id), subject: ownerOf(subject), until, now }
      const result = await write(values, signal)
      return dialect === 'mysql' ? countOf(result) === 1 : decodeWrites(result.rows[0]) === 1
    },

    async epochOf(subject, { signal }) {
      signal?.throwIfAborted()
      return decodeEpoch((await selectEpoch({ subject: ownerOf(subject) }, signal)).rows[0])
    },

    async revokeAllForSubject(subject, { except, atLeast = 0 }, { now, signal }) {
      signal?.throwIfAborted()
      const spared = except === undefined ? null : toStoredText(except)
      await raiseEpoch({ subject: ownerOf(subject), first: Math.max(1, now, atLeast), except: spared, now }, signal)
    },

    async changedSince(since, { now, signal }) {
      signal?.throwIfAborted()
      const revoked = await selectRevoked({ since, now }, signal)
      const cutOffs = await selectCutOffs({ since }, signal)
      return {
        revoked: revoked.rows.map(decodeRevocation).filter((row) => row !== null),
        cutOffs: cutOffs.rows.map(decodeCutOff).filter((row) => row !== null),
      }
    },

    async deleteExpired(limit, { now, signal }) {
      signal?.throwIfAborted()
      const whole = Math.min(Math.floor(limit), LARGEST_LIMIT)
      return whole >= 1 ? countOf(await sweep({ now, limit: whole }, signal)) : 0
    },
  }
}

/** Writes the later of a row's own time and another. */
function later(
  table: RawBuilder<unknown>,
  column: 'expires_at' | 'written_at',
  time: RawBuilder<StoredValue>,
): RawBuilder<unknown> {
  const own = sql`${table}.${sql.ref(column)}`
  return sql`case when ${own} < ${time} then ${time} else ${own} end`
}
