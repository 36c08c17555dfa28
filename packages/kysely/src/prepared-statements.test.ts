import { createTestRuntime, describeRevocationStore, describeSessionStore, describeTokenStore } from '@latchkey/testing'
import {
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql,
  type Dialect,
  type MysqlPool,
  type MysqlPoolConnection,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTables, MYSQL_URL, POSTGRES_URL, sessionHarnessOf, type TestTables } from './databases.fixture.ts'
import { migrateToLatest } from './migrations.ts'
import { markForPreparing, withPreparedStatements } from './prepared-statements.ts'
import { describeServices } from './services.fixture.ts'
import { kyselySessionStore } from './session-store.ts'
import { kyselyTokenStore } from './token-store.ts'

const NOW = createTestRuntime().now()
const ID = 'ab'.repeat(16)

/** A pool of one client, which notes what it is asked. */
function recordingPool(): { pool: PostgresPool; asked: unknown[] } {
  const asked: unknown[] = []
  const client = {
    processID: 7,
    query: (...query: readonly unknown[]) => asked.push(query.length === 1 ? query[0] : query),
    release: (destroy?: boolean) => asked.push(['release', destroy]),
  } as unknown as PostgresPoolClient
  const end = async () => void asked.push('end')
  return { pool: { options: { max: 1 }, connect: async () => client, end }, asked }
}

it('marked statements get names, one for each text of a connection, however often its pool is wrapped', async () => {
  const { pool, asked } = recordingPool()
  const one = await withPreparedStatements(pool).connect()
  const other = await withPreparedStatements(pool).connect()
  await one.query(markForPreparing('select $1'), [1])
  await other.query(markForPreparing('select $2'), [2])
  await other.query(markForPreparing('select $1'), [3])
  expect(asked).toEqual([
    { name: 'latchkey_1', text: markForPreparing('select $1'), values: [1] },
    { name: 'latchkey_2', text: markForPreparing('select $2'), values: [2] },
    { name: 'latchkey_1', text: markForPreparing('select $1'), values: [3] },
  ])
})

it('other statements, cursors and the rest of a client and its pool pass through', async () => {
  const { pool, asked } = recordingPool()
  const wrapped = withPreparedStatements(pool)
  const client = await wrapped.connect()
  const cursor = { read: async () => [], close: async () => {} }
  await client.query('select * from users where id = $1', [1])
  client.query(cursor)
  client.release(true)
  await wrapped.end()
  expect(asked).toEqual([['select * from users where id = $1', [1]], [cursor, undefined], ['release', true], 'end'])
  expect([client.processID, wrapped.options, 'Client' in wrapped]).toEqual([7, { max: 1 }, false])
})

it('the names of a connection are bounded', async () => {
  const { pool, asked } = recordingPool()
  const client = await withPreparedStatements(pool).connect()
  for (let index = 0; index < 150; index += 1) await client.query(markForPreparing(`select ${index}`), [])
  expect(asked.filter((query) => !Array.isArray(query))).toHaveLength(100)
})

/** A pool of one connection, which notes what it is asked; or one that has none to give. */
function recordingMysqlPool(failure: Error | null = null): { pool: MysqlPool; asked: unknown[] } {
  const asked: unknown[] = []
  const connection = {
    threadId: 7,
    query: (...query: readonly unknown[]) => asked.push(['query', ...query]),
    execute: (...query: readonly unknown[]) => asked.push(['execute', ...query]),
    release: () => asked.push(['release']),
  } as unknown as MysqlPoolConnection
  const pool: MysqlPool = {
    getConnection: (callback) => callback(failure, connection),
    end: (callback) => callback(null),
  }
  return { pool, asked }
}

function connectionOf(pool: MysqlPool): Promise<MysqlPoolConnection> {
  return new Promise((resolve, reject) =>
    pool.getConnection((error, connection) => (error instanceof Error ? reject(error) : resolve(connection))),
  )
}

it('of mysql2, marked statements are executed, with bytes as buffers; others, and streams, are not', async () => {
  const { pool, asked } = recordingMysqlPool()
  const connection = await connectionOf(withPreparedStatements(pool))
  const done = (): void => {}
  const bytes = new TextEncoder().encode('abc')
  connection.query(markForPreparing('select ?'), [bytes, 1, null], done)
  connection.query('select * from users where id = ?', [1], done)
  connection.query(markForPreparing('select ?'), [2])
  connection.release()
  expect(asked).toEqual([
    ['execute', markForPreparing('select ?'), [Buffer.from('abc'), 1, null], done],
    ['query', 'select * from users where id = ?', [1], done],
    ['query', markForPreparing('select ?'), [2], undefined],
    ['release'],
  ])
  expect(connection.threadId).toBe(7)
  expect(await connectionOf(withPreparedStatements(pool))).toBe(connection)
  await expect(new Promise((resolve) => withPreparedStatements(pool).end(resolve))).resolves.toBeNull()
})

