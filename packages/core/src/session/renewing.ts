/**
 * Recording the use of a session that a cookie carries.
 *
 * @module
 */

import type { AuthEvent } from '../events.ts'
import type { SessionChanges, SessionRecord } from '../ports.ts'
import type { SessionRenewal } from './policy.ts'
import type { SessionRenewed, SessionWrite } from './strategy.ts'

/** What a renewal works with. */
export interface RenewalParts {
  readonly engine: {
    write(record: SessionRecord, changes: SessionChanges): Promise<SessionWrite>
    reload(record: SessionRecord): Promise<SessionRecord | null>
  }
  /** Records use without a conflict for writers. False: the session has ended. */
  readonly touch: (record: SessionRecord, renewal: SessionRenewal) => Promise<boolean>
  readonly emit: (event: AuthEvent) => void
}

/** Writers of values win at most so many times in a row; then the credential changes at a later use. */
const MAX_ATTEMPTS = 5

/**
 * Records use and, where it is due, changes the credential. Of many requests that come at once one changes it, and sends the new one;
 * the others' answers leave the client with what it gets from that.
 *
 * @returns Null when the session has ended.
 */
export async function renewSession(
  record: SessionRecord,
  renewal: SessionRenewal,
  parts: RenewalParts,
): Promise<SessionRenewed | null> {
  const { engine, touch, emit } = parts
  if (renewal.rotate !== true) {
    const alive = await touch(record, renewal)
    // Read again: what another request did to the credential meanwhile decides whether it may be sent.
    const newest = alive ? await engine.reload(record) : null
    return newest && { record: newest, send: hasSameCredential(newest, record) }
  }
  let newest: SessionRecord | null = record
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { generation, lastSeenAt, idleExpiresAt } = newest
    const written = await engine.write(newest, {
      generation: generation + 1,
      previous: generation,
      rotatedAt: renewal.lastSeenAt,
      lastSeenAt: Math.max(lastSeenAt, renewal.lastSeenAt),
      idleExpiresAt: Math.max(idleExpiresAt, renewal.idleExpiresAt),
    })
    if (written.ok) {
      emit({ type: 'session_rotated', sessionId: record.id, subject: record.subject })
      return { record: written.record, send: true }
    }
    newest = await engine.reload(record)
    if (newest === null) return null
    if (!hasSameCredential(newest, record)) return { record: newest, send: false }
  }
  return { record: newest, send: true }
}

function hasSameCredential(one: SessionRecord, other: SessionRecord): boolean {
  return one.salt === other.salt && one.generation === other.generation
}
