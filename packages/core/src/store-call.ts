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
  return async function callStore(run) {
    const now = readClock(runtime)
    const controller = new AbortController()
    let stopTimer = (): void => {}
    try {
      // One promise of our own: a race would make four, for each call of a store.
      return await new Promise((resolve, reject) => {
        stopTimer = runtime.startTimer(timeout, () => {
          reject(new Error('The store did not answer in time'))
          controller.abort()
        })
        Promise.resolve(run({ now, signal: controller.signal })).then(resolve, reject)
      })
    } catch (cause) {
      throw new UnavailableError({ cause })
    } finally {
      stopTimer()
    }
  }
}
