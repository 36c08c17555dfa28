/**
 * Seals that were opened before.
 *
 * @module
 */

import { copyText, createRecentMap, type SessionRecord } from '@latchkey/core'

/** A memory of opened seals. It says what a seal holds, never whether that is still good. */
export interface VerifiedSeals {
  /** The record in a seal that was opened before; undefined when it was not, or is forgotten. Compared by the whole text. */
  get(seal: string): SessionRecord | undefined
  /** Remembers the record in a seal. Only for seals that were verified, MAC included. */
  set(seal: string, record: SessionRecord): void
}

interface Opened {
  readonly seal: string
  readonly record: SessionRecord
}

/** The MAC and what follows it. */
const END = 45

/**
 * Creates an empty memory. The least lately used seals are forgotten first.
 *
 * @param most The most seals that are remembered, of up to 4,096 characters each: 0, or 2 and more.
 */
export function createVerifiedSeals(most: number): VerifiedSeals {
  // By the MAC, which a map finds sooner than a text of kilobytes.
  const opened = createRecentMap<string, Opened>(most)
  return {
    get(seal) {
      const found = opened.get(seal.slice(-END))
      return found?.seal === seal ? found.record : undefined
    },
    set(seal, record) {
      if (most === 0) return
      const copy = copyText(seal)
      opened.set(copy.slice(-END), { seal: copy, record })
    },
  }
}
