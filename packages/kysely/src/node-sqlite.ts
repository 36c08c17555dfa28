/**
 * Kysely on `node:sqlite`, which needs no package and no compiler.
 *
 * @module
 */

import type { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '@latchkey/core'
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { createStatementCache } from './statement-cache.ts'

/** What `node:sqlite` binds. */
export type SqliteValue = null | number | bigint | string | Uint8Array

/** A prepared statement, as little of it as is needed. `StatementSync` is one; so is the `Statement` of better-sqlite3. */
export interface NodeSqliteStatement {
  /** Runs the statement and gives its rows. */
  all(...parameters: SqliteValue[]): unknown[]
  /** Runs the statement and tells what it changed. */
  run(...parameters: SqliteValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  /** Runs the statement and gives its rows one by one. */
  iterate(...parameters: SqliteValue[]): Iterable<unknown>
  /** The columns of the result; none for a statement that gives no rows. Node has it since 22.16. */
  columns?(): readonly { readonly name: string }[]
  /** Makes `all` give rows as arrays. Node has it since 24.0. */
  setReturnArrays?(enabled: boolean): void
}

/** A database, as little of it as is needed. `DatabaseSync` is one; so is the `Database` of better-sqlite3. */
export interface NodeSqliteDatabase {
  /** Compiles a statement. */
  prepare(sql: string): NodeSqliteStatement
  /** Closes the database. */
  close(): void
}

/** What `nodeSqliteDialect` may be told. */
export interface NodeSqliteDialectOptions {
  /** How many prepared statements are kept, those used last. A whole number; 0 keeps none. Default 100. */
  readonly statementCacheSize?: number
}

/**
 * Creates a Kysely dialect on an open `node:sqlite` database. `destroy()` of the Kysely closes it.
 *
 * Booleans are bound as 1 and 0, dates as ISO 8601 text in UTC, undefined as null. Rows are plain objects. Integers past
 * 2^53 make `node:sqlite` throw.
 *
 * @throws {ConfigError} When `statementCacheSize` is no whole number from 0 on.
 */
export function nodeSqliteDialect(
  database: NodeSqliteDatabase,
  { statementCacheSize = 100 }: NodeSqliteDialectOptions = {},
): SqliteDialect {
  if (!Number.isSafeInteger(statementCacheSize) || statementCacheSize < 0) {
    throw new ConfigError('statementCacheSize', 'must be a whole number from 0 on')
  }
  const prepare = createStatementCache(statementCacheSize, (sql) => toKyselyStatement(database, sql))
  const adapted: SqliteDatabase = { prepare, close: () => database.close() }
  return new SqliteDialect({ database: adapted })
}

/**
 * Opens a `node:sqlite` database the way servers want it: a write-ahead log, so that readers and the writer do not wait
 * for each other; `synchronous = NORMAL`, which after a power cut may lose the last commits and nothing else; up to
 * five seconds of waiting, which block the thread, while another process writes; foreign keys enforced.
 *
 * @param path A file, or `:memory:`.
 * @throws What `node:sqlite` throws when the file cannot be opened.
 */
export function openSqlite(path: string): DatabaseSync {
  // Looked up here and not imported above, so that the dialect also loads where there is no node:sqlite.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  const database = new Database(path)
  try {
    database.exec('pragma busy_timeout = 5000; pragma journal_mode = WAL')
    database.exec('pragma synchronous = NORMAL; pragma foreign_keys = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function toKyselyStatement(database: NodeSqliteDatabase, sql: string): SqliteStatement {
  const statement = database.prepare(sql)
  const reader = givesRows(database, statement, sql)
  const toRow = reader ? createRowMaker(statement, sql) : toPlainRow
  return {
    reader,
    all: (parameters) => statement.all(...parameters.map(toSqliteValue)).map(toRow),
    run: (parameters) => statement.run(...parameters.map(toSqliteValue)),
    // A statement of its own: one that is kept would start anew if it ran elsewhere while somebody still reads.
    *iterate(parameters) {
      for (const row of database.prepare(sql).iterate(...parameters.map(toSqliteValue))) yield toPlainRow(row)
    },
  }
}

function givesRows(database: NodeSqliteDatabase, statement: NodeSqliteStatement, sql: string): boolean {
  const { reader } = statement as { readonly reader?: unknown }
  if (typeof reader === 'boolean') return reader
  if (statement.columns !== undefined) return statement.columns().length > 0
  // Older versions of Node do not tell, but SQLite does: a program that gives rows has an instruction for it.
  if (/^\s*explain\b/i.test(sql)) return true
  return database
    .prepare(`explain ${sql}`)
    .all()
    .some((row) => (row as { readonly opcode?: unknown }).opcode === 'ResultRow')
}

/**
 * Makes plain objects of rows. As arrays, rows take `node:sqlite` a good part less time; as copies of one object they are also faster
 * to read. What a `*` stands for may change while the statement is kept, so that the names of its columns must come with each row; the others are
 * named as they were when the statement was prepared.
 */
function createRowMaker(statement: NodeSqliteStatement, sql: string): (row: unknown) => unknown {
  if (statement.setReturnArrays === undefined || statement.columns === undefined || sql.includes('*')) return toPlainRow
  const names = statement.columns().map(({ name }) => name)
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(names.map((name) => [name, null]))
  statement.setReturnArrays(true)
  return (values) => {
    const row = { ...blank }
    for (let index = 0; index < names.length; index += 1)
      row[names[index] as string] = (values as readonly unknown[])[index]
    return row
  }
}

/** Gives a row of `node:sqlite` the prototype that much code expects. Nobody else holds the row; a copy would cost more. */
function toPlainRow(row: unknown): unknown {
  const isBare = typeof row === 'object' && row !== null && Object.getPrototypeOf(row) === null
  return isBare ? (Object.setPrototypeOf(row, Object.prototype) as unknown) : row
}

function toSqliteValue(value: unknown): SqliteValue {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  return value as SqliteValue
}
