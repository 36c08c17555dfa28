import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { describeSessionStore } from '@latchkey/testing'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite, type NodeSqliteDatabase, type SqliteValue } from './node-sqlite.ts'
import { kyselySessionStore } from './session-store.ts'

interface Tables {
  item: { id: number; name: string | null; flag: boolean | number | null; made: Date | string | null }
}

/** A database that does not tell columns, as before Node 22.16. */
function withoutColumns(database: DatabaseSync): NodeSqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      return {
        all: (...parameters) => statement.all(...parameters),
        run: (...parameters) => statement.run(...parameters),
        iterate: (...parameters) => statement.iterate(...parameters),
      }
    },
  }
}

/** A database whose statements tell by `reader` whether they give rows, and refuse to be asked otherwise. */
function withReader(database: DatabaseSync): NodeSqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      const reader = statement.columns().length > 0
      const refuse = (): never => {
        throw new TypeError(reader ? 'Use all() or iterate()' : 'Use run()')
      }
      return {
        reader,
        all: (...parameters: SqliteValue[]) => (reader ? statement.all(...parameters) : refuse()),
        run: (...parameters: SqliteValue[]) => (reader ? refuse() : statement.run(...parameters)),
        iterate: (...parameters: SqliteValue[]) => (reader ? statement.iterate(...parameters) : refuse()),
      }
    },
  }
}

const SHAPES: readonly (readonly [string, (database: DatabaseSync) => NodeSqliteDatabase])[] = [
  ['node:sqlite', (database) => database],
  ['node:sqlite without column information', withoutColumns],
  ['better-sqlite3', withReader],
]

describe.each(SHAPES)('nodeSqliteDialect() on the shape of %s', (_, shape) => {
  let db: Kysely<Tables>
  beforeEach(async () => {
    db = new Kysely<Tables>({ dialect: nodeSqliteDialect(shape(openSqlite(':memory:'))) })
    await sql`create table item (id integer primary key, name text, flag, made)`.execute(db)
    await db.insertInto('item').values({ id: 1, name: 'one', flag: null, made: null }).execute()
  })
  afterEach(() => db.destroy())

  it('gives rows of plain objects', async () => {
    const rows = await db.selectFrom('item').selectAll().execute()
    expect(rows).toStrictEqual([{ id: 1, name: 'one', flag: null, made: null }])
  })

  it('gives rows under the names of their columns, the last of those that are alike', async () => {
    const named = await db.selectFrom('item').select(['name', 'id', 'made']).execute()
    expect(named).toStrictEqual([{ name: 'one', id: 1, made: null }])
    const { rows } = await sql`select 1 as a, 2 as b, 3 as a, 4 as "__proto__"`.execute(db)
    expect(Object.entries(rows[0] as object)).toEqual([
      ['a', 3],
      ['b', 2],
      ['__proto__', 4],
    ])
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype)
  })

  it('gives each column under its own name although the table has changed since the statement was prepared', async () => {
    const all = (): Promise<unknown[]> => db.selectFrom('item').selectAll().execute()
    await all()
    await sql`alter table item drop column flag`.execute(db)
    await sql`alter table item add column kind text`.execute(db)
    await expect(all()).resolves.toStrictEqual([{ id: 1, name: 'one', made: null, kind: null }])
    const named = (): Promise<unknown[]> => db.selectFrom('item').select(['name', 'id']).execute()
    await named()
    await sql`alter table item add column more text`.execute(db)
    await expect(named()).resolves.toStrictEqual([{ name: 'one', id: 1 }])
  })

  it('tells how many rows were changed, and the id of the last one', async () => {
    const inserted = await db.insertInto('item').values({ id: 7, name: 'x', flag: 1, made: null }).executeTakeFirst()
    expect(inserted).toMatchObject({ insertId: 7n, numInsertedOrUpdatedRows: 1n })
    const updated = await db.updateTable('item').set({ flag: 2 }).executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(2n)
    const deleted = await db.deleteFrom('item').where('id', '>', 1).executeTakeFirst()
    expect(deleted.numDeletedRows).toBe(1n)
    const none = await db.deleteFrom('item').where('id', '>', 1).executeTakeFirst()
    expect(none.numDeletedRows).toBe(0n)
  })

  it('counts what a statement changed that begins with a common table expression', async () => {
    const result = await db
      .with('old', (qb) => qb.selectFrom('item').select('id'))
      .deleteFrom('item')
      .where('id', 'in', (qb) => qb.selectFrom('old').select('id'))
      .executeTakeFirst()
    expect(result.numDeletedRows).toBe(1n)
  })

  it('gives the rows of writes that return some, and of pragmas and explanations', async () => {
    const returned = await db.updateTable('item').set({ name: 'two' }).returning(['id', 'name']).execute()
    expect(returned).toStrictEqual([{ id: 1, name: 'two' }])
    const pragma = await sql`pragma foreign_keys`.execute(db)
    expect(pragma.rows).toStrictEqual([{ foreign_keys: 1 }])
    const explained = await sql`explain query plan select * from item`.execute(db)
    expect(explained.rows).toHaveLength(1)
  })

  it('binds booleans, dates and undefined', async () => {
    const made = new Date(1_800_000_000_000)
    await sql`insert into item (id, name, flag, made) values (2, ${undefined}, ${true}, ${made})`.execute(db)
    await sql`insert into item (id, flag) values (3, ${false})`.execute(db)
    const rows = await db.selectFrom('item').selectAll().where('id', '>', 1).execute()
    expect(rows).toStrictEqual([
      { id: 2, name: null, flag: 1, made: '2027-01-15T08:00:00.000Z' },
      { id: 3, name: null, flag: 0, made: null },
    ])
    const found = await db.selectFrom('item').select('id').where('flag', '=', true).execute()
    expect(found).toStrictEqual([{ id: 2 }])
  })

  it('binds text, bytes and large integers', async () => {
    const bytes = new Uint8Array([0, 1, 255])
    const { rows } = await sql`select ${'é\u0301🗝'} as text, ${bytes} as bytes, ${2 ** 53 - 1} as number`.execute(db)
    expect(rows).toEqual([{ text: 'é\u0301🗝', bytes, number: 2 ** 53 - 1 }])
  })

  it('streams rows while the same statement runs elsewhere', async () => {
    await db.insertInto('item').values({ id: 2, name: 'two', flag: null, made: null }).execute()
    const seen: unknown[] = []
    for await (const row of db.selectFrom('item').selectAll().stream()) {
      seen.push(row)
      if (seen.length === 1) break
    }
    await expect(db.selectFrom('item').selectAll().execute()).resolves.toHaveLength(2)
    for await (const row of db.selectFrom('item').selectAll().stream()) seen.push(row)
    expect(seen).toHaveLength(3)
    expect(seen[0]).toStrictEqual({ id: 1, name: 'one', flag: null, made: null })
  })

  it('commits and rolls back', async () => {
    const failed = db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('item').execute()
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    await expect(db.selectFrom('item').selectAll().execute()).resolves.toHaveLength(1)
    await db.transaction().execute((transaction) => transaction.deleteFrom('item').execute())
    await expect(db.selectFrom('item').selectAll().execute()).resolves.toHaveLength(0)
  })

  it('rejects with the error of the driver', async () => {
    await expect(sql`select * from absent`.execute(db)).rejects.toThrow('no such table: absent')
    await expect(db.insertInto('item').values({ id: 1, name: '', flag: 0, made: null }).execute()).rejects.toThrow(
      'UNIQUE',
    )
  })

  it('sees a change of the tables through a statement that it kept', async () => {
    await sql`select * from item`.execute(db)
    await sql`alter table item add column extra text default 'new'`.execute(db)
    const { rows } = await sql`select * from item`.execute(db)
    expect(rows).toStrictEqual([{ id: 1, name: 'one', flag: null, made: null, extra: 'new' }])
  })
})

