import type { RevocationStore } from '@latchkey/core'
import { describeRevocationStore } from '@latchkey/testing'
import { CamelCasePlugin, Kysely, sql, type CompiledQuery } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTables, sqliteDialect, type TestTables } from './databases.fixture.ts'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselyRevocationStore } from './revocation-store.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

const NOW = 1_800_000_000_000
const SESSION = 'ab'.repeat(16)
const TOKEN = 'AbCdEfGhIjKlMnOpQrStUv'
const call = { now: NOW }

const open: Kysely<unknown>[] = []

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
})

async function migrated(log?: (query: CompiledQuery) => void): Promise<Kysely<unknown>> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(), log: ({ query }) => log?.(query) })
  open.push(db)
  await migrateToLatest(db)
  return db
}

describeRevocationStore('kysely on SQLite in memory', async () => {
  const tables = await createTables(sqliteDialect)
  return { store: tables.revocations, close: () => tables.drop() }
})

describeRevocationStore('kysely with a plugin that renames, and a table prefix', async () => {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(), plugins: [new CamelCasePlugin({ upperCase: true })] })
  await migrateToLatest(db, { tablePrefix: 'my_own_' })
  return { store: kyselyRevocationStore(db, { tablePrefix: 'my_own_' }), close: () => db.destroy() }
})

describeServices('revocations on servers', () => {
  describe.each(SERVERS)('%s', (_, makeDialect) => {
    let tables: TestTables | undefined
    beforeAll(async () => {
      tables = await createTables(makeDialect)
    })
    afterAll(() => tables?.drop())

    describeRevocationStore('kysely', async () => {
      if (tables === undefined) throw new Error('The tables are made first')
      await tables.clear()
      return { store: tables.revocations, close() {} }
    })

    it('revokes once across several pools, and every one of them sees it at its next question', async () => {
      if (tables === undefined) throw new Error('The tables are made first')
      await tables.clear()
      const { tablePrefix } = tables
      const stores = [0, 1, 2].map(() => kyselyRevocationStore(tables?.connect() as Kysely<unknown>, { tablePrefix }))
      for (let round = 0; round < 20; round += 1) {
        const id = `${round}`.padStart(32, '0')
        const revoking = stores.map((store) => store.revoke({ id, subject: 'alice' }, NOW + 9, call))
        expect((await Promise.all(revoking)).filter(Boolean)).toHaveLength(1)
        const judging = stores.map((store) => store.isRevoked({ ids: [id], subject: 'alice', epoch: 0 }, call))
        await expect(Promise.all(judging)).resolves.toEqual([true, true, true])
      }
    })

    it('loses no revocation to sweeps that run beside it', async () => {
      if (tables === undefined) throw new Error('The tables are made first')
      await tables.clear()
      const { revocations } = tables
      for (let round = 0; round < 20; round += 1) {
        const id = `${round}`.padStart(32, '0')
        // What is outdated when the sweep finds it is needed again by the one who revokes it for longer.
        await revocations.revoke({ id, subject: 'alice' }, NOW, { now: NOW - 1 })
        await Promise.all([
          revocations.deleteExpired(10, call),
          revocations.revoke({ id, subject: 'alice' }, NOW + 9, call),
          revocations.deleteExpired(10, call),
        ])
        await expect(revocations.isRevoked({ ids: [id], subject: 'alice', epoch: 0 }, call)).resolves.toBe(true)
      }
    })
  })
})

