/**
 * What a session store is, as plainly as it can be said: a map, tombstones, one number per subject.
 *
 * @module
 */

import type { SessionChanges, SessionInfo, SessionRecord, UpdateResult } from '@latchkey/core'
import { infoOf } from './records.ts'

/** The model. Its methods answer as the store's must; `sweep` and `create` say which answers are right. */
export interface Model {
  create(record: SessionRecord): readonly ('created' | 'exists' | 'cut_off')[]
  read(id: string, now: number): SessionRecord | null
  update(id: string, ifVersion: number, changes: SessionChanges, now: number): UpdateResult
  touch(id: string, lastSeenAt: number, idleExpiresAt: number, now: number): boolean
  destroy(id: string, now: number): boolean
  listBySubject(subject: string, now: number): SessionInfo[]
  epochOf(subject: string): number
  destroyAllForSubject(subject: string, except: string | undefined, now: number): number
  /** How many rows a sweep that is called until nothing is left removes: a store may have removed what was cut off before. */
  sweep(now: number): { readonly least: number; readonly most: number }
  /** Whether a row of this id stands in every store that keeps the contract. */
  stands(id: string): boolean
  /** The ids that must never read again, whatever the clock says. */
  ended(): Iterable<string>
}

/** Creates an empty model. */
export function createModel(): Model {
  const rows = new Map<string, SessionRecord>()
  const tombstones = new Set<string>()
  const cutOff = new Set<string>()
  const epochs = new Map<string, number>()

  const epochOf = (subject: string): number => epochs.get(subject) ?? 0
  const findLive = (id: string, now: number): SessionRecord | null => {
    const row = rows.get(id)
    return row === undefined || isExpired(row, now) ? null : row
  }
  const bury = (id: string): void => {
    rows.delete(id)
    tombstones.add(id)
  }
  const ofSubject = (subject: string): SessionRecord[] => [...rows.values()].filter((row) => row.subject === subject)

  return {
    create(record) {
      const isCutOff = record.subject !== null && record.epoch < epochOf(record.subject)
      if (rows.has(record.id)) return isCutOff ? ['exists', 'cut_off'] : ['exists']
      if (isCutOff) return ['cut_off']
      rows.set(record.id, record)
      return ['created']
    },
    read: findLive,
    update(id, ifVersion, changes, now) {
      const row = findLive(id, now)
      if (row === null) return { ok: false, why: 'gone' }
      if (row.version !== ifVersion) return { ok: false, why: 'conflict' }
      const version = ifVersion + 1
      rows.set(id, { ...row, ...changes, version })
      return { ok: true, version }
    },
    touch(id, lastSeenAt, idleExpiresAt, now) {
      const row = findLive(id, now)
      if (row === null) return false
      rows.set(id, {
        ...row,
        lastSeenAt: Math.max(row.lastSeenAt, lastSeenAt),
        idleExpiresAt: Math.max(row.idleExpiresAt, Math.min(idleExpiresAt, row.absoluteExpiresAt)),
      })
      return true
    },
    destroy(id, now) {
      const wasAlive = findLive(id, now) !== null
      bury(id)
      cutOff.delete(id)
      return wasAlive
    },
    listBySubject: (subject, now) =>
      ofSubject(subject)
        .filter((row) => !isExpired(row, now))
        .map(infoOf),
    epochOf,
    destroyAllForSubject(subject, except, now) {
      const epoch = Math.max(epochOf(subject) + 1, now)
      epochs.set(subject, epoch)
      let ended = 0
      for (const row of ofSubject(subject)) {
        if (row.id === except && !isExpired(row, now)) {
          rows.set(row.id, { ...row, epoch })
          continue
        }
        if (!isExpired(row, now)) ended += 1
        bury(row.id)
        cutOff.add(row.id)
      }
      return ended
    },
    sweep(now) {
      const expired = [...rows.values()].filter((row) => isExpired(row, now))
      for (const { id } of expired) bury(id)
      return { least: expired.length, most: expired.length + cutOff.size }
    },
    stands: (id) => rows.has(id),
    ended: () => tombstones,
  }
}

function isExpired(row: SessionRecord, now: number): boolean {
  return now >= row.idleExpiresAt || now >= row.absoluteExpiresAt
}
