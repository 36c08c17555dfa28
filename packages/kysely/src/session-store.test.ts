import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionRecord } from '@latchkey/core'
import { createTestRuntime, describeSessionStore } from '@latchkey/testing'
import { CamelCasePlugin, Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { latchkeyMigrations, migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselySessionStore } from './session-store.ts'

const NOW = createTestRuntime().now()

const open: Kysely<unknown>[] = []

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
})

describeSessionStore('kysely on SQLite in memory', async () => {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(':memory:')) })
  await migrateToLatest(db)
  const store = kyselySessionStore(db)
  // Another store on the same database knows all that this one does.
  const reopen = (): Promise<typeof store> => Promise.resolve(kyselySessionStore(db))
  return { store, reopen, rawDump: () => dump(db), close: () => db.destroy() }
})

describe('with a file', () => {
  let folder = ''
  let files = 0
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const db = openFile(join(folder, 'empty.db'))
    await migrateToLatest(db)
    await db.destroy()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  describeSessionStore('kysely on SQLite in a file', () => {
    files += 1
    const path = join(folder, `${files}.db`)
    copyFileSync(join(folder, 'empty.db'), path)
    let db = openFile(path)
    return {
      store: kyselySessionStore(db),
      rawDump: () => dump(db),
      reopen: async () => {
        await db.destroy()
        db = openFile(path)
        await migrateToLatest(db)
        return kyselySessionStore(db)
      },
      close: () => db.destroy(),
    }
  })

  function openFile(path: string): Kysely<unknown> {
    return new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(path)) })
  }
})

describeSessionStore('kysely with a plugin that renames, and a table prefix', async () => {
  const database = openSqlite(':memory:')
  const db = new Kysely<unknown>({
    dialect: nodeSqliteDialect(database),
    plugins: [new CamelCasePlugin({ upperCase: true, maintainNestedObjectKeys: false })],
  })
  await migrateToLatest(db, { tablePrefix: 'my_own_' })
  const store = kyselySessionStore(db, { tablePrefix: 'my_own_' })
  const reopen = (): Promise<typeof store> => Promise.resolve(kyselySessionStore(db, { tablePrefix: 'my_own_' }))
  return { store, reopen, rawDump: () => dump(db.withoutPlugins(), 'my_own_'), close: () => db.destroy() }
})

