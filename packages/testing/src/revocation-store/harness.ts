/**
 * What the contract suite of revocation stores is given to work on.
 *
 * @module
 */

import type { RevocationStore } from '@latchkey/core'

/** A revocation store under test, empty at first. */
export interface RevocationStoreHarness {
  /** The store under test, empty. */
  readonly store: RevocationStore
  /**
   * True where what may be forgotten vanishes by itself, in a time that is not the caller's: `deleteExpired` then has nothing to
   * remove and answers 0. Default false.
   */
  readonly expiresByItself?: boolean
  /** Lets go of everything that was opened. */
  close(): void | Promise<void>
}
