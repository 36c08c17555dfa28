/**
 * The databases that the tests run on.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { RevocationStore, SessionStoreParts } from '@latchkey/core'
import type { SessionStoreHarness } from '@latchkey/testing'
import { CompiledQuery, Kysely, MysqlDialect, PostgresDialect, sql, type Dialect, type Logger } from 'kysely'
import { createPool, type PoolOptions } from 'mysql2'
import { Pool } from 'pg'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselyRevocationStore } from './revocation-store.ts'
import { kyselySessionStore } from './session-store.ts'

/** The PostgreSQL server that the tests run on. */
export const POSTGRES_URL: string = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'
/** The MariaDB server that the tests run on. */
export const MYSQL_URL: string = process.env['LATCHKEY_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test'

/** The names of all tables, without the prefix. */
const TABLES = ['sessions', 'subjects', 'tokens', 'revocations', 'cut_offs', 'migrations', 'migrations_lock']

/** Makes the dialect of a pool of its own. */
export type MakeDialect = () => Dialect

/** Tables of one prefix in a database, and everything that was opened for them. */
export interface TestTables {
  readonly tablePrefix: string
  /** The pool that made the tables. */
  readonly db: Kysely<unknown>
  /** A store on that pool. */
  readonly store: SessionStoreParts
  /** A revocation store on that pool. */
  readonly revocations: RevocationStore
  /** Opens one more pool. It is closed with the tables. */
  connect(makeDialect?: MakeDialect, log?: Logger): Kysely<unknown>
  /** A store on a pool of its own. */
  connectStore(makeDialect?: MakeDialect): SessionStoreParts
  /** Everything that is stored, as text. */
  dump(): Promise<string>
  /** Removes all rows. */
  clear(): Promise<void>
  /** Drops the tables and closes every pool. */
  drop(): Promise<void>
}

/** Makes a dialect on the PostgreSQL server. */
export function postgresDialect(): Dialect {
  return new PostgresDialect({ pool: new Pool({ connectionString: POSTGRES_URL, max: 8 }) })
}

/** Makes a dialect on the MariaDB server; `settings`, if given, are set first on every connection. */
export function mariadbDialect(settings?: string, options: PoolOptions = {}): Dialect {
  return new MysqlDialect({
    pool: createPool({ uri: MYSQL_URL, connectionLimit: 8, ...options }),
    onCreateConnection: async (connection) => {
      if (settings !== undefined) await connection.executeQuery(CompiledQuery.raw(`set session ${settings}`))
    },
  })
}

/** Makes a dialect on a SQLite database of its own, in memory. */
export function sqliteDialect(): Dialect {
  return nodeSqliteDialect(openSqlite(':memory:'))
}

/** Chooses a new prefix, and makes its tables unless told otherwise. */
export async function createTables(
  makeFirst: MakeDialect,
  { migrated = true }: { readonly migrated?: boolean } = {},
): Promise<TestTables> {
  const tablePrefix = `t${randomUUID().replaceAll('-', '').slice(0, 16)}_`
  const opened: Kysely<unknown>[] = []
  const connect = (makeDialect = makeFirst, log?: Logger): Kysely<unknown> => {
    const db = new Kysely<unknown>({ dialect: makeDialect(), ...(log === undefined ? {} : { log }) })
    opened.push(db)
    return db
  }
  const db = connect()
  const [sessions, subjects, tokens] = ['sessions', 'subjects', 'tokens'].map((name) => sql.table(tablePrefix + name))
  const [revocations, cutOffs] = ['revocations', 'cut_offs'].map((name) => sql.table(tablePrefix + name))
  if (migrated) await migrateToLatest(db, { tablePrefix })
  return {
    tablePrefix,
    db,
    store: kyselySessionStore(db, { tablePrefix }),
    revocations: kyselyRevocationStore(db, { tablePrefix }),
    connect,
    connectStore: (makeDialect) => kyselySessionStore(connect(makeDialect), { tablePrefix }),
    async dump() {
      const sessionRows = await sql`select * from ${sessions} order by id`.execute(db)
      const subjectRows = await sql`select * from ${subjects} order by subject`.execute(db)
      const tokenRows = await sql`select * from ${tokens} order by id`.execute(db)
      // Bytes are shown as their text, so that a test finds what it looks for.
      return JSON.stringify([sessionRows.rows, subjectRows.rows, tokenRows.rows].flat().map(toTexts))
    },
    async clear() {
      await sql`delete from ${sessions}`.execute(db)
      await sql`delete from ${subjects}`.execute(db)
      await sql`delete from ${tokens}`.execute(db)
      await sql`delete from ${revocations}`.execute(db)
      await sql`delete from ${cutOffs}`.execute(db)
    },
    async drop() {
      for (const name of TABLES) {
        await db.schema.dropTable(`${tablePrefix}${name}`).ifExists().execute()
      }
      for (const one of opened.splice(0)) await one.destroy()
    },
  }
}

function toTexts(row: unknown): unknown {
  const columns = Object.entries(row as object)
  return columns.map(([name, value]) => [name, value instanceof Uint8Array ? new TextDecoder().decode(value) : value])
}

/** The tables without their rows, as the suite of session stores takes them. */
export async function sessionHarnessOf(tables: TestTables): Promise<SessionStoreHarness> {
  await tables.clear()
  return {
    store: tables.store,
    rawDump: tables.dump,
    // Another store on the same database knows all that this one does.
    reopen: () => Promise.resolve(kyselySessionStore(tables.db, tables)),
    close() {},
  }
}
