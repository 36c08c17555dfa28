/**
 * A bound on how much runs at once and on how much waits.
 *
 * @module
 */

import { UnavailableError } from '@latchkey/core'

/** Lets tasks through a few at a time, in the order of their arrival. */
export interface Gate {
  /**
   * Runs a task when there is a free place; gives what it gives.
   *
   * @throws {UnavailableError} At once, when every place is taken and the queue is full. The task never runs.
   */
  run<Result>(task: () => Promise<Result>): Promise<Result>
}

/** Creates a gate for `concurrency` tasks at once, behind which at most `queue` wait. */
export function createGate({ concurrency, queue }: { readonly concurrency: number; readonly queue: number }): Gate {
  const waiting: (() => void)[] = []
  let running = 0

  return Object.freeze<Gate>({
    async run(task) {
      if (running >= concurrency) {
        if (waiting.length >= queue) throw new UnavailableError()
        // A place is handed over and never freed in between, so that nobody overtakes the queue.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running += 1
      }
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
  })
}
