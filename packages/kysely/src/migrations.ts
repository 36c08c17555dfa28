/**
 * The tables of the session store, of the token store and of the revocation store.
 *
 * @module
 */

import { sql, type CreateTableBuilder, type Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { addClientColumns, dropClientColumns } from './client-columns.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { dialectOf } from './dialect.ts'
import { nameTables, type TableNames, type TableOptions } from './tables.ts'
import { nameTokenTable } from './token-store-table.ts'

const LOCK_ATTEMPTS = 200
const LOCK_PAUSE = 50

/**
 * The migrations that make the tables, for an application that runs them by a `Migrator` of its own. Keys are names;
 * rename them where they must sort after the application's.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar.
 */
export function latchkeyMigrations(options: TableOptions = {}): Record<string, Migration> {
  const tables = nameTables(options)
  return {
    [`${tables.sessions}_0001`]: {
      up: (db: Kysely<unknown>) => createTables(db.withoutPlugins(), tables),
      down: (db: Kysely<unknown>) => dropTables(db.withoutPlugins(), tables),
    },
    // Of the same name but for its number, because migrations run in the order of their names.
    [`${tables.sessions}_0002`]: {
      up: (db: Kysely<unknown>) => createTokenTable(db.withoutPlugins(), nameTokenTable(options)),
      down: (db: Kysely<unknown>) => db.withoutPlugins().schema.dropTable(nameTokenTable(options)).ifExists().execute(),
    },
    [`${tables.sessions}_0003`]: {
      up: (db: Kysely<unknown>) => addClientColumns(db.withoutPlugins(), tables),
      down: (db: Kysely<unknown>) => dropClientColumns(db.withoutPlugins(), tables),
    },
    [`${tables.sessions}_0004`]: {
      up: (db: Kysely<unknown>) => createRevocationTables(db.withoutPlugins(), tables),
      down: (db: Kysely<unknown>) => dropRevocationTables(db.withoutPlugins(), tables),
    },
  }
}

/**
 * Makes the tables, or brings them up to date. Does nothing when they are. What was run is remembered in a table of the
 * same prefix. Safe when several processes start together: one migrates, the others wait.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar, or the dialect is not supported. Rejects with the
 * driver's error when a migration failed, or when another connection kept SQLite locked for ten seconds.
 */
export async function migrateToLatest<Database>(db: Kysely<Database>, options: TableOptions = {}): Promise<void> {
  const tables = nameTables(options)
  const plain = db.withoutPlugins()
  const run = async (on: Kysely<Database>): Promise<void> => {
    const migrator = new Migrator({
      db: on,
      provider: { getMigrations: () => Promise.resolve(latchkeyMigrations(options)) },
      migrationTableName: tables.migrations,
      migrationLockTableName: tables.migrationsLock,
    })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error instanceof Error ? error : new Error('The migration failed', { cause: error })
  }
  await (dialectOf(plain) === 'sqlite' ? plain.connection().execute((one) => runLocked(one, run)) : run(plain))
}

/**
 * Kysely takes no lock on SQLite, because it sees one connection. A second process has another: so all of it, the look
 * at what was run included, stands in a transaction that begins with the write lock. SQLite rolls tables back too.
 */
async function runLocked<Database>(
  connection: Kysely<Database>,
  run: (connection: Kysely<Database>) => Promise<void>,
): Promise<void> {
  await beginImmediate(connection)
  try {
    await run(connection)
    await sql`commit`.execute(connection)
  } catch (error) {
    // After some errors SQLite has rolled back already, and refuses to do it twice.
    await sql`rollback`.execute(connection).catch(() => {})
    throw error
  }
}

/**
 * Takes the write lock of SQLite. It waits in turns, not inside SQLite, which would block the thread: the one who holds
 * the lock may be another connection of this very process.
 */
async function beginImmediate<Database>(connection: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ readonly timeout: number }>`pragma busy_timeout`.execute(connection)
  await sql`pragma busy_timeout = 0`.execute(connection)
  try {
    for (let left = LOCK_ATTEMPTS; ; left -= 1) {
      try {
        await sql`begin immediate`.execute(connection)
        return
      } catch (error) {
        if (left === 0 || !/busy|locked/i.test(String(error))) throw error
        await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE))
      }
    }
  } finally {
    await sql`pragma busy_timeout = ${sql.lit(rows[0]?.timeout ?? 0)}`.execute(connection)
  }
}

