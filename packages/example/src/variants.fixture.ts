/**
 * The servers that the end-to-end tests run on: every adapter, and every store.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { sql, Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { ADAPTERS, type Adapter } from './app.ts'
import { openStores, STORES, type StoreName } from './open-stores.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './server.fixture.ts'
import type { AppStores, StorePlace } from './stores.ts'

/** What a server under test runs on. */
export interface Variant {
  readonly adapter: Adapter
  readonly store: StoreName
  /** Whether sessions are in the store, so that they can be listed and refreshed. */
  readonly keepsSessions: boolean
  /** Whether sessions and tokens are in `server.db`, so that a test can break them. */
  readonly isOwnDatabase: boolean
}

const SERVER_URLS: Readonly<Partial<Record<StoreName, string>>> = {
  postgres: process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test',
  mysql: process.env['LATCHKEY_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test',
  redis: process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
}

/** Stores that many servers share, one after another; each server has counters of its own. */
interface SharedStores {
  open(place: Pick<StorePlace, 'db'>): Promise<AppStores>
  /** Removes everything, and closes. */
  close(): Promise<void>
}

/**
 * Defines end-to-end tests on every adapter with SQLite, and on one adapter with every other store. Without `LATCHKEY_SERVICES=1` the
 * stores that are servers are skipped, and the title says why.
 */
export function describeServers(name: string, define: (server: () => TestServer, variant: Variant) => void): void {
  for (const adapter of ADAPTERS) describeServer(name, toVariant(adapter, 'sqlite'), define)
  for (const store of STORES) if (store !== 'sqlite') describeServer(name, toVariant('hono', store), define)
}

/** Defines end-to-end tests on every adapter with every store. */
export function describeAllServers(name: string, define: (server: () => TestServer, variant: Variant) => void): void {
  for (const store of STORES) for (const adapter of ADAPTERS) describeServer(name, toVariant(adapter, store), define)
}

function toVariant(adapter: Adapter, store: StoreName): Variant {
  const isOwnDatabase = store === 'sqlite'
  return { adapter, store, keepsSessions: store !== 'sealed', isOwnDatabase }
}

function describeServer(
  name: string,
  variant: Variant,
  define: (server: () => TestServer, variant: Variant) => void,
): void {
  const { adapter, store } = variant
  const title = `${name} on ${adapter} with ${store}`
  const defineAll = (): void => {
    let shared: SharedStores
    let server: TestServer
    beforeAll(async () => {
      shared = await shareStores(store)
    })
    afterAll(() => shared.close())
    beforeEach(async () => {
      const options: TestServerOptions = { openStores: (db) => shared.open({ db }) }
      server = await startTestServer(adapter, options)
    })
    afterEach(() => server.close())
    define(() => server, variant)
  }
  if (SERVER_URLS[store] === undefined || process.env['LATCHKEY_SERVICES'] === '1') describe(title, defineAll)
  else describe.skip(`${title} (needs LATCHKEY_SERVICES=1 and a server)`, defineAll)
}

/** Opens the stores of a kind: once where that takes a server, and for each test where it does not. */
async function shareStores(store: StoreName): Promise<SharedStores> {
  const onError = (): void => {}
  const url = SERVER_URLS[store]
  if (url === undefined) {
    return { open: ({ db }) => openStores(store, { db, url, onError }), close: () => Promise.resolve() }
  }
  const prefix = `e${randomUUID().replaceAll('-', '').slice(0, 16)}_`
  // No store that is a server looks at the application's own database.
  const stores = await openStores(store, { db: undefined as never, url, prefix, onError })
  return {
    async open() {
      const run = randomUUID().slice(0, 8)
      return {
        ...stores,
        createCounter: (options) => {
          const counter = stores.createCounter?.({ ...options, keyPrefix: `${run}_${options.keyPrefix}` })
          if (counter === undefined) throw new Error('A server has counters')
          return counter
        },
        close: () => Promise.resolve(),
      }
    },
    async close() {
      await stores.close()
      await removeAll(store, url, prefix)
    },
  }
}

const TABLES = [
  'sessions',
  'subjects',
  'tokens',
  'revocations',
  'cut_offs',
  'counters',
  'migrations',
  'migrations_lock',
]

async function removeAll(store: StoreName, url: string, prefix: string): Promise<void> {
  if (store === 'redis') return removeKeys(url, prefix)
  const dialect =
    store === 'postgres'
      ? new PostgresDialect({ pool: new Pool({ connectionString: url }) })
      : new MysqlDialect({ pool: createPool({ uri: url }) })
  const db = new Kysely<unknown>({ dialect })
  for (const table of TABLES) await sql`drop table if exists ${sql.table(prefix + table)}`.execute(db)
  await db.destroy()
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const client = createClient({ url })
  await client.connect()
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) {
    if (keys.length > 0) await client.unlink(keys)
  }
  client.destroy()
}
