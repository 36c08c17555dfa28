/**
 * How long Redis keeps a key. It only clears away: what is alive is judged by the caller's clock.
 *
 * @module
 */

/**
 * A key outlives what it holds by an hour, so that a caller whose clock is behind that of the last writer by less
 * never misses what is alive for it. Milliseconds.
 */
export const CLOCK_MARGIN = 3_600_000

/** The milliseconds that a key is kept whose content is of no more use at a time. Always from now on, never by the server's date. */
export function lifeUntil(end: number, now: number): number {
  return Math.max(end - now, 0) + CLOCK_MARGIN
}
