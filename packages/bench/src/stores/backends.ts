/**
 * The stores that are measured, each with the bare commands of its own driver beside it.
 *
 * @module
 */

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySessionStore, type SessionStoreParts } from '@latchkey/core'
import { kyselySessionStore, migrateToLatest, withPreparedStatements } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { redisSessionStore } from '@latchkey/redis'
import { Kysely, MysqlDialect, PostgresDialect, type Dialect } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { createClient } from 'redis'

/** A store under measurement. */
export interface Backend {
  readonly store: SessionStoreParts
  /** Reads a row by its id, in the one command that the driver has for it. */
  bareRead(id: string): unknown
  /** Writes a session's values by its id, in the one command that the driver has for it. */
  bareWrite(id: string, data: string): unknown
  /** How many commands the store has sent so far. */
  commands(): number
  /** The bytes that one of so many sessions takes, indexes included; undefined where that cannot be told. */
  bytesPerSession(sessions: number, sampleId: string): Promise<number | undefined>
  /** Removes what was made, and closes connections. */
  close(): Promise<void>
}

/** A kind of store. */
export interface BackendKind {
  readonly name: string
  /** Whether a command goes through a socket, which is what most of its time is then. */
  readonly isNetworked: boolean
  /** Another way to use a server that is measured already: its operations are compared, and it has no goal and no growth of its own. */
  readonly isVariant?: boolean
  open(): Promise<Backend>
}

const POSTGRES_URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'
const MYSQL_URL = process.env['LATCHKEY_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test'
const REDIS_URL = process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

let prefixes = 0
/** Other runs may use the same servers. */
const newPrefix = (): string => `bench_${process.pid}_${(prefixes += 1)}_`

async function openKysely(dialect: Dialect, tablePrefix: string) {
  let count = 0
  const db = new Kysely<unknown>({
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
  return { store: kyselySessionStore(db, { tablePrefix }), commands: () => count, close }
}

const memory: BackendKind = {
  name: 'memory',
  isNetworked: false,
  async open() {
    const rows = new Map<string, string>()
    let count = 0
    const store = createMemorySessionStore({ maxSessions: 10_000_000 })
    return {
      store: {
        ...store,
        read: (...args) => ((count += 1), store.read(...args)),
        update: (...args) => ((count += 1), store.update(...args)),
        touch: (...args) => ((count += 1), store.touch(...args)),
      },
      bareRead: (id) => JSON.parse(rows.get(id) ?? 'null') as unknown,
      bareWrite: (id, data) => rows.set(id, data),
      commands: () => count,
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
    const { store, commands } = await openKysely(nodeSqliteDialect(database), prefix)
    const read = database.prepare(`select * from ${prefix}sessions where id = ?`)
    const write = database.prepare(`update ${prefix}sessions set data = ? where id = ?`)
    return {
      store,
      bareRead: (id) => read.get(id),
      bareWrite: (id, data) => write.run(data, id),
      commands,
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
function postgresKind(name: string, isPrepared: boolean): BackendKind {
  return {
    name,
    isNetworked: true,
    isVariant: !isPrepared,
    async open() {
      const prefix = newPrefix()
      const own = new Pool({ connectionString: POSTGRES_URL, max: 8 })
      const { store, commands, close } = await openKysely(
        new PostgresDialect({ pool: isPrepared ? withPreparedStatements(own) : own }),
        prefix,
      )
      const pool = new Pool({ connectionString: POSTGRES_URL, max: 8 })
      const nameOf = (statement: string) => (isPrepared ? { name: statement } : {})
      const read = { ...nameOf('read'), text: `select * from ${prefix}sessions where id = $1` }
      const write = { ...nameOf('write'), text: `update ${prefix}sessions set data = $2 where id = $1` }
      return {
        store,
        bareRead: (id) => pool.query({ ...read, values: [id] }),
        bareWrite: (id, data) => pool.query({ ...write, values: [id, data] }),
        commands,
        async bytesPerSession(sessions) {
          const { rows } = await pool.query<{ size: string }>(
            `select pg_total_relation_size('${prefix}sessions') as size`,
          )
          return Number(rows[0]?.size) / sessions
        },
        async close() {
          await pool.end()
          await close()
        },
      }
    },
  }
}

const postgres = postgresKind('PostgreSQL', true)
const unpreparedPostgres = postgresKind('PostgreSQL, not prepared', false)

const mariadb: BackendKind = {
  name: 'MariaDB',
  isNetworked: true,
  async open() {
    const prefix = newPrefix()
    const { store, commands, close } = await openKysely(
      new MysqlDialect({ pool: createPool({ uri: MYSQL_URL, connectionLimit: 8 }) }),
      prefix,
    )
    const bare = createPool({ uri: MYSQL_URL, connectionLimit: 8 })
    const pool = bare.promise()
    return {
      store,
      bareRead: (id) => pool.execute(`select * from ${prefix}sessions where id = ?`, [id]),
      bareWrite: (id, data) => pool.execute(`update ${prefix}sessions set data = ? where id = ?`, [data, id]),
      commands,
      bytesPerSession: async () => undefined,
      async close() {
        await pool.end()
        await close()
      },
    }
  },
}

const redis: BackendKind = {
  name: 'Redis',
  isNetworked: true,
  async open() {
    const prefix = `${newPrefix()}:`
    const client = createClient({ url: REDIS_URL })
    await client.connect()
    let count = 0
    const counted = {
      get: (key: string) => ((count += 1), client.get(key)),
      evalSha: (sha1: string, options: { keys: string[]; arguments: string[] }) => (
        (count += 1),
        client.evalSha(sha1, options)
      ),
      eval: (script: string, options: { keys: string[]; arguments: string[] }) => (
        (count += 1),
        client.eval(script, options)
      ),
    }
    const keyOf = (id: string): string => `${prefix}session:${id}`
    return {
      store: redisSessionStore(counted, { prefix }),
      bareRead: (id) => client.get(keyOf(id)),
      bareWrite: (id, data) => client.set(`${prefix}bare:${id}`, data),
      commands: () => count,
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
export const NETWORKED_BACKENDS: readonly BackendKind[] = [postgres, unpreparedPostgres, mariadb, redis]

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
