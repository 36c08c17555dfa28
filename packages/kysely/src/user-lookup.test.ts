import { randomUUID } from 'node:crypto'
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { describeUserLookup, type UserTables } from './user-lookup.fixture.ts'
import { kyselyUserLookup } from './user-lookup.ts'

const URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'

describeUserLookup('SQLite', () => {
  const db = new Kysely<UserTables>({ dialect: nodeSqliteDialect(openSqlite(':memory:')) })
  return Promise.resolve({ db, close: () => db.destroy() })
})

if (process.env['LATCHKEY_SERVICES'] === '1') describe('with a server', describePostgres)
else describe.skip('PostgreSQL: skipped, because LATCHKEY_SERVICES=1 says whether there is a server', describePostgres)

function describePostgres(): void {
  describeUserLookup('PostgreSQL', async () => {
    const schema = `latchkey_${randomUUID().replaceAll('-', '')}`
    const pool = new Pool({ connectionString: URL, options: `-c search_path=${schema}`, max: 8 })
    const db = new Kysely<UserTables>({ dialect: new PostgresDialect({ pool }) })
    await sql`create schema ${sql.id(schema)}`.execute(db)
    return {
      db,
      async close() {
        await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
        await db.destroy()
      },
    }
  })
}

describe('kyselyUserLookup()', () => {
  interface OwnTables {
    appUser: { readonly userId: string; readonly loginName: string; readonly passwordHash: string }
  }

  async function open(collation: string): Promise<Kysely<OwnTables>> {
    const db = new Kysely<OwnTables>({
      dialect: nodeSqliteDialect(openSqlite(':memory:')),
      plugins: [new CamelCasePlugin()],
    })
    const own = sql.raw(`collate ${collation}`)
    await sql`create table app_user (user_id text ${own}, login_name text ${own}, password_hash text)`.execute(db)
    return db
  }

  const columns = { id: 'userId', login: 'loginName', passwordHash: 'passwordHash' } as const

  it('uses the plugins of the Kysely', async () => {
    const db = await open('binary')
    await db.insertInto('appUser').values({ userId: 'u-1', loginName: 'ada', passwordHash: 'h1' }).execute()
    const users = kyselyUserLookup(db, { table: 'appUser', columns })
    expect(await users.findByLogin('ada')).toMatchObject({
      user: { userId: 'u-1', loginName: 'ada' },
      passwordHash: 'h1',
    })
    expect(await users.updatePasswordHash('u-1', 'h2', 'h1')).toBe(true)
    expect(await users.findBySubject('u-1')).toMatchObject({ passwordHash: 'h2' })
    await db.destroy()
  })

  it.each(['nocase', 'rtrim'])('compares exactly under the collation %s', async (collation) => {
    const db = await open(collation)
    const users = kyselyUserLookup(db, { table: 'appUser', columns })
    const names = ['ada', 'ADA', 'ada ']
    for (const name of names) {
      await db
        .insertInto('appUser')
        .values({ userId: `id-${name}`, loginName: name, passwordHash: 'h1' })
        .execute()
    }
    for (const name of names) {
      expect(await users.findByLogin(name)).toMatchObject({ subject: `id-${name}` })
      expect(await users.findById(`id-${name}`)).toEqual({ userId: `id-${name}`, loginName: name })
    }
    expect(await users.findByLogin('Ada')).toBeNull()
    expect(await users.findByLogin('ada  ')).toBeNull()
    expect(await users.findBySubject('ID-ada')).toBeNull()
    await db.destroy()
  })

  it('asks the database nothing about text that it could not hold', async () => {
    const statements: string[] = []
    const db = new Kysely<OwnTables>({
      dialect: nodeSqliteDialect(openSqlite(':memory:')),
      log: ({ query }) => void statements.push(query.sql),
    })
    const users = kyselyUserLookup(db, { table: 'appUser', columns })
    for (const text of ['a\0', '\ud800', 'a\udc00b']) {
      expect(await users.findByLogin(text)).toBeNull()
      expect(await users.findById(text)).toBeNull()
      expect(await users.updatePasswordHash(text, 'h2', null)).toBe(false)
    }
    expect(statements).toEqual([])
    await db.destroy()
  })

  it('refuses to make the hash a part of the user', async () => {
    const db = await open('binary')
    expect(() => kyselyUserLookup(db, { table: 'appUser', columns, select: ['userId', 'passwordHash'] })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'select' }),
    )
    await db.destroy()
  })
})
