/**
 * The caller's own notes.
 *
 * @module
 */

import { invalidRequest, json, NO_CONTENT, NOT_FOUND, type Answer } from '../answer.ts'
import type { AppContext } from '../auth.ts'
import { parseNote } from '../input.ts'
import type { Notes } from '../notes.ts'

/** The operations on notes, for guarded routes. The owner is always the principal, never a name from the request. */
export interface Notebook {
  /** All of the caller's notes, oldest first. */
  list(context: AppContext): Promise<Answer>
  /** Adds a note. */
  create(context: AppContext, body: unknown): Promise<Answer>
  /** One note. 404 also for another's. */
  read(context: AppContext, id: string): Promise<Answer>
  /** Replaces title and text. */
  replace(context: AppContext, id: string, body: unknown): Promise<Answer>
  /** Removes a note. */
  remove(context: AppContext, id: string): Promise<Answer>
}

/** Creates the operations. */
export function createNotebook(notes: Notes): Notebook {
  return {
    list: async ({ principal }) => json(200, await notes.list(principal.subject)),
    async create({ principal }, body) {
      const input = parseNote(body)
      if (!input.ok) return invalidRequest(input)
      const note = await notes.add(principal.subject, input.value)
      return { status: 201, headers: { location: `/notes/${note.id}` }, body: note }
    },
    async read({ principal }, id) {
      const note = await notes.find(principal.subject, id)
      return note === undefined ? NOT_FOUND : json(200, note)
    },
    async replace({ principal }, id, body) {
      const input = parseNote(body)
      if (!input.ok) return invalidRequest(input)
      const note = await notes.replace(principal.subject, id, input.value)
      return note === undefined ? NOT_FOUND : json(200, note)
    },
    remove: async ({ principal }, id) => ((await notes.remove(principal.subject, id)) ? NO_CONTENT : NOT_FOUND),
  }
}
