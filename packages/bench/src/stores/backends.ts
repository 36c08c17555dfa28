/**
 * The stores that are measured, each with the bare commands of its own driver beside it.
 *
 * @module
 */

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryRevocationStore, createMemorySessionStore, type SessionStoreParts } from '@latchkey/core'
import { withPreparedStatements } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { redisRevocationStore, redisSessionStore, type NodeRedisClient } from '@latchkey/redis'
import { MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { createClient } from 'redis'
import type { Backend, BackendKind } from './backend.ts'
import { newPrefix, openKysely } from './open-kysely.ts'
import { postgres, unpreparedPostgres } from './postgres-backend.ts'

const MYSQL_URL = process.env['LATCHKEY_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test'
/** Where Redis is. */
export const REDIS_URL: string = process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

const memory: BackendKind = {
  name: 'memory',
  isNetworked: false,
  async open() {
    const rows = new Map<string, string>()
    let count = 0
    const store = createMemorySessionStore({ maxSessions: 10_000_000 })
    const countingStore: SessionStoreParts = {
      ...store,
      read: (...args) => ((count += 1), store.read(...args)),
      update: (...args) => ((count += 1), store.update(...args)),
      touch: (...args) => ((count += 1), store.touch(...args)),
    }
    return {
      store,
      counted: { store: countingStore, roundTrips: () => count },
      revocations: createMemoryRevocationStore({ maxRevocations: 10_000_000 }),
      bareRead: (id) => JSON.parse(rows.get(id) ?? 'null') as unknown,
      bareWrite: (id, data) => rows.set(id, data),
      bytesPerSession: async () => undefined,
      close: async () => rows.clear(),
    }
  },
}

const sqlite: BackendKind = {
  name: 'SQLite',
  isNetworked: false,
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
    const file = join(folder, 'sessions.sqlite')
    const database = openSqlite(file)
    const prefix = newPrefix()
    const { store, counted, revocations } = await openKysely(nodeSqliteDialect(database), prefix)
    const read = database.prepare(`select * from ${prefix}sessions where id = ?`)
    const write = database.prepare(`update ${prefix}sessions set data = ? where id = ?`)
    return {
      store,
      counted,
      revocations,
      bareRead: (id) => read.get(id),
      bareWrite: (id, data) => write.run(data, id),
      async bytesPerSession(sessions) {
        database.exec('pragma wal_checkpoint(truncate)')
        return (await stat(file)).size / sessions
      },
      async close() {
        database.close()
        await rm(folder, { recursive: true })
      },
    }
  },
}

/** With prepared statements on both sides, or without them on both sides. */
function mariadbKind(name: string, isPrepared: boolean): BackendKind {
  return {
    name,
    isNetworked: true,
    isVariant: !isPrepared,
    async open() {
      const prefix = newPrefix()
      const own = createPool({ uri: MYSQL_URL, connectionLimit: 8 })
      const { store, counted, revocations, close } = await openKysely(
        new MysqlDialect({ pool: isPrepared ? withPreparedStatements(own) : own }),
        prefix,
      )
      const pool = createPool({ uri: MYSQL_URL, connectionLimit: 8 }).promise()
      const send = (text: string, values: string[]): unknown =>
        isPrepared ? pool.execute(text, values) : pool.query(text, values)
      return {
        store,
        counted,
        revocations,
        bareRead: (id) => send(`select * from ${prefix}sessions where id = ?`, [id]),
        bareWrite: (id, data) => send(`update ${prefix}sessions set data = ? where id = ?`, [data, id]),
        bytesPerSession: async () => undefined,
        async close() {
          await pool.end()
          await close()
        },
      }
    },
  }
}

const mariadb = mariadbKind('MariaDB', true)
const unpreparedMariadb = mariadbKind('MariaDB, not prepared', false)

const redis: BackendKind = {
  name: 'Redis',
  isNetworked: true,
  async open() {
    const prefix = `${newPrefix()}:`
    const client = createClient({ url: REDIS_URL })
    await client.connect()
    let count = 0
    let underWay = 0
    async function trip<Reply>(command: Promise<Reply>): Promise<Reply> {
      if (underWay === 0) count += 1
      underWay += 1
      return command.finally(() => (underWay -= 1))
    }
    const countingClient: NodeRedisClient = {
      get: (key) => trip(client.get(key)),
      evalSha: (sha1, options) => trip(client.evalSha(sha1, options)),
      eval: (script, options) => trip(client.eval(script, options)),
    }
    const keyOf = (id: string): string => `${prefix}session:${id}`
    return {
      store: redisSessionStore(client, { prefix }),
      counted: { store: redisSessionStore(countingClient, { prefix }), roundTrips: () => count },
      revocations: redisRevocationStore(client, { prefix }),
      bareRead: (id) => client.get(keyOf(id)),
      bareWrite: (id, data) => client.set(`${prefix}bare:${id}`, data),
      // The session's key alone; its subject has a list of ids besides.
      bytesPerSession: async (_sessions, sampleId) => (await client.memoryUsage(keyOf(sampleId))) ?? undefined,
      async close() {
        for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) {
          if (keys.length > 0) await client.unlink(keys)
        }
        client.destroy()
      },
    }
  },
}

/** Those that need nothing, and those that need a server. */
export const LOCAL_BACKENDS: readonly BackendKind[] = [memory, sqlite]
export const NETWORKED_BACKENDS: readonly BackendKind[] = [
  postgres,
  unpreparedPostgres,
  mariadb,
  unpreparedMariadb,
  redis,
]

/** Opens a kind of store; undefined when its server cannot be reached. */
export async function openIfReachable(kind: BackendKind): Promise<Backend | undefined> {
  try {
    return await kind.open()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED' || (error instanceof AggregateError && kind.isNetworked)) return undefined
    throw error
  }
}
