/**
 * The revocation store in memory: the reference for every other one.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { RevocationStore } from '../ports.ts'

/** What `createMemoryRevocationStore` may be told. */
export interface MemoryRevocationStoreOptions {
  /** The most revoked sessions that are kept. A whole number from 1 on. Default 100,000. */
  readonly maxRevocations?: number
}

/** The cut-off of one subject. The session `spared` lives on if its own epoch is at least `floor`. */
interface CutOff {
  readonly epoch: number
  readonly spared: string | undefined
  readonly floor: number
}

const NEVER: CutOff = Object.freeze({ epoch: 0, spared: undefined, floor: 0 })

/**
 * Creates a revocation store that lives and dies with the process. For development and tests: nothing is shared with other
 * processes, and a restart forgets every logout.
 *
 * When it is full, `revoke` clears away what may be forgotten; if that frees nothing, it rejects, because no revocation is ever
 * thrown away for a new one. What is kept for a subject whose sessions were ended is kept for as long as the store lives.
 *
 * @throws {ConfigError} When `maxRevocations` is no whole number from 1 on.
 */
export function createMemoryRevocationStore({
  maxRevocations = 100_000,
}: MemoryRevocationStoreOptions = {}): RevocationStore {
  if (!Number.isSafeInteger(maxRevocations) || maxRevocations < 1) {
    throw new ConfigError('maxRevocations', 'must be a whole number from 1 on')
  }
  const revoked = new Map<string, number>()
  const cutOffs = new Map<string, CutOff>()

  function cutOffOf(subject: string): CutOff {
    return cutOffs.get(subject) ?? NEVER
  }

  function forget(limit: number, now: number): number {
    let forgotten = 0
    for (const [key, until] of revoked) {
      if (forgotten >= limit) break
      if (now < until) continue
      revoked.delete(key)
      forgotten += 1
    }
    return forgotten
  }

  return {
    async isRevoked({ id, subject, epoch }, call) {
      call.signal?.throwIfAborted()
      if (revoked.has(keyOf(id, subject))) return true
      if (subject === null) return false
      const cutOff = cutOffOf(subject)
      return epoch < cutOff.epoch && !(id === cutOff.spared && epoch >= cutOff.floor)
    },

    async revoke({ id, subject }, until, call) {
      call.signal?.throwIfAborted()
      const key = keyOf(id, subject)
      const before = revoked.get(key)
      if (before === undefined && revoked.size >= maxRevocations && forget(Infinity, call.now) === 0) {
        throw new Error('The memory revocation store is full')
      }
      revoked.set(key, Math.max(before ?? until, until))
      return before === undefined
    },

    async epochOf(subject, call) {
      call.signal?.throwIfAborted()
      return cutOffOf(subject).epoch
    },

    async revokeAllForSubject(subject, { except }, call) {
      call.signal?.throwIfAborted()
      const { epoch, spared, floor } = cutOffOf(subject)
      cutOffs.set(subject, {
        epoch: Math.max(epoch + 1, call.now),
        spared: except,
        // Whose epoch was below the former one is dead, unless it was spared then: being named now revives nobody.
        floor: except !== undefined && except === spared ? floor : epoch,
      })
    },

    async deleteExpired(limit, call) {
      call.signal?.throwIfAborted()
      return forget(limit, call.now)
    },
  }
}

// Every id has the same length, so that no two pairs give one key.
function keyOf(id: string, subject: string | null): string {
  return `${id}${subject ?? ''}`
}
