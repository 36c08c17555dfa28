import type { ExpirySweep, SessionStore, SubjectSessions } from '@latchkey/core'
import type { Generated, Kysely, Transaction } from 'kysely'
import { expectTypeOf, test } from 'vitest'
import type { Migration } from 'kysely/migration'
import type { DatabaseSync } from 'node:sqlite'
import { latchkeyMigrations, migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselySessionStore } from './session-store.ts'

interface OwnTables {
  person: { id: Generated<number>; name: string | null }
}

test('kyselySessionStore() takes the Kysely of any application as it is', () => {
  expectTypeOf(kyselySessionStore<OwnTables>)
    .parameter(0)
    .toEqualTypeOf<Kysely<OwnTables> | Transaction<OwnTables>>()
  expectTypeOf(kyselySessionStore<OwnTables>).returns.toEqualTypeOf<SessionStore & SubjectSessions & ExpirySweep>()
  kyselySessionStore({} as Kysely<OwnTables>)
  kyselySessionStore({} as Transaction<OwnTables>)
  kyselySessionStore({} as Kysely<unknown>)
  expectTypeOf(migrateToLatest({} as Kysely<OwnTables>)).toEqualTypeOf<Promise<void>>()
})

test('latchkeyMigrations() fits the provider of any migrator', () => {
  expectTypeOf(latchkeyMigrations).returns.toExtend<Record<string, Migration>>()
})

test('nodeSqliteDialect() takes the database of node:sqlite as it is', () => {
  nodeSqliteDialect({} as DatabaseSync)
  expectTypeOf(openSqlite).returns.toEqualTypeOf<DatabaseSync>()
})
