/**
 * What the contract suite is given to work on.
 *
 * @module
 */

import type { ExpirySweep, SessionStore, SubjectSessions } from '@latchkey/core'

/** A store under test, empty at first, and what is needed to look behind it. */
export interface SessionStoreHarness {
  /** The store under test, empty. */
  readonly store: SessionStore & SubjectSessions & ExpirySweep
  /**
   * Reads everything that is stored, past the store, as text that does not change while nothing is written. Where it is
   * given, the suite also proves what was not written, and that what was destroyed is gone.
   */
  readonly rawDump?: () => Promise<string>
  /**
   * True where the rows of expired records vanish by themselves, in a time that is not the caller's: `deleteExpired` then
   * has nothing to remove and answers 0. Default false.
   */
  readonly expiresByItself?: boolean
  /** Opens the same data once more, as after a restart; the former store is not used again. For stores that persist. */
  readonly reopen?: () => Promise<SessionStore & SubjectSessions & ExpirySweep>
  /** Lets go of everything that was opened. */
  close(): void | Promise<void>
}

/** Gives the harness of the test that runs. */
export type CurrentHarness = () => SessionStoreHarness

/** The store of the test that runs, and what stands in it; a constant text where the harness cannot look behind it. */
export function open(harness: CurrentHarness): {
  readonly store: SessionStoreHarness['store']
  readonly dump: () => Promise<string>
} {
  const { store, rawDump } = harness()
  return { store, dump: rawDump ?? (() => Promise.resolve('')) }
}
