/**
 * Stores on tables of their own.
 *
 * @module
 */

import type { RevocationStore, SessionStoreParts } from '@latchkey/core'
import { kyselyRevocationStore, kyselySessionStore, migrateToLatest } from '@latchkey/kysely'
import { Kysely, type Dialect } from 'kysely'
import type { CountedStore } from './backend.ts'

let prefixes = 0
/** Other runs may use the same servers. */
export const newPrefix = (): string => `bench_${process.pid}_${(prefixes += 1)}_`

/** Stores on a database. */
export interface KyselyStores {
  readonly store: SessionStoreParts
  readonly counted: CountedStore
  readonly revocations: RevocationStore
  /** Drops the tables, and closes the connections. */
  close(): Promise<void>
}

/** Makes the tables, and the stores on them. */
export async function openKysely(dialect: Dialect, tablePrefix: string): Promise<KyselyStores> {
  let count = 0
  const db = new Kysely<unknown>({ dialect })
  // On the same connections, so that it is closed with the other.
  const logged = new Kysely<unknown>({
    dialect,
    log: ({ level }) => {
      if (level === 'query') count += 1
    },
  })
  await migrateToLatest(db, { tablePrefix })
  async function close(): Promise<void> {
    const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
    for (const { name } of tables.filter((table) => table.name.startsWith(tablePrefix))) {
      await db.schema.dropTable(name).execute()
    }
    await db.destroy()
  }
  return {
    store: kyselySessionStore(db, { tablePrefix }),
    revocations: kyselyRevocationStore(db, { tablePrefix }),
    counted: { store: kyselySessionStore(logged, { tablePrefix }), roundTrips: () => count },
    close,
  }
}
