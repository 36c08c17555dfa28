/**
 * The token store in a SQL database.
 *
 * @module
 */

import type { TokenInfo, TokenRecord, TokenStore } from '@latchkey/core'
import { sql, type Kysely, type Transaction } from 'kysely'
import { dialectOf } from './dialect.ts'
import { countOf, prepareStatement } from './statement.ts'
import { toStoredText } from './stored-text.ts'
import type { TableOptions } from './tables.ts'
import { decodeToken, encodeToken, TOKEN_COLUMNS, TOKEN_FIELDS, TOKEN_INFO_FIELDS } from './token-store-row.ts'
import { nameTokenTable } from './token-store-table.ts'

const LARGEST_LIMIT = 2 ** 31 - 1

/**
 * Creates a token store on the application's own Kysely, beside `kyselySessionStore` and under the same conditions. The
 * table is made by `migrateToLatest` or `latchkeyMigrations`.
 *
 * A row that no version of this package can have written counts as absent when it is read.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar, or the dialect is neither SQLite, PostgreSQL nor MySQL.
 */
export function kyselyTokenStore<Database>(
  database: Kysely<Database> | Transaction<Database>,
  options: TableOptions = {},
): TokenStore {
  const token = sql.table(nameTokenTable(options))
  const db = database.withoutPlugins()
  const dialect = dialectOf(db)
  const columnsOf = (fields: readonly (keyof TokenRecord)[]): ReturnType<typeof sql.join> =>
    sql.join(fields.map((field) => sql.ref(TOKEN_COLUMNS[field].name)))

  const insert = prepareStatement<keyof TokenRecord>(
    db,
    (value) => sql`insert into ${token} (${columnsOf(TOKEN_FIELDS)}) values (${sql.join(TOKEN_FIELDS.map(value))})
      ${dialect === 'mysql' ? sql`` : sql`on conflict (id) do nothing`}`,
  )
  const select = prepareStatement<'id'>(
    db,
    (value) => sql`select ${columnsOf(TOKEN_FIELDS)} from ${token} where id = ${value('id')}`,
  )
  const selectInfos = prepareStatement<'subject' | 'purpose' | 'now'>(
    db,
    (value) => sql`select ${columnsOf(TOKEN_INFO_FIELDS)} from ${token}
      where subject = ${value('subject')} and purpose = ${value('purpose')}
      and (expires_at is null or expires_at > ${value('now')}) order by created_at desc, id`,
  )
  const selectUnexpired = prepareStatement<'id' | 'now'>(
    db,
    (value) => sql`select 1 from ${token}
      where id = ${value('id')} and (expires_at is null or expires_at > ${value('now')})`,
  )
  const deleteProven = prepareStatement<'id' | 'digest' | 'now'>(
    db,
    (value) => sql`delete from ${token} where id = ${value('id')} and digest = ${value('digest')}
      and (expires_at is null or expires_at > ${value('now')})`,
  )
  const deleteUnexpired = prepareStatement<'id' | 'now'>(
    db,
    (value) => sql`delete from ${token}
      where id = ${value('id')} and (expires_at is null or expires_at > ${value('now')})`,
  )
  const deleteRow = prepareStatement<'id'>(db, (value) => sql`delete from ${token} where id = ${value('id')}`)
  const noteUse = prepareStatement<'id' | 'lastUsedAt' | 'ifBefore' | 'now'>(
    db,
    (value) => sql`update ${token} set last_used_at = ${value('lastUsedAt')} where id = ${value('id')}
      and (expires_at is null or expires_at > ${value('now')}) and (last_used_at is null
        or (last_used_at <= ${value('ifBefore')} and last_used_at < ${value('lastUsedAt')}))`,
  )
  // Two statements, because only what had not expired is counted.
  const deleteAllUnexpired = prepareStatement<'subject' | 'purpose' | 'now'>(
    db,
    (value) => sql`delete from ${token} where subject = ${value('subject')} and purpose = ${value('purpose')}
      and (expires_at is null or expires_at > ${value('now')})`,
  )
  const deleteAllExpired = prepareStatement<'subject' | 'purpose' | 'now'>(
    db,
    (value) => sql`delete from ${token} where subject = ${value('subject')} and purpose = ${value('purpose')}
      and expires_at <= ${value('now')}`,
  )
  const sweep = prepareStatement<'now' | 'limit'>(db, (value) => {
    const first = sql`expires_at <= ${value('now')} order by expires_at limit ${value('limit')}`
    // MySQL limits a delete and no subquery; the others limit a subquery and no delete.
    if (dialect === 'mysql') return sql`delete from ${token} where ${first}`
    if (dialect === 'sqlite') return sql`delete from ${token} where id in (select id from ${token} where ${first})`
    // Rows that somebody else holds are left to them. As an array, the subquery runs exactly once.
    const free = sql`select id from ${token} where ${first} for update skip locked`
    return sql`delete from ${token} where id = any(array(${free}))`
  })

  async function hasRow(id: string, signal: AbortSignal | undefined): Promise<boolean> {
    return (await select({ id: toStoredText(id) }, signal)).rows.length > 0
  }

  return {
    async create(record, { signal }) {
      signal?.throwIfAborted()
      try {
        return countOf(await insert(encodeToken(record), signal)) > 0 ? 'created' : 'exists'
      } catch (error) {
        // As for sessions: on MySQL it is the row that tells whether the error was that of a duplicate.
        if (dialect !== 'mysql' || !(await hasRow(record.id, signal))) throw error
        return 'exists'
      }
    },

    async read(id, { signal }) {
      signal?.throwIfAborted()
      return decodeToken(TOKEN_FIELDS, (await select({ id: toStoredText(id) }, signal)).rows[0])
    },

    async consume(id, digest, { now, signal }) {
      signal?.throwIfAborted()
      const values = { id: toStoredText(id), digest: toStoredText(digest), now }
      return countOf(await deleteProven(values, signal)) > 0
    },

    async touch(id, lastUsedAt, ifBefore, { now, signal }) {
      signal?.throwIfAborted()
      const key = toStoredText(id)
      if (countOf(await noteUse({ id: key, lastUsedAt, ifBefore, now }, signal)) > 0) return true
      return (await selectUnexpired({ id: key, now }, signal)).rows.length > 0
    },

    async listBySubject(subject, purpose, { now, signal }) {
      signal?.throwIfAborted()
      const values = { subject: toStoredText(subject), purpose: toStoredText(purpose), now }
      const { rows } = await selectInfos(values, signal)
      return rows.map((row): TokenInfo | null => decodeToken(TOKEN_INFO_FIELDS, row)).filter((info) => info !== null)
    },

    async revoke(id, { now, signal }) {
      signal?.throwIfAborted()
      const key = toStoredText(id)
      if (countOf(await deleteUnexpired({ id: key, now }, signal)) > 0) return true
      // Expired by this clock is not expired by every clock: the row goes, so that no earlier one finds it good.
      await deleteRow({ id: key }, signal)
      return false
    },

    async revokeAll(subject, purpose, { now, signal }) {
      signal?.throwIfAborted()
      const values = { subject: toStoredText(subject), purpose: toStoredText(purpose), now }
      const count = countOf(await deleteAllUnexpired(values, signal))
      await deleteAllExpired(values, signal)
      return count
    },

    async deleteExpired(limit, { now, signal }) {
      signal?.throwIfAborted()
      const whole = Math.min(Math.floor(limit), LARGEST_LIMIT)
      return whole >= 1 ? countOf(await sweep({ now, limit: whole }, signal)) : 0
    },
  }
}
