import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CamelCasePlugin, Kysely, sql } from 'kysely'
import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import { afterEach, describe, expect, it } from 'vitest'
import { latchkeyMigrations, migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'

const open: Kysely<unknown>[] = []
const folders: string[] = []

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function connect(path = ':memory:'): Kysely<unknown> {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(path)), plugins: [new CamelCasePlugin()] })
  open.push(db)
  return db
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  folders.push(folder)
  return join(folder, 'a.db')
}

async function namesOf(db: Kysely<unknown>): Promise<unknown[]> {
  const query = sql<{ name: string }>`select name from sqlite_master where name not like 'sqlite_%' order by name`
  return (await query.execute(db)).rows.map(({ name }) => name)
}

const TABLES = [
  'latchkey_cut_offs',
  'latchkey_cut_offs_written',
  'latchkey_revocations',
  'latchkey_revocations_expires',
  'latchkey_revocations_written',
  'latchkey_sessions',
  'latchkey_sessions_absolute',
  'latchkey_sessions_idle',
  'latchkey_sessions_subject',
  'latchkey_subjects',
  'latchkey_tokens',
  'latchkey_tokens_expires',
  'latchkey_tokens_subject',
]

describe('migrateToLatest()', () => {
  it('makes the tables, their indexes, and its own tables beside them', async () => {
    const db = connect()
    await migrateToLatest(db)
    await expect(namesOf(db)).resolves.toEqual(
      [...TABLES, 'latchkey_migrations', 'latchkey_migrations_lock'].toSorted(),
    )
  })

  it('does nothing the second time', async () => {
    const db = connect()
    await migrateToLatest(db)
    await sql`insert into latchkey_subjects (subject, epoch) values ('alice', 1)`.execute(db)
    const before = await sql`select * from latchkey_migrations`.execute(db)
    await migrateToLatest(db)
    expect((await sql`select * from latchkey_migrations`.execute(db)).rows).toEqual(before.rows)
    expect((await sql`select * from latchkey_subjects`.execute(db)).rows).toHaveLength(1)
  })

  it('leaves the migrations of the application alone', async () => {
    const db = connect()
    const own = {
      '2020_own': { up: (on: Kysely<unknown>) => on.schema.createTable('own').addColumn('a', 'text').execute() },
    }
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(own) } })
    await migrateToLatest(db)
    await expect(migrator.migrateToLatest()).resolves.not.toHaveProperty('error')
    await migrateToLatest(db)
    await expect(migrator.migrateToLatest()).resolves.toEqual({ results: [] })
  })

  it('lets one of several connections migrate while the others wait', async () => {
    const path = file()
    const dbs = [connect(path), connect(path), connect(path)]
    await Promise.all(dbs.map((db) => migrateToLatest(db)))
    const [db] = dbs as [Kysely<unknown>]
    expect((await sql`select * from latchkey_migrations`.execute(db)).rows).toHaveLength(4)
    expect((await sql`pragma busy_timeout`.execute(db)).rows).toEqual([{ timeout: 5000 }])
  })

  it('rejects with the driver’s error, and leaves nothing half done', async () => {
    const db = connect()
    // An index of this name can only be made where no table has it.
    await sql`create table latchkey_sessions_absolute (a)`.execute(db)
    await expect(migrateToLatest(db)).rejects.toThrow('there is already a table named latchkey_sessions_absolute')
    await expect(namesOf(db)).resolves.toEqual(['latchkey_sessions_absolute'])
    await sql`drop table latchkey_sessions_absolute`.execute(db)
    await migrateToLatest(db)
    await expect(namesOf(db)).resolves.toEqual(expect.arrayContaining(TABLES))
  })
})

describe('latchkeyMigrations()', () => {
  it('run by the application’s own migrator, up and down', async () => {
    const db = connect()
    const provider = { getMigrations: () => Promise.resolve(latchkeyMigrations()) }
    const migrator = new Migrator({ db: db.withoutPlugins(), provider })
    await expect(migrator.migrateToLatest()).resolves.not.toHaveProperty('error')
    await expect(namesOf(db)).resolves.toEqual(expect.arrayContaining(TABLES))
    await expect(migrator.migrateTo(NO_MIGRATIONS)).resolves.not.toHaveProperty('error')
    expect((await namesOf(db)).filter((name) => String(name).startsWith('latchkey'))).toEqual([])
  })

  it('make what is missing, when they were interrupted before they were recorded', async () => {
    const db = connect()
    for (const { up } of Object.values(latchkeyMigrations())) {
      await up(db)
      await up(db)
    }
    await expect(namesOf(db)).resolves.toEqual(TABLES)
  })

  it('have names of their prefix', () => {
    expect(Object.keys(latchkeyMigrations({ tablePrefix: 'b_' }))).toEqual([
      'b_sessions_0001',
      'b_sessions_0002',
      'b_sessions_0003',
      'b_sessions_0004',
    ])
  })
})
