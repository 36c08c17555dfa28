import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TokenRecord, TokenStore } from '@latchkey/core'
import { describeTokenStore } from '@latchkey/testing'
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type CompiledQuery } from 'kysely'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselyTokenStore } from './token-store.ts'

const NOW = 1_800_000_000_000
const ID = 'ab'.repeat(16)
const URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'

const open: Kysely<unknown>[] = []
const folders: string[] = []

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

async function migrated(path = ':memory:'): Promise<Kysely<unknown>> {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(path)) })
  open.push(db)
  await migrateToLatest(db)
  return db
}

async function dump(db: Kysely<unknown>, prefix = 'latchkey_'): Promise<string> {
  return JSON.stringify((await sql`select * from ${sql.table(`${prefix}tokens`)} order by id`.execute(db)).rows)
}

function tokenOf(fields: Partial<TokenRecord> = {}): TokenRecord {
  const times = { createdAt: NOW, expiresAt: NOW + 60_000, lastUsedAt: null }
  return { id: ID, purpose: 'reset', subject: 'alice', digest: 'ZGlnZXN0', ...times, data: {}, ...fields }
}

describeTokenStore('kysely on SQLite in memory', async () => {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(':memory:')) })
  await migrateToLatest(db)
  return { store: kyselyTokenStore(db), rawDump: () => dump(db), close: () => db.destroy() }
})

describeTokenStore('kysely with a plugin that renames, and a table prefix', async () => {
  const plugins = [new CamelCasePlugin({ upperCase: true })]
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(':memory:')), plugins })
  await migrateToLatest(db, { tablePrefix: 'my_own_' })
  const rawDump = (): Promise<string> => dump(db.withoutPlugins(), 'my_own_')
  return { store: kyselyTokenStore(db, { tablePrefix: 'my_own_' }), rawDump, close: () => db.destroy() }
})

describe('kyselyTokenStore()', () => {
  it.each(['', 'Latchkey_', 'a;', '"', 5 as unknown as string])('refuses the table prefix %j', async (tablePrefix) => {
    const db = await migrated()
    expect(() => kyselyTokenStore(db, { tablePrefix })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'tablePrefix' }),
    )
  })

  it('lets one of two connections to one file consume a token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    folders.push(folder)
    const path = join(folder, 'tokens.db')
    const one = kyselyTokenStore(await migrated(path))
    const other = kyselyTokenStore(await migrated(path))
    for (let round = 0; round < 20; round += 1) {
      await one.create(tokenOf({ id: `${round}` }), { now: NOW })
      const turned = round % 2 === 0 ? [one, other] : [other, one]
      const outcomes = await Promise.all(turned.map((store) => store.consume(`${round}`, 'ZGlnZXN0', { now: NOW })))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      await expect(other.read(`${round}`, { now: NOW })).resolves.toBeNull()
    }
  })

  it('writes within the transaction that it was made from', async () => {
    const db = await migrated()
    await kyselyTokenStore(db).create(tokenOf(), { now: NOW })
    const rolledBack = db.transaction().execute(async (transaction) => {
      await expect(kyselyTokenStore(transaction).consume(ID, 'ZGlnZXN0', { now: NOW })).resolves.toBe(true)
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    await expect(kyselyTokenStore(db).read(ID, { now: NOW })).resolves.toEqual(tokenOf())
  })

  it('reads a row that nobody can have written as absent', async () => {
    const db = await migrated()
    const store = kyselyTokenStore(db)
    await store.create(tokenOf(), { now: NOW })
    await sql`update latchkey_tokens set data = '{"a":'`.execute(db)
    await expect(store.read(ID, { now: NOW })).resolves.toBeNull()
    await expect(store.listBySubject('alice', 'reset', { now: NOW })).resolves.toEqual([])
    await expect(store.revoke(ID, { now: NOW })).resolves.toBe(true)
  })

  it('writes nothing for a use within the throttle', async () => {
    const db = await migrated()
    const store = kyselyTokenStore(db)
    await store.create(tokenOf(), { now: NOW })
    await store.touch(ID, NOW, NOW - 60_000, { now: NOW })
    const before = (await sql<{ n: number }>`select total_changes() as n`.execute(db)).rows
    for (let use = 1; use < 60; use += 1) {
      const time = NOW + use * 1_000
      await expect(store.touch(ID, time, time - 60_000, { now: NOW })).resolves.toBe(true)
    }
    expect((await sql<{ n: number }>`select total_changes() as n`.execute(db)).rows).toEqual(before)
  })

  it('rejects with the error of the driver when the database is out of reach', async () => {
    const database = openSqlite(':memory:')
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(database) })
    await migrateToLatest(db)
    const store = kyselyTokenStore(db)
    database.close()
    await expect(store.read(ID, { now: NOW })).rejects.toThrow('database is not open')
    await expect(store.consume(ID, 'x', { now: NOW })).rejects.toThrow('database is not open')
  })

  it('finds rows by an index, and scans no table', async () => {
    const queries = new Map<string, CompiledQuery>()
    const database = openSqlite(':memory:')
    const dialect = nodeSqliteDialect(database)
    const db = new Kysely<unknown>({ dialect, log: ({ query }) => void queries.set(query.sql, query) })
    await migrateToLatest(db)
    queries.clear()
    await callEverything(kyselyTokenStore(db))
    expect(queries.size).toBe(11)
    for (const [text, { parameters }] of queries) {
      const rows = database.prepare(`explain query plan ${text}`).all(...(parameters as string[]))
      const plan = rows.map(({ detail }) => String(detail)).join('; ')
      if (text.startsWith('insert')) continue
      expect({ text, plan }).toEqual({ text, plan: expect.stringMatching(/SEARCH latchkey_tokens/) })
      expect({ text, plan }).toEqual({ text, plan: expect.not.stringMatching(/SCAN latchkey_tokens/) })
    }
    await db.destroy()
  })
})

async function callEverything(store: TokenStore): Promise<void> {
  const call = { now: NOW }
  await store.create(tokenOf(), call)
  await store.read(ID, call)
  await store.touch(ID, NOW, NOW, call)
  await store.touch(ID, NOW, NOW, call)
  await store.listBySubject('alice', 'reset', call)
  await store.consume(ID, 'x', call)
  await store.revoke('x', call)
  await store.revokeAll('alice', 'reset', call)
  await store.deleteExpired(10, call)
}

if (process.env['LATCHKEY_SERVICES'] === '1') describe('with a server', describePostgres)
else describe.skip('PostgreSQL: skipped, because LATCHKEY_SERVICES=1 says whether there is a server', describePostgres)

function describePostgres(): void {
  const schema = `latchkey_${randomUUID().replaceAll('-', '')}`
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({
      pool: new Pool({ connectionString: URL, options: `-c search_path=${schema}`, max: 8 }),
    }),
  })
  beforeAll(async () => {
    await sql`create schema ${sql.id(schema)}`.execute(db)
    await migrateToLatest(db)
  })
  afterAll(async () => {
    await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
    await db.destroy()
  })

  describeTokenStore('kysely on PostgreSQL', async () => {
    await sql`delete from latchkey_tokens`.execute(db)
    return { store: kyselyTokenStore(db), rawDump: () => dump(db), close() {} }
  })
}
