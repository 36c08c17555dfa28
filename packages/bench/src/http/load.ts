/**
 * Sending many requests from another thread.
 *
 * @module
 */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Load, Statuses } from './load-worker.ts'

/** The clients. One load at a time. */
export interface Clients {
  /** Sends so many requests, and counts the statuses that come back. */
  send(load: Load): Promise<Statuses>
  close(): Promise<void>
}

/** Starts the thread of the clients. */
export function startClients(): Clients {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url))
  return {
    async send(load) {
      const answered = once(worker, 'message')
      worker.postMessage(load, [])
      const [statuses] = (await answered) as [Statuses]
      return statuses
    },
    async close() {
      await worker.terminate()
    },
  }
}
