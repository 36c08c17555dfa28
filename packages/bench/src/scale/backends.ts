/**
 * What several processes share.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'
import { kyselySessionStore, migrateToLatest, withPreparedStatements } from '@latchkey/kysely'
import { redisSessionStore } from '@latchkey/redis'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { REDIS_URL } from '../stores/backends.ts'
import { POSTGRES_URL } from '../stores/postgres-backend.ts'

/** A store that several processes open. */
export interface SharedStore {
  readonly store: SessionStoreParts
  /** Closes the connections, and leaves what is kept. */
  close(): Promise<void>
  /** Removes what is kept. */
  clear(): Promise<void>
}

/** How each kind is opened, by the prefix under which the processes meet. */
export const SHARED_STORES: Readonly<Record<string, (prefix: string) => Promise<SharedStore>>> = {
  async Redis(prefix) {
    const client = createClient({ url: REDIS_URL })
    await client.connect()
    return {
      store: redisSessionStore(client, { prefix: `${prefix}:` }),
      close: async () => client.destroy(),
      async clear() {
        for await (const keys of client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1_000 })) {
          if (keys.length > 0) await client.unlink(keys)
        }
      },
    }
  },
  async PostgreSQL(prefix) {
    const pool = new Pool({ connectionString: POSTGRES_URL, max: 8 })
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: withPreparedStatements(pool) }) })
    await migrateToLatest(db, { tablePrefix: prefix })
    return {
      store: kyselySessionStore(db, { tablePrefix: prefix }),
      close: () => db.destroy(),
      async clear() {
        const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
        for (const { name } of tables.filter((table) => table.name.startsWith(prefix))) {
          await db.schema.dropTable(name).execute()
        }
      },
    }
  },
}
