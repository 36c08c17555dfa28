/**
 * What stores on a SQL server have in common.
 *
 * @module
 */

import { storedSessions } from '@latchkey/core'
import { kyselyRevocationStore, kyselySessionStore, kyselyTokenStore, migrateToLatest } from '@latchkey/kysely'
import type { CreateRateCounter } from '@latchkey/password'
import { Kysely, type Dialect } from 'kysely'
import type { AppStores } from '../stores.ts'

/** What the names of tables begin with, unless told otherwise. */
export const PREFIX = 'latchkey_'

/** Names the table of counters. */
export function counterTable(prefix: string): string {
  return `${prefix}counters`
}

/** Makes the tables, and the stores on them. On failure the connections are closed. */
export async function openSqlServer(
  dialect: Dialect,
  { prefix, createCounter }: { readonly prefix: string; readonly createCounter: CreateRateCounter },
): Promise<AppStores> {
  const db = new Kysely<unknown>({ dialect })
  const options = { tablePrefix: prefix }
  try {
    await migrateToLatest(db, options)
    // The columns that `rate-limiter-flexible` reads and writes; by itself it would also create a database.
    await db.schema
      .createTable(counterTable(prefix))
      .ifNotExists()
      .addColumn('key', 'varchar(255)', (column) => column.primaryKey())
      .addColumn('points', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('expire', 'bigint')
      .execute()
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    sessions: storedSessions(kyselySessionStore(db, options)),
    revocations: kyselyRevocationStore(db, options),
    tokens: kyselyTokenStore(db, options),
    createCounter,
    keepsSessions: true,
    close: () => db.destroy(),
  }
}
