/**
 * PostgreSQL.
 *
 * @module
 */

import { withPreparedStatements } from '@latchkey/kysely'
import { PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { AppStores, StorePlace } from '../stores.ts'
import { counterTable, openSqlServer, PREFIX } from './sql-server.ts'

/** Connects to a server, whose address is a `postgres:` URL. */
export function openPostgresStores({ url, prefix = PREFIX, onError }: StorePlace): Promise<AppStores> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // An idle connection that is lost would end the process.
  pool.on('error', onError)
  // The address is the server's own: behind a pooler that knows nothing of prepared statements, this would not do.
  return openSqlServer(new PostgresDialect({ pool: withPreparedStatements(pool) }), {
    prefix,
    createCounter: (options) =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        tableName: counterTable(prefix),
        tableCreated: true,
        ...options,
      }),
  })
}
