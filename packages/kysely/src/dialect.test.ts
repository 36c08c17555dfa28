import {
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MysqlAdapter,
  PGliteAdapter,
  PostgresAdapter,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DialectAdapter,
} from 'kysely'
import { describe, expect, it } from 'vitest'
import { dialectOf } from './dialect.ts'
import { kyselySessionStore } from './session-store.ts'

function kyselyOf(adapter: DialectAdapter): Kysely<unknown> {
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

describe('dialectOf()', () => {
  it.each([
    ['sqlite', new SqliteAdapter()],
    ['postgres', new PostgresAdapter()],
    ['postgres', new PGliteAdapter()],
    ['mysql', new MysqlAdapter()],
  ])('tells %s', (dialect, adapter) => {
    expect(dialectOf(kyselyOf(adapter))).toBe(dialect)
    expect(dialectOf(kyselyOf(adapter).withoutPlugins())).toBe(dialect)
  })

  it('refuses a dialect that the store is not written for', () => {
    const mssql = kyselyOf(new MssqlAdapter())
    expect(() => kyselySessionStore(mssql)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'db' }))
  })
})
