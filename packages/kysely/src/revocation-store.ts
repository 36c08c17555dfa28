/**
 * The revocation store in a SQL database.
 *
 * @module
 */

import type { RevocationStore } from '@latchkey/core'
import { sql, type Kysely, type Transaction } from 'kysely'
import { dialectOf } from './dialect.ts'
import { decodeCutOff, decodeEpoch, decodeRevocation, NOBODY, ownerOf } from './revocation-row.ts'
import { countOf, prepareStatement, type Statement } from './statement.ts'
import { toStoredText } from './stored-text.ts'
import { nameTables, type TableOptions } from './tables.ts'

const LARGEST_LIMIT = 2 ** 31 - 1

/** Sweeps may take a revocation between two statements that need it so many times in a row, and no more. */
const ATTEMPTS = 5

/**
 * Creates a revocation store on the application's own Kysely, beside `kyselySessionStore` and under the same conditions. The
 * tables are made by `migrateToLatest` or `latchkeyMigrations`.
 *
 * `isRevoked` is one statement, `changedSince` and a first `revoke` are two; each finds its rows by an index. What a subject's
 * cut-off needs is one row, which is kept.
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

  const insert = prepareStatement<'id' | 'subject' | 'until' | 'now'>(
    db,
    (value) => sql`insert into ${revocation} (id, subject, expires_at, written_at)
      values (${value('id')}, ${value('subject')}, ${value('until')}, ${value('now')})
      ${dialect === 'mysql' ? sql`` : sql`on conflict (id, subject) do nothing`}`,
  )
  const prolong = prepareStatement<'id' | 'subject' | 'until' | 'now'>(
    db,
    (value) => sql`update ${revocation} set
      expires_at = case when expires_at < ${value('until')} then ${value('until')} else expires_at end,
      written_at = case when written_at < ${value('now')} then ${value('now')} else written_at end
      where id = ${value('id')} and subject = ${value('subject')}`,
  )
  const select = prepareStatement<'id' | 'subject'>(
    db,
    (value) => sql`select 1 from ${revocation} where id = ${value('id')} and subject = ${value('subject')}`,
  )
  const selectEpoch = prepareStatement<'subject'>(
    db,
    (value) => sql`select epoch from ${cutOff} where subject = ${value('subject')}`,
  )
  const onConflict = dialect === 'mysql' ? sql`on duplicate key update` : sql`on conflict (subject) do update set`
  // `floor_epoch` stands before `spared`, and both before `epoch`, because MySQL lets a later assignment see an earlier one.
  const raiseEpoch = prepareStatement<'subject' | 'first' | 'except' | 'now'>(
    db,
    (value) => sql`insert into ${cutOff} (subject, epoch, spared, floor_epoch, written_at)
      values (${value('subject')}, ${value('first')}, ${value('except')}, 0, ${value('now')})
      ${onConflict}
        floor_epoch = case when ${cutOff}.spared = ${value('except')} then ${cutOff}.floor_epoch else ${cutOff}.epoch end,
        spared = ${value('except')},
        epoch = case when ${cutOff}.epoch >= ${value('first')} then ${cutOff}.epoch + 1 else ${value('first')} end,
        written_at = case when ${cutOff}.written_at < ${value('now')} then ${value('now')} else ${cutOff}.written_at end`,
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
      for (let left = ATTEMPTS; left > 0; left -= 1) {
        try {
          if (countOf(await insert(values, signal)) > 0) return true
        } catch (error) {
          // As for sessions: on MySQL it is the row that tells whether the error was that of a duplicate.
          if (dialect !== 'mysql' || (await select(values, signal)).rows.length === 0) throw error
        }
        // MySQL may count only rows that it changed, so that the row itself is asked for where none was.
        if (countOf(await prolong(values, signal)) > 0 || (await select(values, signal)).rows.length > 0) return false
      }
      throw new Error('The revocation was swept away each time that it was to be prolonged')
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
