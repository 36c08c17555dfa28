/**
 * Which SQL a database speaks, for the few places where one wording does not do for all.
 *
 * @module
 */

import { ConfigError } from '@latchkey/core'
import { MysqlAdapter, PostgresAdapter, SqliteAdapter, type QueryExecutorProvider } from 'kysely'

/** The dialects that the store is written for. MariaDB counts as MySQL. */
export type SqlDialect = 'sqlite' | 'postgres' | 'mysql'

/**
 * Tells the dialect by Kysely's adapter.
 *
 * @throws {ConfigError} When the adapter is none of Kysely's own for these dialects, nor derived from one.
 */
export function dialectOf(db: QueryExecutorProvider): SqlDialect {
  const { adapter } = db.getExecutor()
  if (adapter instanceof SqliteAdapter) return 'sqlite'
  if (adapter instanceof PostgresAdapter) return 'postgres'
  if (adapter instanceof MysqlAdapter) return 'mysql'
  throw new ConfigError('db', 'must be a Kysely of a SQLite, PostgreSQL or MySQL dialect')
}
