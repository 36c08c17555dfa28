/**
 * A way to keep values in text that the client holds.
 *
 * @module
 */

import type { Subject } from '../measuring.ts'

/** Seals and opens. */
export interface Box {
  readonly name: string
  readonly role: Subject['role']
  /** Seals the values. Never gives the same text twice. */
  seal(): Promise<string> | string
  /** Gives the name among the sealed values; anything else for text that is not genuine. */
  open(text: string): unknown
}
