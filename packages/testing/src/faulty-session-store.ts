/**
 * A session store that fails when a test says so.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'
import { interceptSessionStore, type SessionStoreCallName } from './intercepted-session-store.ts'

/** A store in the hands of a test. */
export interface FaultySessionStore {
  /** The store to hand to `storedSessions`. */
  readonly store: SessionStoreParts
  /** The names of all calls so far, failed ones included, in order. */
  readonly calls: readonly SessionStoreCallName[]
  /**
   * Lets every call of this name reject from now on. `before`: the store underneath never sees it. `after`: it took effect, and its
   * answer is lost. Default `before`.
   */
  fail(name: SessionStoreCallName, when?: 'before' | 'after'): void
  /** Lets every call reject from now on, whatever its name, before the store underneath sees it. */
  failAll(): void
  /** Ends all failures. */
  heal(): void
  /** Empties `calls`. */
  forgetCalls(): void
}

/** What a failing call rejects with; the text must never reach a client. */
export const STORE_FAILURE = 'The connection to the test database is lost'

/** Wraps a store, which works until it is told to fail. */
export function createFaultySessionStore(store: SessionStoreParts): FaultySessionStore {
  const calls: SessionStoreCallName[] = []
  const failing = new Map<SessionStoreCallName, 'before' | 'after'>()
  let allFail = false
  return {
    store: interceptSessionStore(store, {
      before(name) {
        calls.push(name)
        if (allFail || failing.get(name) === 'before') throw new Error(STORE_FAILURE)
      },
      after(name) {
        if (failing.get(name) === 'after') throw new Error(STORE_FAILURE)
      },
    }),
    calls,
    fail: (name, when = 'before') => void failing.set(name, when),
    failAll() {
      allFail = true
    },
    heal() {
      allFail = false
      failing.clear()
    },
    forgetCalls() {
      calls.length = 0
    },
  }
}
