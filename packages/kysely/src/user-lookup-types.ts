/**
 * The types of a lookup of users: from the application's database type to its user.
 *
 * @module
 */

import type { Selectable, UpdateType } from 'kysely'

/** The names of the columns of a table whose values, when read, are a `Value`. */
export type ColumnOf<Database, Table extends keyof Database, Value = unknown> = {
  [Column in keyof Selectable<Database[Table]> & string]: Selectable<Database[Table]>[Column] extends Value
    ? Column
    : never
}[keyof Selectable<Database[Table]> & string]

/** The names of the columns of a table that hold text or null, and take text. */
export type HashColumnOf<Database, Table extends keyof Database> = {
  [Column in ColumnOf<Database, Table, string | null> & keyof Database[Table]]: string extends UpdateType<
    Database[Table][Column]
  >
    ? Column
    : never
}[ColumnOf<Database, Table, string | null> & keyof Database[Table]]

/** Which columns of a table of users mean what. */
export interface UserColumns<Database, Table extends keyof Database, Id, Login> {
  /** The lasting name of a user, never used again: the subject of sessions, as text. Text or an integer. */
  readonly id: Id
  /** What a user types at login, in the one form under which the application stores it. */
  readonly login: Login
  /** The hash: text of up to 150 characters, more for other systems' hashes. Null for a user who has no password. */
  readonly passwordHash: HashColumnOf<Database, Table>
  /** Who may not log in: null, false and 0 mean "may", and anything else, such as a time, means "may not". Default: everybody may. */
  readonly disabled?: ColumnOf<Database, Table>
}

/** What `kyselyUserLookup` takes. */
export type UserLookupOptions<Database, Table extends keyof Database, Id extends string, Login, Selected> = {
  /** The table. */
  readonly table: Table
  /** Its columns. */
  readonly columns: UserColumns<Database, Table, Id, Login>
  /** The columns that the application's user consists of, never that of the hash. Default: those of the id and the login name. */
  readonly select?: readonly Selected[]
} & ParseId<Id extends keyof Selectable<Database[Table]> ? Selectable<Database[Table]>[Id] : never>

/**
 * How a subject becomes the value of the column. Undefined: no user has this subject, and the database is not asked.
 *
 * To be given where ids are no text; and where the database throws at text that is no id, as PostgreSQL does for its type `uuid`.
 */
type ParseId<Value> = [Value] extends [string]
  ? { readonly parseId?: (subject: string) => Value | undefined }
  : { readonly parseId: (subject: string) => Value | undefined }

/** A user as a password login sees it. */
export interface KyselyUser<User> {
  /** The value of the id column, as text. */
  readonly subject: string
  /** The selected columns. */
  readonly user: User
  /** The stored hash; null for a user who has no password. */
  readonly passwordHash: string | null
  /** What the column says; false where there is none. */
  readonly disabled: boolean
}

/** Finds users and their password hashes, and replaces hashes. Frozen. */
export interface KyselyUserLookup<User> {
  /** Finds a user by the id, for `context.user()`. Null when there is none, or the user is disabled. */
  findById(subject: string): Promise<User | null>
  /** Tells what the column `disabled` says of a user. Null when there is none. */
  statusOf(subject: string): Promise<'active' | 'disabled' | null>
  /** Finds a user by the login name, disabled or not. Null when there is none. */
  findByLogin(login: string): Promise<KyselyUser<User> | null>
  /** Finds a user by the id, disabled or not. Null when there is none. */
  findBySubject(subject: string): Promise<KyselyUser<User> | null>
  /**
   * Replaces a hash, in one statement with a condition.
   *
   * @returns False when the hash is no longer `oldHash`, or there is no such user; then nothing is written.
   */
  updatePasswordHash(subject: string, newHash: string, oldHash: string | null): Promise<boolean>
}
