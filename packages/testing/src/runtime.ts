/**
 * A clock that tests set and randomness that repeats.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { parseDuration, type Duration, type Runtime } from '@latchkey/core'

/** A runtime in the hands of a test. */
export interface TestRuntime extends Runtime {
  /** Sets the clock, in epoch milliseconds. The value is not checked, so that a test can hand out a broken clock too. */
  set(now: number): void
  /**
   * Moves the clock on: seconds as a number, or text such as `15m`. Zero moves nothing.
   *
   * @throws {ConfigError} When it is no duration, or negative. To move the clock back, `set` it.
   */
  advance(duration: Duration): void
}

/** What `createTestRuntime` may be told. */
export interface TestRuntimeOptions {
  /** Where the clock starts, in epoch milliseconds. Default 1,800,000,000,000, which is 2027-01-15T08:00:00Z. */
  readonly now?: number
  /** Which sequence of bytes comes. Equal seeds give equal bytes. Default 0. */
  readonly seed?: number
}

/**
 * Creates a runtime whose clock stands still until it is moved, whose timers run when it is, and whose bytes are SHA-256 over the seed and a counter.
 * Never for use outside tests: whoever knows the seed knows every id and secret.
 */
export function createTestRuntime({ now = 1_800_000_000_000, seed = 0 }: TestRuntimeOptions = {}): TestRuntime {
  let time = now
  let counter = 0
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>()

  function moveTo(value: number): void {
    time = value
    const due = [...timers].filter((timer) => timer.due <= time).toSorted((one, other) => one.due - other.due)
    for (const timer of due) if (timers.delete(timer)) timer.callback()
  }

  return {
    now: () => time,
    startTimer(milliseconds, callback) {
      const timer = { due: time + milliseconds, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    randomBytes(length) {
      const bytes = new Uint8Array(length)
      for (let filled = 0; filled < length; filled += 32) {
        const block = createHash('sha256').update(`${seed}:${counter}`).digest()
        bytes.set(block.subarray(0, length - filled), filled)
        counter += 1
      }
      return bytes
    },
    set: moveTo,
    advance: (duration) => moveTo(time + parseDuration('duration', duration, { min: 0 })),
  }
}
