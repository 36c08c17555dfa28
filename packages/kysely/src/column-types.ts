/**
 * The types of columns, where dialects need their own.
 *
 * @module
 */

import { sql, type RawBuilder } from 'kysely'
import type { SqlDialect } from './dialect.ts'

/** The types of one dialect. Ids and subjects are compared byte by byte. */
export interface ColumnTypes {
  readonly id: RawBuilder<unknown>
  readonly subject: RawBuilder<unknown>
  readonly text: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
}

/** The types by dialect. */
export const COLUMN_TYPES: Readonly<Record<SqlDialect, ColumnTypes>> = {
  sqlite: { id: sql`text`, subject: sql`text`, text: sql`text`, integer: sql`integer` },
  // A collation of the database may order by a language, which makes indexes larger and dependent on its version.
  postgres: { id: sql`text collate "C"`, subject: sql`text collate "C"`, text: sql`text`, integer: sql`bigint` },
  // Every collation of characters that all versions of MySQL and MariaDB know ignores trailing blanks. A subject has at
  // most 255 characters, each of at most seven bytes as stored.
  mysql: {
    id: sql`varbinary(255)`,
    subject: sql`varbinary(1785)`,
    text: sql`longtext character set utf8mb4 collate utf8mb4_bin`,
    integer: sql`bigint`,
  },
}
