/**
 * Writing to the record of a slot: one write after the other, each until nobody else was faster.
 *
 * @module
 */

import type { AuthEvent } from '../events.ts'
import { SessionConflictError } from '../faults.ts'
import type { SessionRecord } from '../ports.ts'
import type { DeliveryParts } from './delivery.ts'
import type { SessionWrite } from './strategy.ts'

/** The session of one request, shared by its guards and its handle, so that each sees what the other did. */
export interface SessionSlot {
  /** The newest record known; null while there is none. */
  record: SessionRecord | null
  /** Whether the session is over, or another one has taken its place. */
  ended: boolean
  /** What the cookie opened where nobody here can use its values: to a handler it is no session, and a login or `destroy` ends it. */
  readonly undecodable: SessionRecord | null
}

/** What a handle works with. */
export interface SessionParts extends DeliveryParts {
  readonly emit: (event: AuthEvent) => void
}

/** Creates the slot of a session, or of a visitor who has none yet. */
export function createSlot(record: SessionRecord | null, undecodable: SessionRecord | null = null): SessionSlot {
  return { record, ended: false, undecodable }
}

/** The session that a login, a logout or `destroy` ends. */
export function endedBy({ record, undecodable }: SessionSlot): SessionRecord | null {
  return record ?? undecodable
}

/** Another writer wins at most so many times in a row before the write is refused. */
const MAX_ATTEMPTS = 100

/** Writes to one slot. */
export class SessionWriter {
  readonly #slot: SessionSlot
  readonly #parts: SessionParts
  #queue: Promise<unknown> | undefined

  constructor(slot: SessionSlot, parts: SessionParts) {
    this.#slot = slot
    this.#parts = parts
  }

  /** Two writes of one handle would race for one version, and two first writes would make two sessions. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = (this.#queue ?? Promise.resolve()).then(task)
    this.#queue = result.catch(() => {})
    return result
  }

  /** Gives a write up, and tells the application. */
  refuse(reason: 'conflict' | 'gone'): never {
    const { record } = this.#slot
    if (record !== null) this.#parts.emit({ type: 'session_conflict', sessionId: record.id, reason })
    throw new SessionConflictError(reason)
  }

  /** The record as it is now. Refuses when the session has ended. */
  async reload(current: SessionRecord): Promise<SessionRecord> {
    const newest = await this.#parts.engine.reload(current)
    if (newest === null) this.#slot.ended = true
    return newest ?? this.refuse('gone')
  }

  /** Gives the client the credential of a record. */
  async deliver(record: SessionRecord): Promise<void> {
    const { engine, carrier } = this.#parts
    const credential = await engine.credentialOf(record)
    if (!carrier.open) throw carrier.refusal()
    // Where the cookie is all there is, a late one would take the place of a login's.
    if (this.#slot.ended) return this.refuse('gone')
    carrier.issue(record, credential)
  }

  /** Runs `attempt` on the newest record until its write succeeds. It gives null when there is nothing to write. */
  async write(attempt: (current: SessionRecord) => Promise<SessionWrite | null>): Promise<void> {
    const slot = this.#slot
    for (let count = 0; count < MAX_ATTEMPTS; count += 1) {
      const { record, ended } = slot
      if (record === null || ended) return this.refuse('gone')
      const result = await attempt(record)
      if (result?.ok === false) {
        slot.record = await this.reload(record)
        continue
      }
      if (result !== null) slot.record = result.record
      return
    }
    this.refuse('conflict')
  }
}
