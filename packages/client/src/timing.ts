/**
 * When tokens are renewed, and when a renewal is tried again: functions of their arguments.
 *
 * @module
 */

/** Pauses before the second to the fifth attempt, in milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000] as const

/** A server that wants a longer pause is not waited for: the caller is told, and it is not asked before. */
const MAX_PAUSE = 30_000

/** How long nobody asks again after all attempts have failed, unless the server said more. */
const REST = 4_000

/**
 * The pause before the next attempt; undefined when there is none.
 *
 * @param failed How many attempts have failed, from 1.
 * @param retryAfter What the server asked for, in milliseconds; 0 for nothing.
 */
export function nextPause(failed: number, retryAfter: number): number | undefined {
  const pause = PAUSES[failed - 1]
  return pause === undefined || retryAfter > MAX_PAUSE ? undefined : Math.max(pause, retryAfter)
}

/** How long to leave the server alone after the last attempt. */
export function restAfter(retryAfter: number): number {
  return Math.max(REST, retryAfter)
}

/**
 * When a token that came now is to be renewed: `ahead` before it expires, and up to half as much earlier by chance, so that clients
 * that began together do not come back together. Never in the first half of its life.
 *
 * @param random From 0 to 1.
 */
export function renewalTime(now: number, lifetime: number, ahead: number, random: number): number {
  const early = Math.min(ahead * (1 + random / 2), lifetime / 2)
  return now + lifetime - early
}
