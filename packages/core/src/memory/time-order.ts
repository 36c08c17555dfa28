/**
 * Keys in the order of times: of those that expire, or of those that were written, only the ones in question are looked at.
 *
 * @module
 */

/** Keys, each with a time. */
export interface TimeOrder {
  /** Adds a key, or moves it to another time. O(log n). */
  set(key: string, time: number): void
  /** Takes a key out, if it is there. O(log n). */
  delete(key: string): void
  /** Keys whose time is at most this one, in no order, and no more than `limit`. Costs as much as it gives, whatever else is kept. */
  upTo(time: number, limit?: number): string[]
}

interface Entry {
  readonly key: string
  time: number
  index: number
}

/** Creates an empty one: a binary heap, whose entries know their places. */
export function createTimeOrder(): TimeOrder {
  const heap: Entry[] = []
  const entries = new Map<string, Entry>()

  function place(entry: Entry, index: number): void {
    heap[index] = entry
    entry.index = index
  }

  /** Puts an entry where it belongs, beginning at its index, whose place is free. */
  function settle(entry: Entry): void {
    let { index } = entry
    for (let above = parentOf(index); above !== undefined && above.time > entry.time; above = parentOf(index)) {
      const free = above.index
      place(above, index)
      index = free
    }
    for (let below = firstChildOf(index); below !== undefined && below.time < entry.time; below = firstChildOf(index)) {
      const free = below.index
      place(below, index)
      index = free
    }
    place(entry, index)
  }

  function parentOf(index: number): Entry | undefined {
    return index === 0 ? undefined : heap[(index - 1) >> 1]
  }

  function firstChildOf(index: number): Entry | undefined {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
    return left !== undefined && right !== undefined && right.time < left.time ? right : left
  }

  return {
    set(key, time) {
      const known = entries.get(key)
      if (known?.time === time) return
      const entry = known ?? { key, time, index: heap.length }
      entry.time = time
      entries.set(key, entry)
      settle(entry)
    },

    delete(key) {
      const entry = entries.get(key)
      const last = heap.at(-1)
      if (entry === undefined || last === undefined) return
      entries.delete(key)
      heap.pop()
      if (last === entry) return
      last.index = entry.index
      settle(last)
    },

    upTo(time, limit = Infinity) {
      // What is below an entry that is too late is later still, so that nobody looks there.
      const found: string[] = []
      const indexes = [0]
      for (let index = indexes.pop(); index !== undefined && found.length < limit; index = indexes.pop()) {
        const entry = heap[index]
        if (entry === undefined || entry.time > time) continue
        found.push(entry.key)
        indexes.push(2 * index + 1, 2 * index + 2)
      }
      return found
    },
  }
}
