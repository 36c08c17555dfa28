import { sql, type Kysely } from 'kysely'
import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import { describe, expect, it } from 'vitest'
import { createTables, sqliteDialect, type MakeDialect, type TestTables } from './databases.fixture.ts'
import { latchkeyMigrations, migrateToLatest } from './migrations.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

const NEW = ['user_agent', 'address', 'persistent', 'data_version']

describe.each([['SQLite', sqliteDialect] as const])('on %s', describeUpgrade)
describeServices('on a server', () => {
  describe.each(SERVERS)('%s', describeUpgrade)
})

function describeUpgrade(_: string, makeDialect: MakeDialect): void {
  it('a database from before is brought up to date, and its sessions live on', () =>
    withOldTables(makeDialect, async ({ db, store, tablePrefix }) => {
      await migrateToLatest(db, { tablePrefix })
      await expect(store.read(idOf(1), at())).resolves.toEqual(recordOf({ persistent: true, dataVersion: 0 }))
      const changes = { userAgent: 'Mozilla/5.0', address: '203.0.113.9', dataVersion: 2 }
      await expect(store.update(idOf(1), 0, changes, at())).resolves.toEqual({ ok: true, version: 1 })
      await expect(store.read(idOf(1), at())).resolves.toEqual(recordOf({ ...changes, version: 1 }))
      await expect(store.listBySubject('alice', at())).resolves.toMatchObject([{ userAgent: 'Mozilla/5.0' }])
    }))

  it('a migration that was interrupted goes on where it stopped', () =>
    withOldTables(makeDialect, async ({ db, store, tablePrefix }) => {
      const sessions = `${tablePrefix}sessions`
      await db.schema.alterTable(sessions).addColumn('user_agent', 'text').execute()
      await migrateToLatest(db, { tablePrefix })
      await expect(store.read(idOf(1), at())).resolves.toEqual(recordOf())
    }))

  it('the columns go away again with their migration, also where some are gone already', () =>
    withOldTables(makeDialect, async ({ db, tablePrefix }) => {
      const { [`${tablePrefix}sessions_0003`]: migration } = latchkeyMigrations({ tablePrefix })
      await migration?.up(db)
      await db.schema.alterTable(`${tablePrefix}sessions`).dropColumn('address').execute()
      await migration?.down?.(db)
      const { rows } = await sql<object>`select * from ${sql.table(`${tablePrefix}sessions`)}`.execute(db)
      expect(rows).toHaveLength(1)
      expect(NEW.filter((name) => name in (rows[0] ?? {}))).toEqual([])
    }))
}

/** Tables as the first two migrations made them, with the session `recordOf()`. */
async function withOldTables(makeDialect: MakeDialect, test: (tables: TestTables) => Promise<void>): Promise<void> {
  const tables = await createTables(makeDialect, { migrated: false })
  const { db, tablePrefix } = tables
  try {
    const all = latchkeyMigrations({ tablePrefix })
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve(all) },
      migrationTableName: `${tablePrefix}migrations`,
      migrationLockTableName: `${tablePrefix}migrations_lock`,
    })
    const { error } = await migrator.migrateTo(`${tablePrefix}sessions_0002`)
    expect(error).toBeUndefined()
    await insertOld(db, tablePrefix)
    await test(tables)
    // Every migration has a way back.
    const back = await migrator.migrateTo(NO_MIGRATIONS)
    expect(back.error).toBeUndefined()
  } finally {
    await tables.drop()
  }
}

async function insertOld(db: Kysely<unknown>, tablePrefix: string): Promise<void> {
  const { id, carrier, subject, salt } = recordOf()
  await sql`insert into ${sql.table(`${tablePrefix}sessions`)} (id, carrier, subject, scopes, authenticated_at, amr, acr,
    key_id, salt, generation, previous, rotated_at, epoch, created_at, last_seen_at, idle_expires_at,
    absolute_expires_at, version, label, data) values (${id}, ${carrier}, ${subject}, '["read","write"]', ${NOW - 5},
    '["pwd"]', null, 1, ${salt}, 0, null, null, 0, ${NOW}, ${NOW}, ${NOW + 60_000}, ${NOW + 3_600_000}, 0, null,
    '{}')`.execute(db)
}
