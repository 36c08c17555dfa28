/**
 * The session store in memory: the reference for every other store.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { ExpirySweep, SessionInfo, SessionStore, StoreCall, SubjectSessions } from '../ports.ts'
import { keepRecord, openRecord, type KeptRecord } from './kept-record.ts'

/** What `createMemorySessionStore` may be told. */
export interface MemorySessionStoreOptions {
  /** The most records that are kept, dead ones included. A whole number from 1 on. Default 10,000. */
  readonly maxSessions?: number
}

/**
 * Creates a session store that lives and dies with the process. For development and tests: nothing is shared with other
 * processes, and a restart logs everybody out.
 *
 * When it is full, `create` clears away what is dead, which costs one look at every record; if that frees nothing, it
 * rejects, because no live session is ever thrown away for a new one. `deleteExpired` looks at every record as well.
 * One number per subject whose sessions were ended is kept for as long as the store lives.
 *
 * @throws {ConfigError} When `maxSessions` is no whole number from 1 on.
 */
export function createMemorySessionStore({ maxSessions = 10_000 }: MemorySessionStoreOptions = {}): SessionStore &
  SubjectSessions &
  ExpirySweep {
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
    throw new ConfigError('maxSessions', 'must be a whole number from 1 on')
  }
  const records = new Map<string, KeptRecord>()
  const idsBySubject = new Map<string, Set<string>>()
  const epochs = new Map<string, number>()

  function isAlive(record: KeptRecord, now: number): boolean {
    return (
      now < record.idleExpiresAt &&
      now < record.absoluteExpiresAt &&
      (record.subject === null || record.epoch >= (epochs.get(record.subject) ?? 0))
    )
  }

  function findLive(id: string, call: StoreCall): KeptRecord | undefined {
    call.signal?.throwIfAborted()
    const record = records.get(id)
    return record !== undefined && isAlive(record, call.now) ? record : undefined
  }

  function listLive(subject: string, now: number): KeptRecord[] {
    const ids = idsBySubject.get(subject) ?? []
    return [...ids].map((id) => records.get(id) as KeptRecord).filter((record) => isAlive(record, now))
  }

  function remove(record: KeptRecord): void {
    records.delete(record.id)
    if (record.subject === null) return
    const ids = idsBySubject.get(record.subject)
    ids?.delete(record.id)
    if (ids?.size === 0) idsBySubject.delete(record.subject)
  }

  function removeDead(limit: number, now: number): number {
    let removed = 0
    for (const record of records.values()) {
      if (removed >= limit) break
      if (isAlive(record, now)) continue
      remove(record)
      removed += 1
    }
    return removed
  }

  return {
    async create(record, call) {
      call.signal?.throwIfAborted()
      if (records.has(record.id)) return 'exists'
      if (record.subject !== null && record.epoch < (epochs.get(record.subject) ?? 0)) return 'cut_off'
      if (records.size >= maxSessions && removeDead(Infinity, call.now) === 0) {
        throw new Error('The memory session store is full')
      }
      records.set(record.id, keepRecord(record))
      if (record.subject === null) return 'created'
      const ids = idsBySubject.get(record.subject)
      if (ids === undefined) idsBySubject.set(record.subject, new Set([record.id]))
      else ids.add(record.id)
      return 'created'
    },

    async read(id, call) {
      const record = findLive(id, call)
      return record === undefined ? null : openRecord(record)
    },

    async update(id, ifVersion, changes, call) {
      const record = findLive(id, call)
      if (record === undefined) return { ok: false, why: 'gone' }
      if (record.version !== ifVersion) return { ok: false, why: 'conflict' }
      const version = ifVersion + 1
      const { carrier, subject, epoch, createdAt, absoluteExpiresAt, persistent } = record
      const fixed = { id, carrier, subject, epoch, createdAt, absoluteExpiresAt, persistent, version }
      records.set(id, keepRecord({ ...openRecord(record), ...definedOf(changes), ...fixed }))
      return { ok: true, version }
    },

    async touch(id, lastSeenAt, idleExpiresAt, call) {
      const record = findLive(id, call)
      if (record === undefined) return false
      records.set(id, {
        ...record,
        lastSeenAt: Math.max(record.lastSeenAt, lastSeenAt),
        idleExpiresAt: Math.max(record.idleExpiresAt, Math.min(idleExpiresAt, record.absoluteExpiresAt)),
      })
      return true
    },

    async destroy(id, call) {
      const live = findLive(id, call)
      const record = records.get(id)
      if (record !== undefined) remove(record)
      return live !== undefined
    },

    async listBySubject(subject, call) {
      call.signal?.throwIfAborted()
      return listLive(subject, call.now)
        .map(toInfo)
        .toSorted((one, other) => other.createdAt - one.createdAt)
    },

    async epochOf(subject, call) {
      call.signal?.throwIfAborted()
      return epochs.get(subject) ?? 0
    },

    async destroyAllForSubject(subject, { except }, call) {
      call.signal?.throwIfAborted()
      const epoch = Math.max((epochs.get(subject) ?? 0) + 1, call.now)
      const live = listLive(subject, call.now)
      const spared = live.find((record) => record.id === except)
      if (spared !== undefined) records.set(spared.id, { ...spared, epoch })
      const ended = live.filter((record) => record !== spared && record.epoch < epoch)
      for (const record of ended) remove(record)
      epochs.set(subject, epoch)
      return ended.length
    },

    async deleteExpired(limit, call) {
      call.signal?.throwIfAborted()
      return removeDead(limit, call.now)
    },
  }
}

function definedOf<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>
}

function toInfo(record: SessionInfo): SessionInfo {
  const { id, carrier, authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = record
  const { label, userAgent, address, persistent } = record
  const times = { authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt }
  return { id, carrier, ...times, label, userAgent, address, persistent }
}
