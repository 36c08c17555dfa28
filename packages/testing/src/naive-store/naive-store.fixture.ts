/**
 * A session store as most are: it sets what it is given, and deletes. The suites must not let it pass.
 *
 * Nothing in it is wrong while calls come one after another and no session has ended. Each call waits for a turn between its look and its
 * write, as it does over a network.
 *
 * @module
 */

import type { SessionRecord, SessionStoreParts } from '@latchkey/core'
import { infoOf } from '../session-store/records.ts'

/** Creates the store. */
export function createNaiveStore(): SessionStoreParts {
  const rows = new Map<string, string>()
  const epochs = new Map<string, number>()

  const get = async (id: string): Promise<SessionRecord | null> => {
    await Promise.resolve()
    const text = rows.get(id)
    return text === undefined ? null : (JSON.parse(text) as SessionRecord)
  }
  const set = async (record: SessionRecord): Promise<void> => {
    await Promise.resolve()
    rows.set(record.id, JSON.stringify(record))
  }
  const isAlive = ({ idleExpiresAt, absoluteExpiresAt }: SessionRecord, now: number): boolean =>
    now < idleExpiresAt && now < absoluteExpiresAt
  const listAll = async (subject: string, now: number): Promise<SessionRecord[]> => {
    const records = await Promise.all([...rows.keys()].map(get))
    return records.filter(
      (record) => record !== null && record.subject === subject && isAlive(record, now),
    ) as SessionRecord[]
  }

  return {
    async create(record) {
      await set(record)
      return 'created'
    },
    async read(id, { now }) {
      const record = await get(id)
      return record !== null && isAlive(record, now) ? record : null
    },
    async update(id, ifVersion, changes) {
      const record = await get(id)
      await set({ ...(record ?? ({ id } as SessionRecord)), ...changes, version: ifVersion + 1 })
      return { ok: true, version: ifVersion + 1 }
    },
    async touch({ id }, lastSeenAt, idleExpiresAt) {
      const record = await get(id)
      await set({ ...(record ?? ({ id } as SessionRecord)), lastSeenAt, idleExpiresAt })
      return true
    },
    async destroy(id) {
      const record = await get(id)
      rows.delete(id)
      return record !== null
    },
    async listBySubject(subject, { now }) {
      const records = await listAll(subject, now)
      return records.map(infoOf).toSorted((one, other) => other.createdAt - one.createdAt)
    },
    epochOf: async (subject) => epochs.get(subject) ?? 0,
    async destroyAllForSubject(subject, { except }, { now }) {
      const ended = (await listAll(subject, now)).filter(({ id }) => id !== except)
      for (const { id } of ended) rows.delete(id)
      epochs.set(subject, now)
      return ended.length
    },
    async deleteExpired(limit, { now }) {
      const expired = (await Promise.all([...rows.keys()].map(get))).filter(
        (record) => record !== null && !isAlive(record, now),
      )
      for (const record of expired.slice(0, limit)) rows.delete(record?.id ?? '')
      return Math.min(expired.length, limit)
    },
  }
}
