/**
 * The session store in a SQL database.
 *
 * @module
 */

import type { ExpirySweep, SessionStore, SubjectSessions } from '@latchkey/core'
import type { Kysely, Transaction } from 'kysely'
import { createExpirySweep } from './expiry-sweep.ts'
import { createRecordStore } from './record-store.ts'
import { createSubjectSessions } from './subject-sessions.ts'
import { nameTables, type TableOptions } from './tables.ts'

/**
 * Creates a session store on the application's own Kysely, whatever its database type: the tables of the store need not
 * stand in it, and its plugins do not touch them. The tables are made by `migrateToLatest` or `latchkeyMigrations`.
 *
 * Made from a transaction, the store works inside it. Do so only where the store's writes must stand or fall with the
 * application's: what is not committed is seen by nobody else, and reads may be old.
 *
 * Any number of processes may share the database. A statement that the database rolls back for the sake of another, by a
 * deadlock or a serialization failure, is repeated up to four times; what still fails rejects with the driver's error.
 * Within a transaction nothing is repeated, because the transaction is lost.
 *
 * A row that no version of this package can have written counts as absent when it is read.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar, or the dialect is neither SQLite, PostgreSQL nor MySQL.
 */
export function kyselySessionStore<Database>(
  db: Kysely<Database> | Transaction<Database>,
  options: TableOptions = {},
): SessionStore & SubjectSessions & ExpirySweep {
  const tables = nameTables(options)
  const plain = db.withoutPlugins()
  return {
    ...createRecordStore(plain, tables),
    ...createSubjectSessions(plain, tables),
    ...createExpirySweep(plain, tables),
  }
}
