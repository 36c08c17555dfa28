/**
 * Calling a store: with the time, within a limit, and with one fault for everything that goes wrong.
 *
 * @module
 */

import { UnavailableError } from './faults.ts'
import type { Runtime, StoreCall } from './ports.ts'
import { readClock } from './runtime.ts'

/** Makes one call of a store. */
export type CallStore = <Result>(run: (call: StoreCall) => Promise<Result>) => Promise<Result>

/**
 * Creates the caller of one store.
 *
 * Each call is given up after `timeout` milliseconds: its signal is aborted, and what was sent already may still take effect. Whatever a call
 * rejects with becomes an `UnavailableError` with it as the cause.
 */
export function createStoreCall(runtime: Runtime, timeout: number): CallStore {
  return function callStore(run) {
    // One promise of our own: a race would make four, for each call of a store.
    return new Promise((resolve, reject) => {
      const now = readClock(runtime)
      const controller = new AbortController()
      const fail = (cause: unknown): void => reject(new UnavailableError({ cause }))
      const stopTimer = runtime.startTimer(timeout, () => {
        fail(new Error('The store did not answer in time'))
        controller.abort()
      })
      const ask = async (): ReturnType<typeof run> => run({ now, signal: controller.signal })
      ask().then(
        (result) => {
          stopTimer()
          return resolve(result)
        },
        (cause: unknown) => {
          stopTimer()
          return fail(cause)
        },
      )
    })
  }
}
