import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeRevocationStore, describeSessionStore } from '@latchkey/testing'
import Database from 'better-sqlite3'
import { Kysely, sql, SqliteDialect } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'
import { at, recordOf } from './records.fixture.ts'
import { kyselyRevocationStore } from './revocation-store.ts'
import { kyselySessionStore } from './session-store.ts'

const opened: Kysely<unknown>[] = []
const folders: string[] = []

afterEach(async () => {
  for (const db of opened.splice(0)) await db.destroy()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describeSessionStore('kysely on better-sqlite3', async () => {
  const db = openBetter(':memory:')
  await migrateToLatest(db)
  return {
    store: kyselySessionStore(db),
    rawDump: async () => JSON.stringify(await sql`select * from latchkey_sessions order by id`.execute(db)),
    reopen: () => Promise.resolve(kyselySessionStore(db)),
    close: () => db.destroy(),
  }
})

describeRevocationStore('kysely on better-sqlite3', async () => {
  const db = openBetter(newPath())
  await migrateToLatest(db)
  return { store: kyselyRevocationStore(db), close() {} }
})

describe('nodeSqliteDialect()', () => {
  it('takes a database of better-sqlite3 too', async () => {
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(new Database(':memory:')) })
    opened.push(db)
    await migrateToLatest(db)
    const store = kyselySessionStore(db)
    await expect(store.create(recordOf(), at())).resolves.toBe('created')
    await expect(store.update(recordOf().id, 0, { data: { a: 1 } }, at())).resolves.toEqual({ ok: true, version: 1 })
    await expect(store.read(recordOf().id, at())).resolves.toEqual(recordOf({ version: 1, data: { a: 1 } }))
  })
})

describe('two connections of better-sqlite3 to one file', () => {
  it('migrate together, and show their writes to each other', async () => {
    const path = newPath()
    const [first, second] = [openBetter(path), openBetter(path)]
    await Promise.all([migrateToLatest(first), migrateToLatest(second)])
    const [one, other] = [kyselySessionStore(first), kyselySessionStore(second)]
    await one.create(recordOf(), at())
    await expect(other.read(recordOf().id, at())).resolves.toEqual(recordOf())
    await other.destroy(recordOf().id, at())
    await expect(one.read(recordOf().id, at())).resolves.toBeNull()
  })
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  folders.push(folder)
  return join(folder, 'sessions.db')
}

function openBetter(path: string): Kysely<unknown> {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  opened.push(db)
  return db
}
