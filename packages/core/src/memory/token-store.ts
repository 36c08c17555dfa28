/**
 * The token store in memory: the reference for every other store.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import type { TokenInfo, TokenRecord, TokenStore } from '../token-port.ts'
import { createSubjectIds } from './subject-ids.ts'
import { createTimeOrder } from './time-order.ts'

/** What `createMemoryTokenStore` may be told. */
export interface MemoryTokenStoreOptions {
  /** The most tokens that are kept, expired ones included. A whole number from 1 on. Default 10,000. */
  readonly maxTokens?: number
}

/** A token with its data as JSON text, which nobody outside can reach. */
interface KeptToken extends Omit<TokenRecord, 'data'> {
  readonly data: string
}

/**
 * Creates a token store that lives and dies with the process. For development and tests: nothing is shared with other
 * processes, and a restart voids every token and API key.
 *
 * When it is full, `create` clears away what has expired, and rejects if that frees nothing. Listing and revoking all look at every
 * token of the subject, whatever its purpose.
 *
 * @throws {ConfigError} When `maxTokens` is no whole number from 1 on.
 */
export function createMemoryTokenStore({ maxTokens = 10_000 }: MemoryTokenStoreOptions = {}): TokenStore {
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
    throw new ConfigError('maxTokens', 'must be a whole number from 1 on')
  }
  const tokens = new Map<string, KeptToken>()
  const idsBySubject = createSubjectIds()
  const expiries = createTimeOrder()

  function findUnexpired(id: string, now: number): KeptToken | undefined {
    const token = tokens.get(id)
    return token !== undefined && isUnexpired(token, now) ? token : undefined
  }

  function listAll(subject: string, purpose: string): KeptToken[] {
    const all = idsBySubject.of(subject).map((id) => tokens.get(id) as KeptToken)
    return all.filter((token) => token.purpose === purpose)
  }

  function remove(id: string): boolean {
    const token = tokens.get(id)
    if (token === undefined) return false
    expiries.delete(id)
    idsBySubject.delete(token.subject, id)
    return tokens.delete(id)
  }

  function removeExpired(limit: number, now: number): number {
    const ids = expiries.upTo(now, limit)
    for (const id of ids) remove(id)
    return ids.length
  }

  return {
    async create(record, { now, signal }) {
      signal?.throwIfAborted()
      if (tokens.has(record.id)) return 'exists'
      if (tokens.size >= maxTokens && removeExpired(Infinity, now) === 0) {
        throw new Error('The memory token store is full')
      }
      tokens.set(record.id, { ...record, data: JSON.stringify(record.data) })
      idsBySubject.add(record.subject, record.id)
      if (record.expiresAt !== null) expiries.set(record.id, record.expiresAt)
      return 'created'
    },

    async read(id, { signal }) {
      signal?.throwIfAborted()
      const token = tokens.get(id)
      return token === undefined ? null : openToken(token)
    },

    async consume(id, digest, { now, signal }) {
      signal?.throwIfAborted()
      return findUnexpired(id, now)?.digest === digest && remove(id)
    },

    async touch(id, lastUsedAt, ifBefore, { now, signal }) {
      signal?.throwIfAborted()
      const token = findUnexpired(id, now)
      if (token === undefined) return false
      const { lastUsedAt: last } = token
      if (last === null || (last <= ifBefore && last < lastUsedAt)) tokens.set(id, { ...token, lastUsedAt })
      return true
    },

    async listBySubject(subject, purpose, { now, signal }) {
      signal?.throwIfAborted()
      return listAll(subject, purpose)
        .filter((token) => isUnexpired(token, now))
        .map(toInfo)
        .toSorted((one, other) => other.createdAt - one.createdAt)
    },

    async revoke(id, { now, signal }) {
      signal?.throwIfAborted()
      const unexpired = findUnexpired(id, now)
      remove(id)
      return unexpired !== undefined
    },

    async revokeAll(subject, purpose, { now, signal }) {
      signal?.throwIfAborted()
      const all = listAll(subject, purpose)
      for (const { id } of all) remove(id)
      return all.filter((token) => isUnexpired(token, now)).length
    },

    async deleteExpired(limit, { now, signal }) {
      signal?.throwIfAborted()
      return removeExpired(limit, now)
    },
  }
}

function isUnexpired({ expiresAt }: KeptToken, now: number): boolean {
  return expiresAt === null || now < expiresAt
}

function openToken(token: KeptToken): TokenRecord {
  return { ...token, data: JSON.parse(token.data) as JsonObject }
}

function toInfo(token: KeptToken): TokenInfo {
  const { id, purpose, subject, createdAt, expiresAt, lastUsedAt, data } = openToken(token)
  return { id, purpose, subject, createdAt, expiresAt, lastUsedAt, data }
}
