import { describeSessionRaces } from '@latchkey/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { createTables, sqliteDialect, type TestTables } from './databases.fixture.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

describeSessionRaces('kysely on SQLite in memory', async () => {
  const tables = await createTables(sqliteDialect)
  return { stores: [tables.store], close: () => tables.drop() }
})

describeServices('races', () => {
  describe.each(SERVERS)('on %s', (_, makeDialect) => {
    let tables: TestTables
    let stores: readonly TestTables['store'][] = []
    beforeAll(async () => {
      tables = await createTables(makeDialect)
      stores = [tables.store, tables.connectStore(), tables.connectStore()]
    })
    afterAll(() => tables.drop())

    describeSessionRaces('kysely', async () => {
      await tables.clear()
      return { stores, close() {} }
    })
  })
})