it('of mysql2, a pool that has no connection says so', async () => {
  const refused = new Error('too many connections')
  await expect(connectionOf(withPreparedStatements(recordingMysqlPool(refused).pool))).rejects.toBe(refused)
})

describeServices('prepared statements on MariaDB', () => {
  const prepared = (connectionLimit: number) => (): Dialect =>
    new MysqlDialect({ pool: withPreparedStatements(createPool({ uri: MYSQL_URL, connectionLimit })) })
  let tables: TestTables
  beforeAll(async () => {
    tables = await createTables(prepared(8))
  })
  afterAll(() => tables.drop())

  describeSessionStore('kysely on MariaDB with prepared statements', () => sessionHarnessOf(tables))
  describeRevocationStore('kysely revocations on MariaDB with prepared statements', async () => {
    await tables.clear()
    return { store: tables.revocations, close() {} }
  })
  describeTokenStore('kysely tokens on MariaDB with prepared statements', async () => {
    await tables.clear()
    return { store: kyselyTokenStore(tables.db, tables), rawDump: tables.dump, close() {} }
  })

  it('the server has prepared what the store asks, once, and nothing that the application asks', async () => {
    const db = tables.connect(prepared(1))
    const store = kyselySessionStore(db, tables)
    const count = async (name: string): Promise<number> => {
      const { rows } = await sql<{ readonly Value: string }>`show session status like ${name}`.execute(db)
      return Number(rows[0]?.Value)
    }
    for (let round = 0; round < 3; round += 1) {
      await store.read(ID, { now: NOW })
      await sql`select ${round} as own`.execute(db)
    }
    expect([await count('Com_stmt_prepare'), await count('Com_stmt_execute')]).toEqual([1, 3])
    await expect(store.deleteExpired(1, { now: NOW })).resolves.toBe(0)
    expect(await count('Com_stmt_prepare')).toBe(1)
  })

  it('a statement whose tables were made anew works on', async () => {
    const own = await createTables(prepared(1))
    const read = () => own.store.read(ID, { now: NOW })
    expect(await read()).toBeNull()
    for (const name of ['sessions', 'subjects', 'tokens', 'revocations', 'cut_offs', 'migrations', 'migrations_lock']) {
      await own.db.schema.dropTable(own.tablePrefix + name).execute()
    }
    await migrateToLatest(own.db, own)
    expect(await read()).toBeNull()
    await own.drop()
  })
})

describeServices('prepared statements on PostgreSQL', () => {
  const prepared = (max: number) =>
    new PostgresDialect({ pool: withPreparedStatements(new Pool({ connectionString: POSTGRES_URL, max })) })
  let tables: TestTables
  beforeAll(async () => {
    tables = await createTables(() => prepared(8))
  })
  afterAll(() => tables.drop())

  describeSessionStore('kysely on PostgreSQL with prepared statements', () => sessionHarnessOf(tables))

  it('the server has prepared what the store asks, and nothing that the application asks', async () => {
    const db = tables.connect(() => prepared(1))
    const store = kyselySessionStore(db, tables)
    for (let round = 0; round < 3; round += 1) {
      await store.read(ID, { now: NOW })
      await sql`select ${round}::int as own`.execute(db)
    }
    const { rows } = await sql<{ readonly statement: string }>`select statement from pg_prepared_statements`.execute(db)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.statement).toContain(`from "${tables.tablePrefix}sessions"`)
  })

  it('a statement that failed, or whose tables were made anew, works once it can', async () => {
    const own = await createTables(() => prepared(1), { migrated: false })
    const read = () => own.store.read(ID, { now: NOW })
    await expect(read()).rejects.toMatchObject({ code: '42P01' })
    await migrateToLatest(own.db, own)
    expect(await read()).toBeNull()
    for (const name of ['sessions', 'subjects', 'tokens', 'revocations', 'cut_offs', 'migrations', 'migrations_lock']) {
      await own.db.schema.dropTable(own.tablePrefix + name).execute()
    }
    await migrateToLatest(own.db, own)
    expect(await read()).toBeNull()
    await own.drop()
  })

  it('a transaction of such a Kysely prepares as well, and can be undone', async () => {
    const db: Kysely<unknown> = tables.connect(() => prepared(1))
    const transaction = await db.startTransaction().execute()
    await kyselySessionStore(transaction, tables).destroyAllForSubject('undone', {}, { now: NOW })
    await transaction.rollback().execute()
    expect(await kyselySessionStore(db, tables).epochOf('undone', { now: NOW })).toBe(0)
  })
})
