/**
 * A map that keeps what was used lately.
 *
 * @module
 */

/**
 * Values by key. Bounded; the least lately used go first, about half of them at a time. It holds on to the keys that were set, and to none
 * that was asked for. Of those that were used last, half of `maxEntries` are always there.
 */
export interface RecentMap<Key, Value> {
  /** Gives the value of a key, which counts as a use; undefined where there is none any more. */
  get(key: Key): Value | undefined
  /** Keeps a value, in the place of the one before. */
  set(key: Key, value: Value): void
}

/**
 * Creates the map. There are two generations: a full young one becomes the old one, and the old one is dropped; what is
 * used of it moves up before. So using a value costs no bookkeeping while it is young.
 *
 * @param maxEntries The most values that are kept: from 2 on. Not checked.
 */
export function createRecentMap<Key, Value>(maxEntries: number): RecentMap<Key, Value> {
  const half = maxEntries >> 1
  let young = new Map<Key, Kept<Key, Value>>()
  let old = young

  function keep(kept: Kept<Key, Value>): void {
    if (young.size >= half && !young.has(kept.key)) {
      old = young
      young = new Map()
    }
    young.set(kept.key, kept)
  }

  return Object.freeze<RecentMap<Key, Value>>({
    get(key) {
      const recent = young.get(key)
      if (recent !== undefined) return recent.value
      const kept = old.get(key)
      if (kept !== undefined) keep(kept)
      return kept?.value
    },
    set: (key, value) => keep({ key, value }),
  })
}

/** With its key: another text that is equal may be a part of something long. */
interface Kept<Key, Value> {
  readonly key: Key
  readonly value: Value
}
