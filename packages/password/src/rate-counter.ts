/**
 * Counters with a window of time: the part of `rate-limiter-flexible` that throttling uses.
 *
 * @module
 */

import { RateLimiterMemory } from 'rate-limiter-flexible'

/** What a counter answers. */
export interface RateCount {
  /** Milliseconds until the window ends. */
  readonly msBeforeNext: number
}

/**
 * A counter of points by key. Every limiter of `rate-limiter-flexible` is one: `RateLimiterRedis`, `RateLimiterPostgres`, `RateLimiterMySQL`
 * and so on. `consume` must be atomic, so none whose name ends in `NonAtomic`.
 */
export interface RateCounter {
  /**
   * Takes points, in one atomic step. Rejects with a `RateCount` when the window's points are used up, and with an `Error` when the store is
   * out of reach.
   */
  consume(key: string, points?: number): Promise<RateCount>
  /** Gives points back. */
  reward(key: string, points?: number): Promise<unknown>
  /** The state of a key; null when nothing is known of it. */
  get(key: string): Promise<RateCount | null>
  /** Sets the points used, for so many seconds. */
  set(key: string, points: number, seconds: number): Promise<unknown>
  /** Forgets a key. */
  delete(key: string): Promise<unknown>
}

/** What a counter is made with, in the names of `rate-limiter-flexible`. */
export interface RateCounterOptions {
  /** What tells the keys of one counter from those of another. */
  readonly keyPrefix: string
  /** How many points a window has. */
  readonly points: number
  /** The length of a window in seconds. */
  readonly duration: number
}

/** Makes counters that share one store. Called a few times, at construction. */
export type CreateRateCounter = (options: RateCounterOptions) => RateCounter

/**
 * Makes counters in the memory of this process, for a single process that may forget them when it restarts. Each key is kept, with a timer,
 * until its window ends: the limit by address bounds how many keys one client makes, and nothing bounds the number of clients.
 */
export const createMemoryCounter: CreateRateCounter = (options) => new RateLimiterMemory(options)

/** The count of a rejection that means "no points left"; undefined when the rejection is a failure. */
export function readExhausted(reason: unknown): RateCount | undefined {
  if (typeof reason !== 'object' || reason === null || reason instanceof Error) return undefined
  return 'msBeforeNext' in reason && typeof reason.msBeforeNext === 'number' ? (reason as RateCount) : undefined
}
