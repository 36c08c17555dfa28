/**
 * MySQL and MariaDB.
 *
 * @module
 */

import { withPreparedStatements } from '@latchkey/kysely'
import { MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { RateLimiterMySQL } from 'rate-limiter-flexible'
import type { AppStores, StorePlace } from '../stores.ts'
import { counterTable, openSqlServer, PREFIX } from './sql-server.ts'

/** Connects to a server, whose address is a `mysql:` URL that names a database. */
export function openMysqlStores({ url = '', prefix = PREFIX }: StorePlace): Promise<AppStores> {
  const pool = createPool({ uri: url, connectTimeout: 2_000 })
  const dbName = decodeURIComponent(new URL(url).pathname.slice(1))
  // The address is the server's own: behind a pooler that knows nothing of prepared statements, this would not do.
  return openSqlServer(new MysqlDialect({ pool: withPreparedStatements(pool) }), {
    prefix,
    createCounter: (options) =>
      new RateLimiterMySQL({
        storeClient: pool,
        storeType: 'pool',
        dbName,
        tableName: counterTable(prefix),
        tableCreated: true,
        ...options,
      }),
  })
}
