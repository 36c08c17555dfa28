/**
 * When a session is alive, and when it is renewed: functions of the record, the time and the policy, and nothing else.
 *
 * @module
 */

import type { SessionRecord } from '../ports.ts'

/** Resolved session options, all in milliseconds. */
export interface SessionPolicy {
  /** A session that is not used for so long has ended. */
  readonly idleTimeout: number
  /** A session has ended so long after it began, however much it is used. */
  readonly absoluteTimeout: number
  /** Use is recorded at most this often. */
  readonly touchEvery: number
  /** The credential changes with the first use that is recorded so long after its last change; undefined: never by time. */
  readonly rotateEvery?: number | undefined
}

/** The times of a record by which it is judged. Without `rotatedAt` a credential is as old as its session. */
export type SessionTimes = Pick<SessionRecord, 'createdAt' | 'lastSeenAt' | 'idleExpiresAt' | 'absoluteExpiresAt'> &
  Partial<Pick<SessionRecord, 'rotatedAt'>>

/** What a renewal writes. */
export interface SessionRenewal extends Pick<SessionRecord, 'lastSeenAt' | 'idleExpiresAt'> {
  /** There where the credential is to change as well. */
  readonly rotate?: true
}

/** The verdict on a session. `renewal` is there when activity is due to be recorded. */
export type SessionVerdict =
  | { readonly status: 'live'; readonly renewal: SessionRenewal | undefined }
  | { readonly status: 'expired'; readonly reason: 'idle' | 'absolute' }

/** Decides when a session that begins now ends. */
export function decideExpiry(
  now: number,
  policy: SessionPolicy,
): Pick<SessionRecord, 'idleExpiresAt' | 'absoluteExpiresAt'> {
  const absoluteExpiresAt = now + policy.absoluteTimeout
  return { idleExpiresAt: Math.min(now + policy.idleTimeout, absoluteExpiresAt), absoluteExpiresAt }
}

/**
 * Decides whether a session is alive, and whether this use renews it.
 *
 * It ends at the exact millisecond of its timeout, the absolute one even when it is in use. A policy that became stricter
 * since the record was written holds at once; one that became laxer holds from the next renewal. Renewal is due when
 * the last one is `touchEvery` or more ago, so that a busy session costs one write per `touchEvery`, and may end that much
 * earlier than its last use would allow. A clock that moved back renews nothing. With a renewal the credential changes where `rotateEvery` has
 * passed since it was made.
 *
 * Revocation is not judged here; a store answers for it.
 */
export function decideSession(times: SessionTimes, now: number, policy: SessionPolicy): SessionVerdict {
  const absoluteExpiresAt = Math.min(times.absoluteExpiresAt, times.createdAt + policy.absoluteTimeout)
  if (now >= absoluteExpiresAt) return { status: 'expired', reason: 'absolute' }
  if (now >= Math.min(times.idleExpiresAt, times.lastSeenAt + policy.idleTimeout))
    return { status: 'expired', reason: 'idle' }
  if (now - times.lastSeenAt < policy.touchEvery) return { status: 'live', renewal: undefined }
  const renewal = { lastSeenAt: now, idleExpiresAt: Math.min(now + policy.idleTimeout, absoluteExpiresAt) }
  const { rotateEvery = Infinity } = policy
  const isOld = now - (times.rotatedAt ?? times.createdAt) >= rotateEvery
  return { status: 'live', renewal: isOld ? { ...renewal, rotate: true } : renewal }
}
