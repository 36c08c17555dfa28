import type { UserLookup } from '@latchkey/core'
import type { Generated, Kysely, Transaction } from 'kysely'
import { expectTypeOf, test } from 'vitest'
import type { KyselyUserLookup } from './user-lookup-types.ts'
import { kyselyUserLookup } from './user-lookup.ts'

interface OwnTables {
  account: {
    readonly id: string
    readonly email: string
    readonly password_hash: string | null
    readonly locked_at: number | null
    readonly age: number
  }
  person: { id: Generated<number>; name: string; hash: string }
}

declare const db: Kysely<OwnTables>

const table = 'account'
const columns = { id: 'id', login: 'email', passwordHash: 'password_hash' } as const

test('the user is what the columns say', () => {
  const users = kyselyUserLookup(db, { table, columns })
  expectTypeOf(users).toEqualTypeOf<KyselyUserLookup<{ id: string; email: string }>>()
  const more = kyselyUserLookup({} as Transaction<OwnTables>, { table, columns, select: ['id', 'age'] })
  expectTypeOf(more).toEqualTypeOf<KyselyUserLookup<{ id: string; age: number }>>()
  expectTypeOf(users).toExtend<UserLookup<{ readonly id: string; readonly email: string }>>()
})

test('a name that is not in the database is an error, and so is a column of the wrong type', () => {
  // @ts-expect-error -- no such table
  kyselyUserLookup(db, { table: 'accounts', columns })
  // @ts-expect-error -- no such column
  kyselyUserLookup(db, { table, columns: { ...columns, login: 'mail' } })
  // @ts-expect-error -- no such column
  kyselyUserLookup(db, { table, columns: { ...columns, passwordHash: 'password' } })
  // @ts-expect-error -- a number is no hash
  kyselyUserLookup(db, { table, columns: { ...columns, passwordHash: 'age' } })
  // @ts-expect-error -- a number is no login name
  kyselyUserLookup(db, { table, columns: { ...columns, login: 'age' } })
  // @ts-expect-error -- no such column
  kyselyUserLookup(db, { table, columns: { ...columns, disabled: 'locked' } })
  // @ts-expect-error -- no such column
  kyselyUserLookup(db, { table, columns, select: ['name'] })
  // @ts-expect-error -- a column of another table
  kyselyUserLookup(db, { table: 'person', columns })
})

test('ids that are no text are parsed', () => {
  const own = { id: 'id', login: 'name', passwordHash: 'hash' } as const
  const users = kyselyUserLookup(db, { table: 'person', columns: own, parseId: Number })
  expectTypeOf(users).toEqualTypeOf<KyselyUserLookup<{ id: number; name: string }>>()
  // @ts-expect-error -- a number is not made of a subject by itself
  kyselyUserLookup(db, { table: 'person', columns: own })
  // @ts-expect-error -- the column holds numbers
  kyselyUserLookup(db, { table: 'person', columns: own, parseId: (subject) => subject })
})
