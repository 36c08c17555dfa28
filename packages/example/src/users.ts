/**
 * The users: the application's own table. Latchkey knows a user by the id alone.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { kyselyUserLookup, type KyselyUserLookup } from '@latchkey/kysely'
import type { Database } from './database.ts'

/** A user, as everybody but the login sees one. */
export interface User {
  /** Random, and never used again. The subject of sessions and tokens: an e-mail address can change hands. */
  readonly id: string
  /** In canonical form. */
  readonly email: string
}

/** The users: what Latchkey asks for, and what registration needs. E-mail addresses are in canonical form (`parseEmail`). */
export interface Users extends KyselyUserLookup<User> {
  /** Adds a user. Undefined when the address is taken. */
  add(email: string, passwordHash: string): Promise<User | undefined>
}

/** Creates the users on a database. */
export function createUsers(db: Database): Users {
  const lookup = kyselyUserLookup(db, {
    table: 'users',
    columns: { id: 'id', login: 'email', passwordHash: 'password_hash', disabled: 'disabled_at' },
  })
  return {
    ...lookup,
    add: (email, passwordHash) =>
      db
        .insertInto('users')
        .values({ id: randomUUID(), email, password_hash: passwordHash, disabled_at: null })
        // The unique index decides, so that of two registrations at once exactly one succeeds.
        .onConflict((conflict) => conflict.column('email').doNothing())
        .returning(['id', 'email'])
        .executeTakeFirst(),
  }
}
