/**
 * A session store that a test looks into, delays or breaks.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'

/** The names of a session store's calls. */
export type SessionStoreCallName = keyof SessionStoreParts

/** What runs around each call of an intercepted store. May be asynchronous; what it throws, the call rejects with. */
export interface SessionStoreHooks {
  /** Runs before the call reaches the store, with its arguments; when it throws, the store never sees the call. */
  readonly before?: (name: SessionStoreCallName, args: readonly unknown[]) => unknown
  /** Runs when the store has answered, with the answer; when it throws, the call took effect and its answer is lost. */
  readonly after?: (name: SessionStoreCallName, args: readonly unknown[], answer: unknown) => unknown
  /** Runs when the store has rejected, with the error, which the call rejects with afterwards. */
  readonly failed?: (name: SessionStoreCallName, args: readonly unknown[], error: unknown) => unknown
}

/** Wraps a store with hooks around each of its calls. The store underneath is the real one. */
export function interceptSessionStore(
  store: SessionStoreParts,
  { before, after, failed }: SessionStoreHooks,
): SessionStoreParts {
  function around<Call extends unknown[], Answer>(
    name: SessionStoreCallName,
    call: (...args: Call) => Promise<Answer>,
  ): (...args: Call) => Promise<Answer> {
    return async (...args) => {
      await before?.(name, args)
      const answer = await call(...args).catch(async (error: unknown) => {
        await failed?.(name, args, error)
        throw error
      })
      await after?.(name, args, answer)
      return answer
    }
  }
  return {
    create: around('create', store.create.bind(store)),
    read: around('read', store.read.bind(store)),
    update: around('update', store.update.bind(store)),
    touch: around('touch', store.touch.bind(store)),
    destroy: around('destroy', store.destroy.bind(store)),
    listBySubject: around('listBySubject', store.listBySubject.bind(store)),
    epochOf: around('epochOf', store.epochOf.bind(store)),
    destroyAllForSubject: around('destroyAllForSubject', store.destroyAllForSubject.bind(store)),
    deleteExpired: around('deleteExpired', store.deleteExpired.bind(store)),
  }
}
