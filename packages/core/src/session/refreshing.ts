/**
 * Moving a session that a refresh token carries.
 *
 * @module
 */

import type { AuthEvent } from '../events.ts'
import type { SessionChanges, SessionRecord } from '../ports.ts'
import { decideExpiry, type SessionPolicy } from './policy.ts'
import { decideRotation, type RotationDecision, type RotationPolicy } from './rotation.ts'

/** A refresh token whose MAC was checked: the record as it was read, and the generation that the token names. */
export interface RefreshProof {
  readonly record: SessionRecord
  readonly generation: number
}

/**
 * The outcome of a refresh. `granted`: the record whose credential is to be given out, and whether it is a new one. `ended`: the
 * session is over, by this very refresh where the token had been used before. `superseded`: the request was overtaken on its
 * way; nothing was revoked, and asking again is right.
 */
export type RefreshOutcome =
  | { readonly status: 'granted'; readonly record: SessionRecord; readonly rotated: boolean }
  | { readonly status: 'ended'; readonly why: 'gone' | 'reused' | 'regressed' }
  | { readonly status: 'superseded' }

/** What decides about a refresh. */
export type RefreshPolicy = SessionPolicy & RotationPolicy

/** What a refresh works with. The engine reads and writes the primary store, outside of any transaction of the caller. */
export interface RefreshParts {
  readonly engine: {
    write(
      record: SessionRecord,
      changes: SessionChanges,
    ): Promise<{ readonly ok: true; readonly record: SessionRecord } | { readonly ok: false }>
    reload(record: SessionRecord): Promise<SessionRecord | null>
    destroy(record: SessionRecord): Promise<boolean>
  }
  readonly policy: RefreshPolicy
  readonly now: () => number
  readonly emit: (event: AuthEvent) => void
}

/** Other requests of the same client win at most so many times in a row. */
const MAX_ATTEMPTS = 20

/**
 * Does what `decideRotation` says, by one conditional update. Who loses a race reads again and decides again, by the time at which
 * its request arrived: so that racing requests of one client get the same successor, and a slow one is not taken for a late one.
 *
 * @param arrivedAt Epoch milliseconds, read when the request arrived.
 */
export async function refreshSession(
  proof: RefreshProof,
  arrivedAt: number,
  { engine, policy, now, emit }: RefreshParts,
): Promise<RefreshOutcome> {
  let record: SessionRecord | null = proof.record
  for (let attempt = 0; attempt < MAX_ATTEMPTS && record !== null; attempt += 1) {
    // A new salt makes every token from before unknown, and nothing from before may lead to what came after.
    if (record.salt !== proof.record.salt) return { status: 'ended', why: 'gone' }
    const decision = decideRotation(record, proof.generation, arrivedAt, policy)
    if (decision.action === 'superseded') return { status: 'superseded' }
    if (decision.action === 'repeat') return { status: 'granted', record, rotated: false }
    const written = await engine.write(record, changesOf(decision, record, now(), policy))
    if (!written.ok) {
      record = await engine.reload(record)
      continue
    }
    if (decision.action === 'extend') return { status: 'granted', record: written.record, rotated: false }
    if (decision.action === 'revoke') {
      emit({
        type: 'suspicious',
        reason: decision.why === 'reused' ? 'refresh_reused' : 'store_regressed',
        sessionId: record.id,
      })
      await engine.destroy(record)
      return { status: 'ended', why: decision.why }
    }
    if (decision.why === 'recover') emit({ type: 'refresh_recovered', sessionId: record.id })
    // An adopted generation is the presented one: the client has it already.
    return { status: 'granted', record: written.record, rotated: decision.why !== 'adopt' }
  }
  return record === null ? { status: 'ended', why: 'gone' } : { status: 'superseded' }
}

/** What a decision writes. Every write proves that the record is the newest; without one, a read that lags behind would be believed. */
function changesOf(
  decision: Exclude<RotationDecision, { readonly action: 'repeat' | 'superseded' }>,
  record: SessionRecord,
  rotatedAt: number,
  policy: SessionPolicy,
): SessionChanges {
  // Whoever presents the newest token is not to be taken for a thief: nothing changes but the version.
  if (decision.action === 'revoke') return { lastSeenAt: record.lastSeenAt }
  if (decision.action === 'extend') return { rotatedAt }
  const { idleExpiresAt } = decideExpiry(rotatedAt, policy)
  return {
    generation: decision.generation,
    previous: decision.previous,
    rotatedAt,
    lastSeenAt: Math.max(record.lastSeenAt, rotatedAt),
    idleExpiresAt: Math.min(Math.max(record.idleExpiresAt, idleExpiresAt), record.absoluteExpiresAt),
  }
}
