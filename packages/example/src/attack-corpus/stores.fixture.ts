/**
 * The stores that the attack corpus and the proofs of all stores run on.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import {
  createMemoryRevocationStore,
  createMemorySessionStore,
  type RevocationStore,
  type SessionStoreParts,
} from '@latchkey/core'
import { kyselyRevocationStore, kyselySessionStore, migrateToLatest } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { redisRevocationStore, redisSessionStore } from '@latchkey/redis'
import { Kysely, MysqlDialect, PostgresDialect, sql, type Dialect } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { describe } from 'vitest'

/** A store of its own, empty. */
export interface CorpusStore {
  readonly store: SessionStoreParts
  /** What revocations it is kept with. */
  readonly revocations: RevocationStore
  /** Changes the rows of a SQL store behind its back: `update sessions set ...` with the text after `set`. */
  readonly tamper?: (assignments: string) => Promise<void>
  /** The milliseconds that each key of a Redis store has left to live; negative where it would live for ever. */
  readonly lives?: () => Promise<readonly number[]>
  close(): Promise<void>
}

/** A kind of store. */
export interface StoreKind {
  readonly name: string
  /** Whether it needs a server, and with it `LATCHKEY_SERVICES=1`. */
  readonly needsServer: boolean
  /** Opens it under a prefix of its own, or under one that another process uses. */
  readonly open: (prefix?: string) => Promise<CorpusStore>
}

const POSTGRES_URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'
const MYSQL_URL = process.env['LATCHKEY_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test'
const REDIS_URL = process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

/** The names of all tables, without the prefix. */
const TABLES = ['sessions', 'subjects', 'tokens', 'revocations', 'cut_offs', 'migrations', 'migrations_lock']

/** The store in memory, on which everything runs that no item wants elsewhere. */
export const MEMORY: StoreKind = {
  name: 'memory',
  needsServer: false,
  open: async () => ({
    store: createMemorySessionStore(),
    revocations: createMemoryRevocationStore(),
    close: async () => {},
  }),
}

/** The stores in SQL. */
export const SQL_STORES: readonly StoreKind[] = [
  { name: 'SQLite', needsServer: false, open: (prefix) => openSql(nodeSqliteDialect(openSqlite(':memory:')), prefix) },
  {
    name: 'PostgreSQL',
    needsServer: true,
    open: (prefix) =>
      openSql(new PostgresDialect({ pool: new Pool({ connectionString: POSTGRES_URL, max: 4 }) }), prefix),
  },
  {
    name: 'MariaDB',
    needsServer: true,
    open: (prefix) => openSql(new MysqlDialect({ pool: createPool({ uri: MYSQL_URL, connectionLimit: 4 }) }), prefix),
  },
]

/** The store in Redis. */
export const REDIS: StoreKind = { name: 'Redis', needsServer: true, open: openRedis }

/** All stores. */
export const STORES: readonly StoreKind[] = [MEMORY, ...SQL_STORES, REDIS]

/** Defines tests for each of several stores. Without `LATCHKEY_SERVICES=1` those that need a server are skipped, and the title says why. */
export function describeStores(kinds: readonly StoreKind[], title: string, define: (kind: StoreKind) => void): void {
  for (const kind of kinds) {
    if (!kind.needsServer || process.env['LATCHKEY_SERVICES'] === '1') {
      describe(`${title} on ${kind.name}`, () => define(kind))
    } else {
      describe.skip(`${title} on ${kind.name} (needs LATCHKEY_SERVICES=1 and a server)`, () => define(kind))
    }
  }
}

/** Makes a prefix that no other test uses, for tables and keys alike. */
export function createPrefix(): string {
  return `c${randomUUID().replaceAll('-', '').slice(0, 16)}_`
}

async function openSql(dialect: Dialect, tablePrefix = createPrefix()): Promise<CorpusStore> {
  const db = new Kysely<unknown>({ dialect })
  await migrateToLatest(db, { tablePrefix })
  return {
    store: kyselySessionStore(db, { tablePrefix }),
    revocations: kyselyRevocationStore(db, { tablePrefix }),
    async tamper(assignments) {
      await sql`update ${sql.table(`${tablePrefix}sessions`)} set ${sql.raw(assignments)}`.execute(db)
    },
    async close() {
      for (const name of TABLES) {
        await db.schema
          .dropTable(tablePrefix + name)
          .ifExists()
          .execute()
      }
      await db.destroy()
    },
  }
}

async function openRedis(prefix = createPrefix()): Promise<CorpusStore> {
  const client = createClient({ url: REDIS_URL, disableOfflineQueue: true })
  client.on('error', () => {})
  await client.connect()
  const keys = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const some of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) found.push(...some)
    return found
  }
  return {
    store: redisSessionStore(client, { prefix }),
    revocations: redisRevocationStore(client, { prefix }),
    lives: async () => Promise.all((await keys()).map((key) => client.pTTL(key))),
    async close() {
      const found = await keys()
      if (found.length > 0) await client.unlink(found)
      client.destroy()
    },
  }
}
