/**
 * A way to keep values in text that the client holds.
 *
 * @module
 */

import type { Subject } from '../measuring.ts'

/** What is sealed in every case. */
export const VALUES: { name: string; cart: { id: number; count: number }[] } = {
  name: 'Ada',
  cart: [{ id: 7, count: 2 }],
}
/** With what, by all who speak `Fe26.2`. */
export const PASSWORD = 'a password of thirty-two characters'
/** For so many seconds. */
export const TTL = 3_600

/** Seals and opens. */
export interface Box {
  readonly name: string
  readonly role: Subject['role']
  /** Seals the values. Never gives the same text twice. */
  seal(): Promise<string> | string
  /** Gives the name among the sealed values; anything else for text that is not genuine. */
  open(text: string): unknown
}