describe('kyselySessionStore()', () => {
  it.each(['', 'Latchkey_', '1_', '_', 'a-', 'a b', 'a;', '"', 'é_', `a${'b'.repeat(31)}`, 5 as unknown as string])(
    'refuses the table prefix %j',
    async (tablePrefix) => {
      const db = await migrated()
      const refusal = expect.objectContaining({ code: 'ERR_CONFIG', option: 'tablePrefix' })
      expect(() => kyselySessionStore(db, { tablePrefix })).toThrow(refusal)
      expect(() => latchkeyMigrations({ tablePrefix })).toThrow(refusal)
      await expect(migrateToLatest(db, { tablePrefix })).rejects.toThrow(refusal)
    },
  )

  it('keeps the sessions of two prefixes apart', async () => {
    const db = await migrated()
    await migrateToLatest(db, { tablePrefix: 'b' })
    const [one, other] = [kyselySessionStore(db), kyselySessionStore(db, { tablePrefix: 'b' })]
    await one.create(recordOf({}), { now: NOW })
    await one.destroyAllForSubject('bob', {}, { now: NOW })
    await expect(other.read(ID, { now: NOW })).resolves.toBeNull()
    await expect(other.epochOf('bob', { now: NOW })).resolves.toBe(0)
  })

  it('writes within the transaction that it was made from', async () => {
    const db = await migrated()
    const rolledBack = db.transaction().execute(async (transaction) => {
      const store = kyselySessionStore(transaction)
      await expect(store.create(recordOf({}), { now: NOW })).resolves.toBe('created')
      await expect(store.destroyAllForSubject('alice', { except: ID }, { now: NOW })).resolves.toBe(0)
      await expect(store.read(ID, { now: NOW })).resolves.toEqual(recordOf({ epoch: NOW }))
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    await expect(kyselySessionStore(db).read(ID, { now: NOW })).resolves.toBeNull()
    await expect(kyselySessionStore(db).epochOf('alice', { now: NOW })).resolves.toBe(0)
  })

  it('rejects with the error of the driver when the database is out of reach, and never answers absent', async () => {
    const database = openSqlite(':memory:')
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(database) })
    await migrateToLatest(db)
    const store = kyselySessionStore(db)
    database.close()
    for (const call of [store.read(ID, { now: NOW }), store.destroy(ID, { now: NOW })]) {
      await expect(call).rejects.toThrow('database is not open')
    }
  })

  it('removes nothing for a limit that is no positive number', async () => {
    const db = await migrated()
    const store = kyselySessionStore(db)
    await store.create(recordOf({}), { now: NOW })
    for (const limit of [0, -1, 0.5, NaN, -Infinity]) {
      await expect(store.deleteExpired(limit, { now: NOW + 9_999_999 })).resolves.toBe(0)
    }
    await expect(store.deleteExpired(Infinity, { now: NOW + 9_999_999 })).resolves.toBe(1)
  })

  it('counts and deletes what a cut-off ended that was interrupted before it could', async () => {
    const db = await migrated()
    const store = kyselySessionStore(db)
    await store.create(recordOf({}), { now: NOW })
    await sql`insert into latchkey_subjects (subject, epoch) values ('alice', ${NOW})`.execute(db)
    await expect(store.read(ID, { now: NOW })).resolves.toBeNull()
    await expect(store.listBySubject('alice', { now: NOW })).resolves.toEqual([])
    await expect(store.update(ID, 0, {}, { now: NOW })).resolves.toEqual({ ok: false, why: 'gone' })
    await expect(store.touch(recordOf({}), NOW + 1, NOW + 70_000, { now: NOW })).resolves.toBe(false)
    await expect(store.destroyAllForSubject('alice', {}, { now: NOW })).resolves.toBe(1)
    await expect(store.destroyAllForSubject('alice', {}, { now: NOW })).resolves.toBe(0)
  })

  it('answers that a session was dead which a cut-off ended, while its row still stands', async () => {
    const db = await migrated()
    const store = kyselySessionStore(db)
    await store.create(recordOf({}), { now: NOW })
    await sql`insert into latchkey_subjects (subject, epoch) values ('alice', ${NOW})`.execute(db)
    await expect(store.create(recordOf({ epoch: NOW }), { now: NOW })).resolves.toBe('exists')
    await expect(store.destroy(ID, { now: NOW })).resolves.toBe(false)
    await expect(dump(db)).resolves.not.toContain(ID)
  })

  it('does not spare an exception that was committed beside an earlier cut-off, and was dead from the start', async () => {
    const db = await migrated()
    const store = kyselySessionStore(db)
    await store.create(recordOf({}), { now: NOW })
    await sql`insert into latchkey_subjects (subject, epoch) values ('alice', ${NOW})`.execute(db)
    await store.destroyAllForSubject('alice', { except: ID }, { now: NOW })
    await expect(store.read(ID, { now: NOW })).resolves.toBeNull()
    await expect(store.update(ID, 0, {}, { now: NOW })).resolves.toEqual({ ok: false, why: 'gone' })
  })
})

describe('a row that nobody can have written', () => {
  it('counts as absent when it is read or listed, and can be destroyed', async () => {
    const db = await migrated()
    const store = kyselySessionStore(db)
    await store.create(recordOf({}), { now: NOW })
    await sql`update latchkey_sessions set data = '{"a":'`.execute(db)
    const told: string[] = []
    const call = { now: NOW, onUndecodable: (id: string) => void told.push(id) }
    await expect(store.read(ID, call)).resolves.toBeNull()
    expect(told).toEqual([ID])
    await expect(store.read('cd'.repeat(16), call)).resolves.toBeNull()
    await expect(store.read(ID, { ...call, now: NOW + 60_000 })).resolves.toBeNull()
    expect(told).toEqual([ID])
    await sql`update latchkey_sessions set carrier = 'header'`.execute(db)
    await expect(store.listBySubject('alice', { now: NOW })).resolves.toEqual([])
    await expect(store.destroy(ID, { now: NOW })).resolves.toBe(true)
  })
})

const ID = 'ab'.repeat(16)

async function migrated(): Promise<Kysely<unknown>> {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(':memory:')) })
  open.push(db)
  await migrateToLatest(db)
  return db
}

async function dump(db: Kysely<unknown>, prefix = 'latchkey_'): Promise<string> {
  const sessions = await sql`select * from ${sql.table(`${prefix}sessions`)} order by id`.execute(db)
  const subjects = await sql`select * from ${sql.table(`${prefix}subjects`)} order by subject`.execute(db)
  return JSON.stringify([sessions.rows, subjects.rows])
}

function recordOf(fields: Partial<SessionRecord>): SessionRecord {
  return {
    id: ID,
    carrier: 'cookie',
    subject: 'alice',
    scopes: ['read'],
    authenticatedAt: NOW,
    amr: ['pwd'],
    acr: null,
    keyId: 1,
    salt: 'c2FsdA',
    generation: 0,
    previous: null,
    rotatedAt: null,
    epoch: 0,
    createdAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + 60_000,
    absoluteExpiresAt: NOW + 3_600_000,
    version: 0,
    label: null,
    userAgent: null,
    address: null,
    persistent: true,
    dataVersion: 0,
    data: {},
    ...fields,
  }
}
