/**
 * The names of the tables.
 *
 * @module
 */

import { ConfigError } from '@latchkey/core'

/** Where the tables stand. */
export interface TableOptions {
  /**
   * What the names of all tables and indexes begin with: a lower-case letter, then up to 30 lower-case letters, digits
   * and underscores. Default `latchkey_`.
   */
  readonly tablePrefix?: string
}

/** The names of the tables of one prefix. */
export interface TableNames {
  readonly sessions: string
  readonly subjects: string
  readonly revocations: string
  readonly cutOffs: string
  readonly migrations: string
  readonly migrationsLock: string
}

const PREFIX = /^[a-z][a-z0-9_]{0,30}$/

/**
 * Names the tables.
 *
 * @throws {ConfigError} When the prefix is not of the grammar: names stand in the text of statements, where nothing may be
 * bound.
 */
export function nameTables({ tablePrefix = 'latchkey_' }: TableOptions): TableNames {
  if (typeof tablePrefix !== 'string' || !PREFIX.test(tablePrefix)) {
    throw new ConfigError('tablePrefix', 'must be a lower-case letter and up to 30 lower-case letters, digits or "_"')
  }
  return {
    sessions: `${tablePrefix}sessions`,
    subjects: `${tablePrefix}subjects`,
    revocations: `${tablePrefix}revocations`,
    cutOffs: `${tablePrefix}cut_offs`,
    migrations: `${tablePrefix}migrations`,
    migrationsLock: `${tablePrefix}migrations_lock`,
  }
}
