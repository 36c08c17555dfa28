/**
 * The users: the application's own table. Latchkey knows a user by the id alone.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

/** A user, as everybody but the login sees one. */
export interface User {
  /** Random, and never used again. The subject of sessions and tokens: an e-mail address can change hands. */
  readonly id: string
  /** In canonical form. */
  readonly email: string
}

/** The users. E-mail addresses are in canonical form (`parseEmail`). */
export interface Users {
  /** Adds a user. Undefined when the address is taken. */
  add(email: string, passwordHash: string): Promise<User | undefined>
  /** Finds a user; this is what Latchkey calls for `context.user()`. */
  findById(id: string): Promise<User | undefined>
  /** Finds a user with the password's hash, for a login. */
  findForLogin(email: string): Promise<(User & { readonly passwordHash: string }) | undefined>
}

/** Creates the users on a database. */
export function createUsers(db: Database): Users {
  return {
    add: (email, passwordHash) =>
      db
        .insertInto('users')
        .values({ id: randomUUID(), email, password_hash: passwordHash })
        // The unique index decides, so that of two registrations at once exactly one succeeds.
        .onConflict((conflict) => conflict.column('email').doNothing())
        .returning(['id', 'email'])
        .executeTakeFirst(),
    findById: (id) => db.selectFrom('users').select(['id', 'email']).where('id', '=', id).executeTakeFirst(),
    findForLogin: (email) =>
      db
        .selectFrom('users')
        .select(['id', 'email', 'password_hash as passwordHash'])
        .where('email', '=', email)
        .executeTakeFirst(),
  }
}
