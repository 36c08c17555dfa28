/**
 * The only clock and the only randomness of the package.
 *
 * @module
 */

import { UnavailableError } from './faults.ts'
import type { Runtime } from './ports.ts'

/** The platform's clock and its cryptographic random source. */
export const systemRuntime: Runtime = Object.freeze({
  now: () => Date.now(),
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
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
