/**
 * Simulated time: events in their order, one after the other.
 *
 * @module
 */

import { setImmediate as nextTurn } from 'node:timers/promises'

/** What is still to happen. */
export interface Timeline {
  /** The simulated time, in milliseconds. */
  now(): number
  /**
   * Lets something happen after so many milliseconds, unless the function that it gives back is called before. What is asynchronous comes
   * to rest, with all that it sets in motion, before the next event.
   */
  after(milliseconds: number, task: () => Promise<void> | void): () => void
  /** Lets everything happen that is due before `end`, or until `isOver` says so. */
  run(end: number, isOver: () => boolean): Promise<void>
}

interface Event {
  readonly at: number
  readonly order: number
  readonly task: () => Promise<void> | void
}

/** Creates a timeline. `setClock` is told the time of each event before it happens. */
export function createTimeline(start: number, setClock: (now: number) => void): Timeline {
  /** A heap: the event that comes first is at its top. */
  const heap: Event[] = []
  let time = start
  let count = 0

  const isBefore = (one: Event, other: Event): boolean =>
    one.at < other.at || (one.at === other.at && one.order < other.order)

  function push(event: Event): void {
    heap.push(event)
    let index = heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(event, heap[parent] as Event)) break
      heap[index] = heap[parent] as Event
      index = parent
    }
    heap[index] = event
  }

  function pop(): Event | undefined {
    const [first] = heap
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1
      if (!isBefore(heap[child] as Event, last)) break
      heap[index] = heap[child] as Event
      index = child
    }
    heap[index] = last
    return first
  }

  return {
    now: () => time,
    after(milliseconds, task) {
      let isCancelled = false
      count += 1
      push({ at: time + Math.round(milliseconds), order: count, task: () => (isCancelled ? undefined : task()) })
      return () => {
        isCancelled = true
      }
    },
    async run(end, isOver) {
      while ((heap[0]?.at ?? Infinity) < end && !isOver()) {
        const event = pop() as Event
        time = event.at
        setClock(time)
        const happening = event.task()
        if (happening !== undefined) {
          await happening
          await nextTurn()
        }
      }
    },
  }
}
