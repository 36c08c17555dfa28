/**
 * The only clock, timers and randomness of the package.
 *
 * @module
 */

import { UnavailableError } from './faults.ts'
import type { Runtime } from './ports.ts'

/** The platform's clock, timers and cryptographic random source. */
export const systemRuntime: Runtime = Object.freeze({
  now: () => Date.now(),
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  startTimer(milliseconds: number, callback: () => void) {
    const timer: unknown = setTimeout(callback, milliseconds)
    // Node's timers are objects, and keep the process alive unless told otherwise; elsewhere they are numbers.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
    return () => clearTimeout(timer as number)
  },
})

/**
 * Reads the clock, and fails closed when it answers nonsense: with NaN for a time no comparison would hold, and nothing
 * would ever expire.
 *
 * @throws {UnavailableError} When the clock answers anything but a non-negative safe integer.
 */
export function readClock(runtime: Runtime): number {
  const now = runtime.now()
  if (!Number.isSafeInteger(now) || now < 0) throw new UnavailableError()
  return now
}
