/**
 * The session store on Redis, Valkey and Redis Cluster.
 *
 * @module
 */

import { ConfigError, type SessionStoreParts } from '@latchkey/core'
import { createCommands, type RedisClient } from './client.ts'
import { createSessionRows, registrationOf, type Registration } from './session-rows.ts'
import { createSubjectIndex } from './subject-index.ts'

/** What `redisSessionStore` may be told. */
export interface RedisSessionStoreOptions {
  /** What every key begins with. Text without `{` and `}`. Default `latchkey:`. */
  readonly prefix?: string
}

/** So many commands of one call are under way at once. */
const CHUNK = 100

/**
 * Keeps sessions in Redis from 6.2 on, Valkey, or a cluster of either, over a client of node-redis or ioredis that the
 * application made, connected and closes.
 *
 * A read is one `GET`, an update one `EVALSHA`, a touch two of them at once, a login three, `destroy` two. Nothing scans, and no
 * script runs over more than one session or one subject's list of ids.
 *
 * Every method is atomic for one session. `destroyAllForSubject` is not one step for all sessions of a subject: the keys
 * of a cluster are in different places. It holds:
 *
 * - From its first write on, a login with an older epoch is refused, and what was there is no longer listed. A login that
 *   was registered just before ends with the others.
 * - Each session ends once and for good; when the call resolves, all have. The exception never reads as ended.
 * - When it rejects, or the process dies meanwhile, some sessions may go on living. They end when the call is made again,
 *   when the subject's sessions are listed, or at the next login or touch of any session of the subject: in use, that
 *   is no longer than the throttle of touches (`touchEvery`). So repeat a call that rejected.
 *
 * Every key has a time to live, which begins anew with each write: a session's is its idle or absolute expiry, whichever
 * is earlier, plus an hour for clocks that differ. An epoch is kept for 400 days. What is alive is judged by the
 * caller's clock alone. Since Redis clears away by itself, `deleteExpired` has nothing to do and answers 0.
 *
 * > [!IMPORTANT]
 * > Replication is asynchronous: a failover may lose the last writes, a logout among them. Set `maxmemory-policy` to
 * > `noeviction`: a server that evicts keys logs users out, and may forget which sessions a subject has. Do not send reads
 * > to replicas (`useReplicas`, `scaleReads`), or an ended session reads as live until the replica knows.
 *
 * > [!NOTE]
 * > A client that knows it has lost its server rejects at once. To know it, node-redis needs `socket.socketTimeout` with a
 * > shorter `pingInterval`, and `disableOfflineQueue` (for a cluster: in `defaults`); ioredis needs `commandTimeout` (for a
 * > cluster: in `redisOptions`). Give ioredis `autoResendUnfulfilledCommands: false` as well: a write that is sent again
 * > when it has taken effect already would meet its own version as a conflict.
 *
 * @example A store on node-redis
 *
 * ```ts
 * import { storedSessions } from '@latchkey/core'
 * import { redisSessionStore } from '@latchkey/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({
 *   url: 'redis://127.0.0.1:6379',
 *   disableOfflineQueue: true,
 *   socket: { socketTimeout: 5_000 },
 *   pingInterval: 2_000,
 * })
 * client.on('error', (error) => console.error('redis', error))
 * await client.connect()
 *
 * export const sessions = storedSessions(redisSessionStore(client))
 * ```
 *
 * @throws {ConfigError} When the client is of neither driver, or the prefix is not as above.
 */
