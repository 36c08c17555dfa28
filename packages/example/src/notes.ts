/**
 * The notes. Every query names the owner, so that another's note is as if it did not exist.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'
import type { NoteContent } from './input.ts'

/** A note. */
export interface Note extends NoteContent {
  readonly id: string
}

/** The notes of all users. `owner` is the id of a user. */
export interface Notes {
  /** The owner's notes, oldest first. */
  list(owner: string): Promise<Note[]>
  /** Adds a note. */
  add(owner: string, content: NoteContent): Promise<Note>
  /** Undefined: the owner has no such note. */
  find(owner: string, id: string): Promise<Note | undefined>
  /** Replaces title and text. Undefined: the owner has no such note. */
  replace(owner: string, id: string, content: NoteContent): Promise<Note | undefined>
  /** False: the owner has no such note. */
  remove(owner: string, id: string): Promise<boolean>
}

/**
 * Creates the notes on a database.
 *
 * @param now The clock, in epoch milliseconds.
 */
export function createNotes(db: Database, now: () => number): Notes {
  return {
    list: (owner) =>
      db
        .selectFrom('notes')
        .select(['id', 'title', 'text'])
        .where('user_id', '=', owner)
        .orderBy('created_at')
        .execute(),
    add: (owner, { title, text }) =>
      db
        .insertInto('notes')
        .values({ id: randomUUID(), user_id: owner, title, text, created_at: now() })
        .returning(['id', 'title', 'text'])
        .executeTakeFirstOrThrow(),
    find: (owner, id) =>
      db
        .selectFrom('notes')
        .select(['id', 'title', 'text'])
        .where('user_id', '=', owner)
        .where('id', '=', id)
        .executeTakeFirst(),
    replace: (owner, id, { title, text }) =>
      db
        .updateTable('notes')
        .set({ title, text })
        .where('user_id', '=', owner)
        .where('id', '=', id)
        .returning(['id', 'title', 'text'])
        .executeTakeFirst(),
    async remove(owner, id) {
      const removed = await db
        .deleteFrom('notes')
        .where('user_id', '=', owner)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      return removed !== undefined
    },
  }
}
