/**
 * The revocation store in memory: the reference for every other one.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { decideRevocation, revocationKey } from '../revocation.ts'
import type { Revocation, RevocationStore, SubjectCutOff } from '../revocation-port.ts'
import { createTimeOrder } from './time-order.ts'

/** What `createMemoryRevocationStore` may be told. */
export interface MemoryRevocationStoreOptions {
  /** The most revoked sessions and tokens that are kept. A whole number from 1 on. Default 100,000. */
  readonly maxRevocations?: number
}

/** When an entry was last written, by the latest clock that did. */
interface Written {
  readonly writtenAt: number
}

/**
 * Creates a revocation store that lives and dies with the process. For development and tests: nothing is shared with other
 * processes, and a restart forgets every logout.
 *
 * When it is full, `revoke` clears away what may be forgotten; if that frees nothing, it rejects, because no revocation is ever
 * thrown away for a new one. What is kept for a subject whose sessions were ended is kept for as long as the store lives.
 * `changedSince` and `deleteExpired` look at nothing but what they give or remove.
 *
 * @throws {ConfigError} When `maxRevocations` is no whole number from 1 on.
 */
export function createMemoryRevocationStore({
  maxRevocations = 100_000,
}: MemoryRevocationStoreOptions = {}): RevocationStore {
  if (!Number.isSafeInteger(maxRevocations) || maxRevocations < 1) {
    throw new ConfigError('maxRevocations', 'must be a whole number from 1 on')
  }
  const revoked = new Map<string, Revocation & Written>()
  const cutOffs = new Map<string, SubjectCutOff & Written>()

  const expiries = createTimeOrder()
  // By the negative time, so that what was written last comes first.
  const writes = { revoked: createTimeOrder(), cutOffs: createTimeOrder() }

  function forget(limit: number, now: number): number {
    const keys = expiries.upTo(now, limit)
    for (const key of keys) {
      revoked.delete(key)
      expiries.delete(key)
      writes.revoked.delete(key)
    }
    return keys.length
  }

  return {
    async isRevoked(credential, call) {
      call.signal?.throwIfAborted()
      return decideRevocation(credential, { revoked, cutOffs })
    },

    async revoke({ id, subject }, until, call) {
      call.signal?.throwIfAborted()
      const key = revocationKey(id, subject)
      const before = revoked.get(key)
      if (before === undefined && revoked.size >= maxRevocations && forget(Infinity, call.now) === 0) {
        throw new Error('The memory revocation store is full')
      }
      const entry = {
        id,
        subject,
        until: Math.max(before?.until ?? until, until),
        writtenAt: later(before, call.now),
      }
      revoked.set(key, entry)
      expiries.set(key, entry.until)
      writes.revoked.set(key, -entry.writtenAt)
      return before === undefined
    },

    async epochOf(subject, call) {
      call.signal?.throwIfAborted()
      return cutOffs.get(subject)?.epoch ?? 0
    },

    async revokeAllForSubject(subject, { except = null, atLeast = 0 }, call) {
      call.signal?.throwIfAborted()
      const before = cutOffs.get(subject)
      const epoch = before?.epoch ?? 0
      const writtenAt = later(before, call.now)
      writes.cutOffs.set(subject, -writtenAt)
      cutOffs.set(subject, {
        subject,
        epoch: Math.max(epoch + 1, call.now, atLeast),
        spared: except,
        // Whose epoch was below the former one is dead, unless it was spared then: being named now revives nobody.
        floor: before !== undefined && except !== null && except === before.spared ? before.floor : epoch,
        writtenAt,
      })
    },

    async changedSince(since, call) {
      call.signal?.throwIfAborted()
      return {
        revoked: writes.revoked
          .upTo(-since)
          .map((key) => revoked.get(key) as Revocation)
          .filter(({ until }) => call.now < until)
          .map(toRevocation),
        cutOffs: writes.cutOffs.upTo(-since).map((subject) => toCutOff(cutOffs.get(subject) as SubjectCutOff)),
      }
    },

    async deleteExpired(limit, call) {
      call.signal?.throwIfAborted()
      return forget(limit, call.now)
    },
  }
}

function later(before: Written | undefined, now: number): number {
  return Math.max(before?.writtenAt ?? now, now)
}

function toRevocation({ id, subject, until }: Revocation): Revocation {
  return { id, subject, until }
}

function toCutOff({ subject, epoch, spared, floor }: SubjectCutOff): SubjectCutOff {
  return { subject, epoch, spared, floor }
}