export function redisSessionStore(
  client: RedisClient,
  { prefix = 'latchkey:' }: RedisSessionStoreOptions = {},
): SessionStoreParts {
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) throw new ConfigError('prefix', 'must be text without { and }')
  const commands = createCommands(client)
  const rows = createSessionRows(commands, prefix)
  const index = createSubjectIndex(commands, prefix)

  /** Ends what a cut-off has not reached yet, so that what is no longer listed does not live on either. */
  const endAll = (ids: readonly string[]): Promise<unknown> => inChunks(ids, (id) => rows.end(id))

  return {
    async create(record, call) {
      call.signal?.throwIfAborted()
      const registration = registrationOf(record)
      if (registration === null) return (await rows.add(record, 'live', call)) ? 'created' : 'exists'
      // Pending until it is registered: a cut-off either refuses the registration, or finds it and removes the row,
      // and a row that is gone is not activated. Whichever breaks off leaves a row that nobody reads as live.
      if (!(await rows.add(record, 'pending', call))) return 'exists'
      const { outcome, unfinished } = await index.register(record.id, registration, call)
      if (outcome === 'cut_off') {
        await rows.remove(record.id, { now: call.now })
        return 'cut_off'
      }
      await endAll(unfinished)
      return (await rows.activate(record.id)) ? 'created' : 'cut_off'
    },

    async read(id, call) {
      call.signal?.throwIfAborted()
      return rows.read(id, call)
    },

    async update(id, ifVersion, changes, call) {
      call.signal?.throwIfAborted()
      return rows.update(id, ifVersion, changes, call)
    },

    async touch(touched, lastSeenAt, idleExpiresAt, call) {
      call.signal?.throwIfAborted()
      const { id } = touched
      const claimed = registrationOf(touched)
      // The registration finds what a cut-off that broke off has left alive, and makes good what a failover has forgotten.
      const [found, early] = await Promise.all([
        rows.touch(id, lastSeenAt, idleExpiresAt, call),
        claimed && index.register(id, claimed, call),
      ])
      if (found === undefined) {
        if (claimed !== null && early?.outcome === 'added') await index.forget(claimed.subject, [id])
        return false
      }
      if (found === null) return true
      // A row that is no longer what was read of it, its epoch moved up as the exception of a cut-off, is judged as it stands.
      const known = early !== null && isSame(found, claimed) ? early : await index.register(id, found, call)
      await endAll(known.unfinished)
      return known.outcome !== 'cut_off'
    },

    async destroy(id, call) {
      call.signal?.throwIfAborted()
      const { was, subject } = await rows.remove(id, call)
      if (subject !== null) await index.forget(subject, [id])
      return was === 'live'
    },

    async listBySubject(subject, call) {
      call.signal?.throwIfAborted()
      const text = JSON.stringify(subject)
      const { ids, unfinished } = await index.list(text, call)
      await endAll(unfinished)
      const infos = await inChunks(ids, (id) => rows.peek(id, call))
      // A row stands before its id is registered, so that what is absent now is gone for good.
      const gone = ids.filter((_, position) => infos[position] === undefined)
      await forgetAll(text, gone)
      return infos
        .filter((info) => info !== null && info !== undefined)
        .toSorted((one, other) => other.createdAt - one.createdAt)
    },

    async epochOf(subject, call) {
      call.signal?.throwIfAborted()
      return index.epochOf(JSON.stringify(subject), call)
    },

    async destroyAllForSubject(subject, { except }, call) {
      call.signal?.throwIfAborted()
      const text = JSON.stringify(subject)
      const mayLive = except !== undefined && Boolean(await rows.peek(except, call))
      const { epoch, isSpared, ids } = await index.cutOff(text, mayLive ? except : undefined, call)
      if (except !== undefined && isSpared) await rows.raise(except, epoch, call)
      const removed = await inChunks(ids, async (id) => (await rows.remove(id, { now: call.now })).was)
      await forgetAll(text, ids)
      return removed.filter((was) => was !== 'dead').length
    },

    async deleteExpired(_limit, call) {
      call.signal?.throwIfAborted()
      return 0
    },
  }

  async function forgetAll(subject: string, ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += CHUNK) {
      await index.forget(subject, ids.slice(start, start + CHUNK))
    }
  }
}

function isSame(one: Registration, other: Registration | null): boolean {
  return (
    one.subject === other?.subject && one.epoch === other.epoch && one.absoluteExpiresAt === other.absoluteExpiresAt
  )
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