describe('kyselyRevocationStore()', () => {
  it.each(['', 'Latchkey_', 'a;', '"', 5 as unknown as string])('refuses the table prefix %j', async (tablePrefix) => {
    const db = await migrated()
    expect(() => kyselyRevocationStore(db, { tablePrefix })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'tablePrefix' }),
    )
  })

  it('writes within the transaction that it was made from', async () => {
    const db = await migrated()
    const rolledBack = db.transaction().execute(async (transaction) => {
      const store = kyselyRevocationStore(transaction)
      await expect(store.revoke({ id: SESSION, subject: 'alice' }, NOW + 9, call)).resolves.toBe(true)
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    const judged = kyselyRevocationStore(db).isRevoked({ ids: [SESSION], subject: 'alice', epoch: 0 }, call)
    await expect(judged).resolves.toBe(false)
  })

  it.each(['\ufffd', '\ufffdnone', 'null', '\0', '\ud800'])(
    'takes the subject %j for no other, nor for nobody',
    async (subject) => {
      const store = kyselyRevocationStore(await migrated())
      await store.revoke({ id: SESSION, subject }, NOW + 9, call)
      await store.revoke({ id: TOKEN, subject: null }, NOW + 9, call)
      const isRevoked = (id: string, whose: string | null): Promise<boolean> =>
        store.isRevoked({ ids: [id], subject: whose, epoch: 0 }, call)
      expect([await isRevoked(SESSION, subject), await isRevoked(SESSION, null)]).toEqual([true, false])
      expect([await isRevoked(TOKEN, subject), await isRevoked(TOKEN, null)]).toEqual([false, true])
      const { revoked } = await store.changedSince(0, call)
      expect(new Set(revoked.map((one) => one.subject))).toEqual(new Set([null, subject]))
    },
  )

  it('leaves rows that nobody can have written out of what a copy learns', async () => {
    const db = await migrated()
    const store = kyselyRevocationStore(db)
    await store.revoke({ id: SESSION, subject: 'alice' }, NOW + 9, call)
    await store.revokeAllForSubject('alice', {}, call)
    await sql`insert into latchkey_revocations values ('x', 'y', ${NOW + 0.5}, ${NOW}, 1)`.execute(db)
    await sql`insert into latchkey_cut_offs values ('bob', 'much', null, 0, ${NOW})`.execute(db)
    await expect(store.changedSince(NOW, call)).resolves.toEqual({
      revoked: [{ id: SESSION, subject: 'alice', until: NOW + 9 }],
      cutOffs: [{ subject: 'alice', epoch: NOW, spared: null, floor: 0 }],
    })
  })

  it('judges in one statement, and finds every row by an index', async () => {
    const queries = new Map<string, CompiledQuery>()
    const database = openSqlite(':memory:')
    const log = ({ query }: { readonly query: CompiledQuery }): void => void queries.set(query.sql, query)
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(database), log })
    open.push(db)
    await migrateToLatest(db)
    const store = kyselyRevocationStore(db)
    queries.clear()
    await store.isRevoked({ ids: [TOKEN, SESSION], subject: 'alice', epoch: 0 }, call)
    expect(queries.size).toBe(1)
    await callEverything(store)
    expect(queries.size).toBe(7)
    for (const [text, { parameters }] of queries) {
      const rows = database.prepare(`explain query plan ${text}`).all(...(parameters as string[]))
      const plan = rows.map(({ detail }) => String(detail)).join('; ')
      if (text.startsWith('insert')) continue
      expect({ text, plan }).toEqual({ text, plan: expect.stringMatching(/SEARCH latchkey_/) })
      expect({ text, plan }).toEqual({ text, plan: expect.not.stringMatching(/SCAN latchkey_/) })
    }
  })

  it('rejects with the error of the driver when the database is out of reach', async () => {
    const database = openSqlite(':memory:')
    const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(database) })
    await migrateToLatest(db)
    const store = kyselyRevocationStore(db)
    database.close()
    await expect(store.isRevoked({ ids: [SESSION], subject: null, epoch: 0 }, call)).rejects.toThrow(
      'database is not open',
    )
    await expect(store.revoke({ id: SESSION, subject: null }, NOW, call)).rejects.toThrow('database is not open')
  })
})

async function callEverything(store: RevocationStore): Promise<void> {
  const session = { id: SESSION, subject: 'alice' }
  await store.revoke(session, NOW, call)
  await store.revoke(session, NOW, call)
  await store.epochOf('alice', call)
  await store.revokeAllForSubject('alice', { except: SESSION }, call)
  await store.changedSince(NOW, call)
  await store.deleteExpired(10, call)
}
