/**
 * The token store on Redis, Valkey and Redis Cluster.
 *
 * @module
 */

import { ConfigError, type StoreCall, type TokenInfo, type TokenRecord, type TokenStore } from '@latchkey/core'
import { createCommands, type RedisClient, type Script } from './client.ts'
import { CLOCK_MARGIN, lifeUntil } from './expiry.ts'
import * as scripts from './token-store-scripts.ts'

/** What `redisTokenStore` may be told. */
export interface RedisTokenStoreOptions {
  /** What every key begins with. Text without `{` and `}`. Default `latchkey:`. */
  readonly prefix?: string
}

/** So many commands of one call are under way at once. */
const CHUNK = 100

/**
 * Keeps one-time tokens and API keys in Redis, beside `redisSessionStore` and under the same conditions: `noeviction`, no reads
 * from replicas, and a client that rejects when it has lost its server.
 *
 * A read is one `GET`; to consume, to revoke or to create takes two commands, a use one. Every method is atomic for one
 * token; `revokeAll` takes the tokens one after the other.
 *
 * A token's key outlives its expiry by an hour, for clocks that differ, and then vanishes: an expired token reads as such for
 * that hour. One without an expiry stands until it is revoked. What has expired is judged by the caller's clock alone.
 * `deleteExpired` has nothing to do and answers 0.
 *
 * > [!IMPORTANT]
 * > Replication is asynchronous: a failover may lose the last writes, and a token that was consumed or a key that was revoked
 * > just before may be good again. Where that must not be, keep tokens in SQL.
 *
 * @throws {ConfigError} When the client is of neither driver, or the prefix is not as above.
 */
export function redisTokenStore(
  client: RedisClient,
  { prefix = 'latchkey:' }: RedisTokenStoreOptions = {},
): TokenStore {
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) throw new ConfigError('prefix', 'must be text without { and }')
  const commands = createCommands(client)
  const tokenKey = (id: string): string => `${prefix}token:${id}`
  const listKey = (subject: string, purpose: string): string => `${prefix}tokens:${JSON.stringify([subject, purpose])}`

  // The scripts answer as their docblocks say.
  async function run<Reply extends string | string[]>(
    script: Script,
    key: string,
    args: readonly (string | number)[],
    signal?: AbortSignal,
  ): Promise<Reply> {
    return (await commands.run(script, [key], args.map(String), signal)) as Reply
  }

  async function read(id: string, { signal }: StoreCall): Promise<TokenRecord | null> {
    const text = await commands.get(tokenKey(id), signal)
    return text === null ? null : scripts.decodeToken(id, text)
  }

  async function forget(subject: string, purpose: string, ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += CHUNK) {
      await run(scripts.FORGET, listKey(subject, purpose), ids.slice(start, start + CHUNK))
    }
  }

  async function forgetOwned(id: string, rest: string): Promise<void> {
    const owner = scripts.decodeOwner(rest)
    if (owner !== null) await forget(owner.subject, owner.purpose, [id])
  }

  return {
    async create(record, call) {
      call.signal?.throwIfAborted()
      const { id, subject, purpose, expiresAt } = record
      const life = expiresAt === null ? 0 : lifeUntil(expiresAt, call.now)
      if ((await run(scripts.ADD, tokenKey(id), [scripts.encodeToken(record), life], call.signal)) !== '1') {
        return 'exists'
      }
      // The row first: a registration whose row is absent is then one whose row is gone, and is cleared away. A row that
      // is never registered is that of a call which rejected, whose token nobody holds.
      const args = [id, expiresAt ?? '+inf', call.now - CLOCK_MARGIN, life]
      await run(scripts.REGISTER, listKey(subject, purpose), args)
      return 'created'
    },

    async read(id, call) {
      call.signal?.throwIfAborted()
      return read(id, call)
    },

    async consume(id, digest, call) {
      call.signal?.throwIfAborted()
      const args = [call.now, scripts.encodeDigest(digest)]
      const rest = await run<string>(scripts.CONSUME, tokenKey(id), args, call.signal)
      if (rest === '') return false
      await forgetOwned(id, rest)
      return true
    },

    async touch(id, lastUsedAt, ifBefore, call) {
      call.signal?.throwIfAborted()
      return (await run(scripts.TOUCH, tokenKey(id), [call.now, lastUsedAt, ifBefore], call.signal)) === '1'
    },

    async listBySubject(subject, purpose, call) {
      call.signal?.throwIfAborted()
      const ids = await run<string[]>(scripts.LIST, listKey(subject, purpose), [], call.signal)
      const texts = await inChunks(ids, (id) => commands.get(tokenKey(id), call.signal))
      const gone = ids.filter((_, position) => texts[position] === null)
      await forget(subject, purpose, gone)
      return ids
        .flatMap((id, position): TokenInfo[] => toInfo(id, texts[position], call.now))
        .toSorted((one, other) => other.createdAt - one.createdAt)
    },

    async revoke(id, call) {
      call.signal?.throwIfAborted()
      const [was, rest = ''] = await run<string[]>(scripts.REVOKE, tokenKey(id), [call.now], call.signal)
      if (rest !== '') await forgetOwned(id, rest)
      return was === '1'
    },

    async revokeAll(subject, purpose, call) {
      call.signal?.throwIfAborted()
      const ids = await run<string[]>(scripts.LIST, listKey(subject, purpose), [], call.signal)
      const removed = await inChunks(ids, (id) => run<string[]>(scripts.REVOKE, tokenKey(id), [call.now]))
      await forget(subject, purpose, ids)
      return removed.filter(([was]) => was === '1').length
    },

    async deleteExpired(_limit, call) {
      call.signal?.throwIfAborted()
      return 0
    },
  }
}

function toInfo(id: string, text: string | null | undefined, now: number): TokenInfo[] {
  const record = typeof text === 'string' ? scripts.decodeToken(id, text) : null
  if (record === null || (record.expiresAt !== null && record.expiresAt <= now)) return []
  const { purpose, subject, createdAt, expiresAt, lastUsedAt, data } = record
  return [{ id, purpose, subject, createdAt, expiresAt, lastUsedAt, data }]
}

async function inChunks<Result>(
  ids: readonly string[],
  task: (id: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let start = 0; start < ids.length; start += CHUNK) {
    results.push(...(await Promise.all(ids.slice(start, start + CHUNK).map(task))))
  }
  return results
}
