import { PGlite } from '@electric-sql/pglite'
import { describeRevocationStore, describeSessionStore } from '@latchkey/testing'
import { PGliteDialect } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import { createTables, sessionHarnessOf, type TestTables } from './databases.fixture.ts'
import { describeServices } from './services.fixture.ts'

// It needs no server, but some seconds to start.
describeServices('embedded', () => {
  let tables: TestTables
  beforeAll(async () => {
    tables = await createTables(() => new PGliteDialect({ pglite: () => PGlite.create() }))
  })
  afterAll(() => tables.drop())

  describeSessionStore('kysely on PGlite', () => sessionHarnessOf(tables))

  describeRevocationStore('kysely on PGlite', async () => {
    await tables.clear()
    return { store: tables.revocations, close() {} }
  })
})
