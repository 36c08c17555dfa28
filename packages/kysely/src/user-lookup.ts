/**
 * The application's own table of users, as logins look into it.
 *
 * @module
 */

import { ConfigError, UnavailableError } from '@latchkey/core'
import type { Kysely, Selectable } from 'kysely'
import type { ColumnOf, KyselyUser, KyselyUserLookup, UserLookupOptions } from './user-lookup-types.ts'

/** Any tables: the type to build statements with, as the names were checked against the real one. */
type AnyTables = Record<string, Record<string, unknown>>
type Row = Readonly<Record<string, unknown>>

/** The options, without the types of one database. */
interface Options {
  readonly table: string
  readonly columns: {
    readonly id: string
    readonly login: string
    readonly passwordHash: string
    readonly disabled?: string
  }
  readonly select?: readonly string[]
  readonly parseId?: (subject: string) => unknown
}

/**
 * Creates a lookup of users in the application's own table, typed against it: what `createAuth` and `createPasswordLogin` take as `users`.
 * The Kysely is used with its plugins. It should be on the primary database: a replica that lags would let an old password in.
 *
 * Ids and login names are compared by their exact characters, also where the collation of the column is laxer: a row that only resembles
 * what was asked for is as if it did not exist. The rule for case and spelling is the application's; see `canonicalLogin` of the login.
 * Text that is ill-formed or holds NUL reaches no database. Both columns should be unique. The strings have no limit of length here.
 *
 * Every method rejects with what the database throws.
 *
 * @throws {ConfigError} When `select` names the column of the hash.
 */
export function kyselyUserLookup<
  Database,
  Table extends keyof Database & string,
  Id extends ColumnOf<Database, Table, string | number | bigint>,
  Login extends ColumnOf<Database, Table, string | null>,
  Selected extends ColumnOf<Database, Table> = Id | Login,
>(
  db: Kysely<Database>,
  options: UserLookupOptions<Database, Table, Id, Login, Selected>,
): KyselyUserLookup<Pick<Selectable<Database[Table]>, Selected>> {
  // The types of the options have done their work; what follows is about names.
  return createLookup<Pick<Selectable<Database[Table]>, Selected>>(db as unknown as Kysely<AnyTables>, options)
}

function createLookup<User>(
  db: Kysely<AnyTables>,
  { table, columns, select, parseId }: Options,
): KyselyUserLookup<User> {
  const { id, login, passwordHash, disabled } = columns
  const members = select ?? [id, login]
  if (members.includes(passwordHash)) throw new ConfigError('select', 'must not name the column of the password hash')
  const read = [...new Set([id, login, passwordHash, ...(disabled === undefined ? [] : [disabled]), ...members])]

  /** Finds the row in which a column has exactly this value. */
  async function findRow(column: string, text: string, value: unknown): Promise<Row | null> {
    const rows: readonly Row[] = await db.selectFrom(table).select(read).where(column, '=', value).execute()
    const exact = rows.filter((row) => toText(row[column]) === text)
    // Whoever of two is meant, nobody can tell, and the wrong one must not be let in.
    if (exact.length > 1) throw new UnavailableError()
    return exact[0] ?? null
  }

  async function findById(subject: string): Promise<Row | null> {
    const value = idOf(subject)
    return value === undefined ? null : findRow(id, subject, value)
  }

  function idOf(subject: string): unknown {
    if (!isStorable(subject)) return undefined
    return parseId === undefined ? subject : parseId(subject)
  }

  // Columns are read as the application's own names say, so that what is picked has the type that was promised.
  const toUser = (row: Row): User => Object.fromEntries(members.map((name) => [name, row[name]])) as User
  const isDisabled = (row: Row): boolean => disabled !== undefined && !isOff(row[disabled])

  function toKyselyUser(row: Row | null): KyselyUser<User> | null {
    const subject = row === null ? undefined : toText(row[id])
    if (row === null || subject === undefined) return null
    const hash = row[passwordHash] as string | null
    return { subject, user: toUser(row), passwordHash: hash, disabled: isDisabled(row) }
  }

  return Object.freeze<KyselyUserLookup<User>>({
    async findById(subject) {
      const row = await findById(subject)
      return row === null || isDisabled(row) ? null : toUser(row)
    },
    async statusOf(subject) {
      const row = await findById(subject)
      if (row === null) return null
      return isDisabled(row) ? 'disabled' : 'active'
    },
    findByLogin: async (name) => (isStorable(name) ? toKyselyUser(await findRow(login, name, name)) : null),
    findBySubject: async (subject) => toKyselyUser(await findById(subject)),
    async updatePasswordHash(subject, newHash, oldHash) {
      const value = idOf(subject)
      if (value === undefined) return false
      const { numUpdatedRows } = await db
        .updateTable(table)
        .set({ [passwordHash]: newHash })
        .where(id, '=', value)
        .where(passwordHash, oldHash === null ? 'is' : '=', oldHash)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  })
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? `${value}` : undefined
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function isOff(value: unknown): boolean {
  return value === null || value === false || value === 0 || value === 0n
}
