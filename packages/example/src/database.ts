/**
 * The application's own tables, in the same SQLite file as Latchkey's.
 *
 * @module
 */

import { migrateToLatest } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'

/** A row of `users`. */
export interface UserRow {
  readonly id: string
  /** In canonical form (`parseEmail`). Unique. */
  readonly email: string
  /** As `createPasswordHasher` makes it: a PHC string. */
  readonly password_hash: string
  /** Epoch milliseconds; null for a user who may log in. No route sets it: an operator does. */
  readonly disabled_at: number | null
}

/** A row of `notes`. */
export interface NoteRow {
  readonly id: string
  readonly user_id: string
  readonly title: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly created_at: number
}

/** The application's tables. */
export interface Tables {
  readonly users: UserRow
  readonly notes: NoteRow
}

/** The database of the application. */
export type Database = Kysely<Tables>

const MIGRATIONS: Record<string, Migration> = {
  '2026-11-23-users-and-notes': {
    async up(db) {
      await db.schema
        .createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('email', 'text', (column) => column.notNull().unique())
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('notes')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('notes_user_id').on('notes').columns(['user_id', 'created_at']).execute()
    },
  },
  '2026-11-23-users-disabled-at': {
    async up(db) {
      await db.schema.alterTable('users').addColumn('disabled_at', 'integer').execute()
    },
  },
}

/**
 * Opens the database, and creates or migrates its tables: the application's own and Latchkey's.
 *
 * @param path A file, or `:memory:`.
 */
export async function openDatabase(path: string): Promise<Database> {
  const db: Database = new Kysely<Tables>({ dialect: nodeSqliteDialect(openSqlite(path)) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  await migrateToLatest(db)
  return db
}