describe('nodeSqliteDialect()', () => {
  it.each([-1, 1.5, NaN, Infinity, '5' as unknown as number])('refuses to keep %s statements', (statementCacheSize) => {
    const database = openSqlite(':memory:')
    expect(() => nodeSqliteDialect(database, { statementCacheSize })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'statementCacheSize' }),
    )
    database.close()
  })

  it('prepares a statement once, and a few statements at most', async () => {
    const database = openSqlite(':memory:')
    const prepared: string[] = []
    const counting: NodeSqliteDatabase = {
      close: () => database.close(),
      prepare(text) {
        prepared.push(text)
        return database.prepare(text)
      },
    }
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(counting, { statementCacheSize: 2 }) })
    for (const number of [1, 2, 1, 2, 3, 2, 1]) await sql`select ${sql.lit(number)}`.execute(db)
    expect(prepared).toEqual(['select 1', 'select 2', 'select 3', 'select 1'])
    await db.destroy()
  })
})

describe('openSqlite()', () => {
  it('opens a file with a write-ahead log, waiting for writers, and with foreign keys', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const database = openSqlite(join(folder, 'a.db'))
    const pragmas = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys'].map((name) =>
      Object.values(database.prepare(`pragma ${name}`).get() ?? {}),
    )
    expect(pragmas.flat()).toEqual(['wal', 1, 5000, 1])
    database.close()
    rmSync(folder, { recursive: true })
  })

  it('throws when there is no such folder', () => {
    expect(() => openSqlite(join(tmpdir(), 'latchkey-absent', 'a.db'))).toThrow('unable to open database file')
  })
})

describeSessionStore('kysely on SQLite without column information', async () => {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(withoutColumns(openSqlite(':memory:'))) })
  await migrateToLatest(db)
  return {
    store: kyselySessionStore(db),
    reopen: () => Promise.resolve(kyselySessionStore(db)),
    rawDump: async () => {
      const sessions = await sql`select * from latchkey_sessions order by id`.execute(db)
      const subjects = await sql`select * from latchkey_subjects order by subject`.execute(db)
      return JSON.stringify([sessions.rows, subjects.rows])
    },
    close: () => db.destroy(),
  }
})
