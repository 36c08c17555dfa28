import { Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { countOf, prepareStatement } from './statement.ts'

function openDatabase(): { readonly db: Kysely<unknown>; readonly asked: string[] } {
  const asked: string[] = []
  const dialect = nodeSqliteDialect(openSqlite(':memory:'))
  return { db: new Kysely<unknown>({ dialect, log: ({ query }) => void asked.push(query.sql) }), asked }
}

describe('prepareStatement()', () => {
  it('binds each value wherever its name stands', async () => {
    const { db } = openDatabase()
    const statement = prepareStatement<'a' | 'b'>(
      db,
      (value) => sql`select ${value('a')} as one, ${value('b')} as two, ${value('a')} as three`,
    )
    for (const b of [2, 'two', null]) {
      const { rows } = await statement({ a: 1, b }, undefined)
      expect(rows).toStrictEqual([{ one: 1, two: b, three: 1 }])
    }
    await db.destroy()
  })

  it('a call that is given up while it waits for a connection rejects, and sends nothing later', async () => {
    const { db, asked } = openDatabase()
    await sql`create table item (id integer)`.execute(db)
    const insert = prepareStatement<'id'>(db, (value) => sql`insert into item (id) values (${value('id')})`)
    const gate = Promise.withResolvers<void>()
    const holder = db.connection().execute(() => gate.promise)
    const controller = new AbortController()
    const reason = new Error('given up')
    const call = insert({ id: 1 }, controller.signal)
    controller.abort(reason)
    gate.resolve()
    await holder
    await expect(call).rejects.toBe(reason)
    expect(countOf(await insert({ id: 2 }, new AbortController().signal))).toBe(1)
    expect(asked.filter((text) => text.startsWith('insert'))).toHaveLength(1)
    await db.destroy()
  })

  it('within a transaction that has ended it rejects', async () => {
    const { db } = openDatabase()
    const ended = await db.transaction().execute(async (transaction) => transaction)
    const statement = prepareStatement<never>(ended, () => sql`select 1`)
    const { signal } = new AbortController()
    for (const each of [signal, undefined]) {
      await expect((async () => statement({}, each))()).rejects.toThrow('committed')
    }
    await db.destroy()
  })
})
