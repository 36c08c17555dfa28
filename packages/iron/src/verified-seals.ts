/**
 * Seals that were opened before: bounded, the longest unused first out.
 *
 * @module
 */

import type { SessionRecord } from '@latchkey/core'

/** The bounds of the memory of opened seals. */
export interface VerifiedSealBounds {
  /** How many seals. 0: none. */
  readonly maxEntries: number
  /** How many characters all of them may have together. What a seal holds is shorter than the seal, and not counted. */
  readonly maxLength: number
}

/** A memory of opened seals. It says what a seal holds, never whether that is still good. */
export interface VerifiedSeals {
  /** The record in a seal that was opened before; undefined when it was not, or is forgotten. */
  get(seal: string): SessionRecord | undefined
  /** Remembers the record in a seal. Only for seals that were verified: by the whole text, MAC included. */
  set(seal: string, record: SessionRecord): void
}

/** Creates an empty memory. */
export function createVerifiedSeals({ maxEntries, maxLength }: VerifiedSealBounds): VerifiedSeals {
  // A Map keeps the order of insertion: what is used again is inserted again.
  const records = new Map<string, SessionRecord>()
  let length = 0

  function forget(seal: string): void {
    if (records.delete(seal)) length -= seal.length
  }

  return {
    get(seal) {
      const record = records.get(seal)
      if (record === undefined) return undefined
      records.delete(seal)
      records.set(seal, record)
      return record
    },
    set(seal, record) {
      forget(seal)
      records.set(seal, record)
      length += seal.length
      for (const oldest of records.keys()) {
        if (records.size <= maxEntries && length <= maxLength) break
        forget(oldest)
      }
    },
  }
}
