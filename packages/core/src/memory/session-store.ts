/**
 * The session store in memory: the reference for every other store.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { ExpirySweep, SessionInfo, SessionStore, StoreCall, SubjectSessions } from '../ports.ts'
import { keepRecord, openRecord, type KeptRecord } from './kept-record.ts'
import { createSubjectIds } from './subject-ids.ts'
import { createTimeOrder } from './time-order.ts'

/** What `createMemorySessionStore` may be told. */
export interface MemorySessionStoreOptions {
  /** The most records that are kept, dead ones included. A whole number from 1 on. Default 10,000. */
  readonly maxSessions?: number
}

/**
 * Creates a session store that lives and dies with the process. For development and tests: nothing is shared with other
 * processes, and a restart logs everybody out.
 *
 * When it is full, `create` clears away what is dead; if that frees nothing, it rejects, because no live session is ever
 * thrown away for a new one. One number per subject whose sessions were ended is kept for as long as the store lives.
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
  const idsBySubject = createSubjectIds()
  const expiries = createTimeOrder()
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

  function listAll(subject: string): KeptRecord[] {
    return idsBySubject.of(subject).map((id) => records.get(id) as KeptRecord)
  }

  function keep(record: KeptRecord): void {
    records.set(record.id, record)
    expiries.set(record.id, Math.min(record.idleExpiresAt, record.absoluteExpiresAt))
  }

  function remove({ id, subject }: KeptRecord): void {
    records.delete(id)
    expiries.delete(id)
    idsBySubject.delete(subject, id)
  }

  function removeExpired(limit: number, now: number): number {
    const ids = expiries.upTo(now, limit)
    for (const id of ids) remove(records.get(id) as KeptRecord)
    return ids.length
  }

  return {
    async create(record, call) {
      call.signal?.throwIfAborted()
      if (records.has(record.id)) return 'exists'
      if (record.subject !== null && record.epoch < (epochs.get(record.subject) ?? 0)) return 'cut_off'
      if (records.size >= maxSessions && removeExpired(Infinity, call.now) === 0) {
        throw new Error('The memory session store is full')
      }
      keep(keepRecord(record))
      idsBySubject.add(record.subject, record.id)
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
      keep(keepRecord({ ...openRecord(record), ...definedOf(changes), ...fixed }))
      return { ok: true, version }
    },

    async touch({ id }, lastSeenAt, idleExpiresAt, call) {
      const record = findLive(id, call)
      if (record === undefined) return false
      keep({
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
      return listAll(subject)
        .filter((record) => isAlive(record, call.now))
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
      const all = listAll(subject)
      const spared = all.find((record) => record.id === except && isAlive(record, call.now))
      if (spared !== undefined) keep({ ...spared, epoch })
      const ended = all.filter((record) => record !== spared && record.epoch < epoch)
      const count = ended.filter((record) => isAlive(record, call.now)).length
      for (const record of ended) remove(record)
      epochs.set(subject, epoch)
      return count
    },

    async deleteExpired(limit, call) {
      call.signal?.throwIfAborted()
      return removeExpired(limit, call.now)
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