async function createTables(db: Kysely<unknown>, tables: TableNames): Promise<void> {
  const types = COLUMN_TYPES[dialectOf(db)]
  await beginTable(db, tables.subjects)
    .addColumn('subject', types.subject, (column) => column.primaryKey().notNull())
    .addColumn('epoch', types.integer, (column) => column.notNull())
    .addColumn('spared', types.id)
    .execute()

  const indexes = { subject: ['subject'], idle: ['idle_expires_at'], absolute: ['absolute_expires_at'] }
  const sessions = beginTable(db, tables.sessions)
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('carrier', types.text, (column) => column.notNull())
    .addColumn('subject', types.subject)
    .addColumn('scopes', types.text, (column) => column.notNull())
    .addColumn('authenticated_at', types.integer)
    .addColumn('amr', types.text, (column) => column.notNull())
    .addColumn('acr', types.text)
    .addColumn('key_id', types.integer, (column) => column.notNull())
    .addColumn('salt', types.text, (column) => column.notNull())
    .addColumn('generation', types.integer, (column) => column.notNull())
    .addColumn('previous', types.integer)
    .addColumn('rotated_at', types.integer)
    .addColumn('epoch', types.integer, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('last_seen_at', types.integer, (column) => column.notNull())
    .addColumn('idle_expires_at', types.integer, (column) => column.notNull())
    .addColumn('absolute_expires_at', types.integer, (column) => column.notNull())
    .addColumn('version', types.integer, (column) => column.notNull())
    .addColumn('label', types.text)
    .addColumn('data', types.text, (column) => column.notNull())
  await createIndexed(db, sessions, tables.sessions, indexes)
}

/** Begins the statement that makes a table. On MySQL it is transactional, whatever engine is the default there. */
function beginTable(db: Kysely<unknown>, name: string): CreateTableBuilder<string> {
  const table = db.schema.createTable(name).ifNotExists()
  return dialectOf(db) === 'mysql' ? table.modifyEnd(sql`engine = InnoDB`) : table
}

async function dropTables(db: Kysely<unknown>, tables: TableNames): Promise<void> {
  await db.schema.dropTable(tables.sessions).ifExists().execute()
  await db.schema.dropTable(tables.subjects).ifExists().execute()
}

async function createTokenTable(db: Kysely<unknown>, name: string): Promise<void> {
  const types = COLUMN_TYPES[dialectOf(db)]
  const tokens = beginTable(db, name)
    .addColumn('id', types.id, (column) => column.primaryKey().notNull())
    .addColumn('purpose', types.id, (column) => column.notNull())
    .addColumn('subject', types.subject, (column) => column.notNull())
    .addColumn('digest', types.id, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer)
    .addColumn('last_used_at', types.integer)
    .addColumn('data', types.text, (column) => column.notNull())
  await createIndexed(db, tokens, name, { subject: ['subject', 'purpose'], expires: ['expires_at'] })
}

async function createRevocationTables(db: Kysely<unknown>, tables: TableNames): Promise<void> {
  const types = COLUMN_TYPES[dialectOf(db)]
  const revocations = beginTable(db, tables.revocations)
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('subject', types.subject, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addColumn('written_at', types.integer, (column) => column.notNull())
    .addColumn('writes', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint(`${tables.revocations}_key`, ['id', 'subject'])
  await createIndexed(db, revocations, tables.revocations, { expires: ['expires_at'], written: ['written_at'] })

  const cutOffs = beginTable(db, tables.cutOffs)
    .addColumn('subject', types.subject, (column) => column.primaryKey().notNull())
    .addColumn('epoch', types.integer, (column) => column.notNull())
    .addColumn('spared', types.id)
    .addColumn('floor_epoch', types.integer, (column) => column.notNull())
    .addColumn('written_at', types.integer, (column) => column.notNull())
  await createIndexed(db, cutOffs, tables.cutOffs, { written: ['written_at'] })
}

async function dropRevocationTables(db: Kysely<unknown>, tables: TableNames): Promise<void> {
  await db.schema.dropTable(tables.revocations).ifExists().execute()
  await db.schema.dropTable(tables.cutOffs).ifExists().execute()
}

/**
 * Makes a table and its indexes, each named after the table. MySQL has no `create index if not exists`, and makes indexes with the
 * table; the others know nothing of that.
 */
async function createIndexed<Column extends string>(
  db: Kysely<unknown>,
  table: CreateTableBuilder<string, Column>,
  name: string,
  indexes: Readonly<Record<string, readonly Column[]>>,
): Promise<void> {
  const named = Object.entries(indexes).map(([end, columns]): [string, Column[]] => [`${name}_${end}`, [...columns]])
  if (dialectOf(db) === 'mysql') {
    await named.reduce((whole, [index, columns]) => whole.addIndex(index, columns), table).execute()
    return
  }
  await table.execute()
  for (const [index, columns] of named) {
    await db.schema.createIndex(index).ifNotExists().on(name).columns<string>(columns).execute()
  }
}
