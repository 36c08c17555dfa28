/**
 * A SQLite file, by default the application's own.
 *
 * @module
 */

import { storedSessions } from '@latchkey/core'
import { kyselyRevocationStore, kyselySessionStore, kyselyTokenStore, migrateToLatest } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { Kysely } from 'kysely'
import type { AppStores, StorePlace } from '../stores.ts'

/** Creates the stores on a database that has Latchkey's tables, and that somebody else closes. */
export function sqliteStores<Tables>(db: Kysely<Tables>): AppStores {
  return {
    sessions: storedSessions(kyselySessionStore(db)),
    revocations: kyselyRevocationStore(db),
    tokens: kyselyTokenStore(db),
    createCounter: undefined,
    keepsSessions: true,
    close: () => Promise.resolve(),
  }
}

/** Opens a file of its own where there is a path, and else takes the application's. */
export async function openSqliteStores({ db, url }: Pick<StorePlace, 'db' | 'url'>): Promise<AppStores> {
  if (url === undefined) return sqliteStores(db)
  const own = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(url)) })
  await migrateToLatest(own)
  return { ...sqliteStores(own), close: () => own.destroy() }
}
