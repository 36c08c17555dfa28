/**
 * The columns that came after the first release: what is known of a session's client, and the version of its data.
 *
 * @module
 */

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { COLUMN_TYPES } from './column-types.ts'
import { dialectOf, type SqlDialect } from './dialect.ts'
import type { TableNames } from './tables.ts'

/** Of rows from before nothing is known of the client, their cookies were sent to outlive the browser, and their data had no version. */
const COLUMNS = [
  { name: 'user_agent', type: 'text', fallback: undefined },
  { name: 'address', type: 'text', fallback: undefined },
  { name: 'persistent', type: 'integer', fallback: 1 },
  { name: 'data_version', type: 'integer', fallback: 0 },
] as const

/** How a dialect tells the columns of a table that a connection finds under a name. */
const COLUMN_NAMES: Readonly<Record<SqlDialect, (table: string) => RawBuilder<{ readonly name: string }>>> = {
  sqlite: (table) => sql`select name from pragma_table_info(${table})`,
  postgres: (table) =>
    sql`select attname as name from pg_attribute where attrelid = to_regclass(${table}) and attnum > 0`,
  mysql: (table) => sql`select column_name as name from information_schema.columns
    where table_schema = database() and table_name = ${table}`,
}

/** Adds the columns that are not there. On MySQL and SQLite an interrupted migration may have added some of them. */
export async function addClientColumns(db: Kysely<unknown>, { sessions }: TableNames): Promise<void> {
  const dialect = dialectOf(db)
  const present = await namesOf(db, sessions)
  for (const { name, type, fallback } of COLUMNS) {
    if (present.has(name)) continue
    await db.schema
      .alterTable(sessions)
      .addColumn(name, COLUMN_TYPES[dialect][type], (column) =>
        fallback === undefined ? column : column.notNull().defaultTo(fallback),
      )
      .execute()
  }
}

/** Drops the columns that are there. */
export async function dropClientColumns(db: Kysely<unknown>, { sessions }: TableNames): Promise<void> {
  const present = await namesOf(db, sessions)
  for (const { name } of COLUMNS) {
    if (present.has(name)) await db.schema.alterTable(sessions).dropColumn(name).execute()
  }
}

async function namesOf(db: Kysely<unknown>, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await COLUMN_NAMES[dialectOf(db)](table).execute(db)
  return new Set(rows.map(({ name }) => name))
}
