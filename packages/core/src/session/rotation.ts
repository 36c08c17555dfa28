/**
 * What a refresh token that was derived from a session's record may do: a function of the record, the time and the policy.
 *
 * @module
 */

import type { SessionRecord } from '../ports.ts'

/** Resolved rotation options. */
export interface RotationPolicy {
  /** For how long after a rotation the token before it still gives the same successor, in milliseconds. 0 or more. */
  readonly reuseWindow: number
  /**
   * Whether the token before the current one, presented after the window, is taken for an answer that was lost (`recover`) or for
   * a theft (`strict`, RFC 9700 section 4.14.2 to the letter).
   */
  readonly reuse: 'recover' | 'strict'
}

/** The part of a record that rotation is about. */
export type RotationState = Pick<SessionRecord, 'generation' | 'previous' | 'rotatedAt'>

/**
 * The decision.
 *
 * - `repeat`: give the credential of the current generation; write nothing.
 * - `extend`: the same, once the window was moved on by a write, on condition that nobody else wrote since.
 * - `advance`: write these fields, on condition that nobody else wrote since, then give the credential of the new generation.
 *   `recover` voids a successor that nobody was seen to use; `adopt` restores a write that a store lost.
 * - `superseded`: the request was overtaken by another on its way; ask again. Nothing is revoked.
 * - `revoke`: end the session.
 */
export type RotationDecision =
  | { readonly action: 'repeat' }
  | { readonly action: 'extend' }
  | {
      readonly action: 'advance'
      readonly why: 'rotate' | 'recover' | 'adopt'
      readonly generation: number
      readonly previous: number
    }
  | { readonly action: 'superseded' }
  | { readonly action: 'revoke'; readonly why: 'reused' | 'regressed' }

/** Clocks of two processes may differ so far before a rotation in the future is taken for a broken clock. */
const MAX_SKEW = 60_000

const REPEAT: RotationDecision = { action: 'repeat' }
const EXTEND: RotationDecision = { action: 'extend' }
const SUPERSEDED: RotationDecision = { action: 'superseded' }
const REUSED: RotationDecision = { action: 'revoke', why: 'reused' }
const REGRESSED: RotationDecision = { action: 'revoke', why: 'regressed' }

/**
 * Decides what a genuine refresh token does. Whether it is genuine (its MAC) and whether the session is alive was checked before.
 *
 * The current token rotates, at most once a window: inside the window it is another tab that asks again, and gets the same. The token
 * before it gives the same successor inside the window, so that a retry and a race of tabs are not punished; after the window its
 * client never saw the successor. In the second half of the window giving the successor moves the window on: otherwise a request a
 * moment later, or by a clock that is a little ahead, would void what was just given; and a read that lags behind would give what was
 * voided. Every other generation is reuse, unless the request began before the rotation that made it so.
 * A generation ahead of the record by one is a write that the store lost; further ahead, the store is not to be trusted.
 *
 * Never to be judged from a read that may be stale.
 *
 * @param presented The generation that the token names.
 * @param arrivedAt When the request arrived, read once, in epoch milliseconds. Reading it later would take a slow request for a late one.
 */
export function decideRotation(
  state: RotationState,
  presented: number,
  arrivedAt: number,
  { reuseWindow, reuse }: RotationPolicy,
): RotationDecision {
  const { generation, previous, rotatedAt } = state
  const elapsed = rotatedAt === null ? Infinity : arrivedAt - rotatedAt
  const inWindow = elapsed < reuseWindow

  if (presented === generation) {
    if (inWindow && elapsed >= -MAX_SKEW) return REPEAT
    return { action: 'advance', why: 'rotate', generation: generation + 1, previous: generation }
  }
  if (presented === generation + 1)
    return { action: 'advance', why: 'adopt', generation: presented, previous: generation }
  if (presented > generation) return REGRESSED
  if (presented === previous) {
    if (inWindow) return elapsed < reuseWindow / 2 ? REPEAT : EXTEND
    if (reuse === 'recover') return { action: 'advance', why: 'recover', generation: generation + 1, previous }
  }
  return elapsed < 0 ? SUPERSEDED : REUSED
}

/**
 * Decides what a genuine cookie of a generation is. Cookies are not exchanged: whoever presents the `current` one may be given the next.
 * The one before it is `replaced`, and opens the session for the length of the window, for requests that were under way; it is given no
 * new one. Every other is `unknown`, and nothing is ended by it: a browser that lost an answer is no thief.
 *
 * @param now Epoch milliseconds.
 */
export function decideCookieGeneration(
  { generation, previous, rotatedAt }: RotationState,
  presented: number,
  now: number,
  { reuseWindow }: Pick<RotationPolicy, 'reuseWindow'>,
): 'current' | 'replaced' | 'unknown' {
  if (presented === generation) return 'current'
  return presented === previous && rotatedAt !== null && now - rotatedAt < reuseWindow ? 'replaced' : 'unknown'
}
