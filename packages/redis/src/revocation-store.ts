/**
 * The revocation store on Redis, Valkey and Redis Cluster.
 *
 * @module
 */

import {
  ConfigError,
  decideRevocation,
  learnRevocations,
  MAX_DURATION,
  revocationKey,
  type GrowingRevocations,
  type RevocationStore,
} from '@latchkey/core'
import { createCommands, type RedisClient, type Script } from './client.ts'
import { CLOCK_MARGIN, lifeUntil } from './expiry.ts'
import * as scripts from './revocation-store-scripts.ts'

/** What `redisRevocationStore` may be told. */
export interface RedisRevocationStoreOptions {
  /** What every key begins with. Text without `{` and `}`. Default `latchkey:`. */
  readonly prefix?: string
}

/**
 * Remembers revocations in Redis, beside `redisSessionStore` and under the same conditions: `noeviction`, no reads from replicas, and
 * a client that rejects when it has lost its server.
 *
 * `isRevoked`, `epochOf` and `changedSince` are one command; `revoke` and `revokeAllForSubject` are two. Of these the first one
 * judges, and the second lets copies learn of it: where the process dies in between, or the call rejects, a copy may miss what
 * this store knows until the call is made again.
 *
 * A revocation outlives its `until` by an hour, for clocks that differ, and then vanishes. A cut-off is kept for 400 days, which is
 * longer than anything below it can live. `deleteExpired` has nothing to do and answers 0. What copies learn from stands under one hash
 * tag: in a cluster every revocation writes to that slot, too.
 *
 * > [!IMPORTANT]
 * > Replication is asynchronous: a failover may lose the last writes, and what was revoked just before may be good again. Where that
 * > must not be, keep revocations in SQL.
 *
 * @throws {ConfigError} When the client is of neither driver, or the prefix is not as above.
 */
export function redisRevocationStore(
  client: RedisClient,
  { prefix = 'latchkey:' }: RedisRevocationStoreOptions = {},
): RevocationStore {
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) throw new ConfigError('prefix', 'must be text without { and }')
  const commands = createCommands(client)
  // The braces are hash tags. All that a subject's credential is judged by lies in one slot; nobody's are judged by themselves.
  const keyOf = (id: string, subject: string | null): string =>
    subject === null ? `${prefix}revoked:{${id}}` : `${prefix}revoked:{${JSON.stringify(subject)}}:${id}`
  const cutOffKey = (subject: string): string => `${prefix}cut-off:{${JSON.stringify(subject)}}`
  const [byWriting, byUntil, cutOffs] = ['written', 'until', 'cut-offs'].map(
    (part) => `${prefix}{revocations}:${part}`,
  ) as [string, string, string]

  // The scripts answer as their docblocks say.
  async function run<Reply>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    signal?: AbortSignal,
  ): Promise<Reply> {
    return (await commands.run(script, keys, args.map(String), signal)) as Reply
  }

  /** The values of keys, empty text for what does not stand. Where there is a subject, the keys share a slot. */
  async function look(
    keys: readonly string[],
    subject: string | null,
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    if (subject !== null) return run<string[]>(scripts.LOOK, keys, [], signal)
    return Promise.all(keys.map(async (key) => (await commands.get(key, signal)) ?? ''))
  }

  return {
    async isRevoked(credential, call) {
      call.signal?.throwIfAborted()
      const { ids, subject } = credential
      const keys = ids.map((id) => keyOf(id, subject))
      const found = await look(subject === null ? keys : [...keys, cutOffKey(subject)], subject, call.signal)
      const known: GrowingRevocations = { revoked: new Map(), cutOffs: new Map() }
      for (const [index, id] of ids.entries()) {
        const until = found[index]
        if (until !== '') known.revoked.set(revocationKey(id, subject), { id, subject, until: Number(until) })
      }
      const cutOff = subject === null ? undefined : scripts.parseCutOff(subject, found.at(-1) ?? '')
      if (cutOff !== undefined) known.cutOffs.set(cutOff.subject, cutOff)
      return decideRevocation(credential, known)
    },

    async revoke({ id, subject }, until, { now, signal }) {
      signal?.throwIfAborted()
      const life = lifeUntil(until, now)
      const first = await run(scripts.REVOKE, [keyOf(id, subject)], [until, life], signal)
      const args = [scripts.encodeRevocation({ id, subject }), now, until, life, now - CLOCK_MARGIN]
      await run(scripts.NOTE_REVOCATION, [byWriting, byUntil], args)
      return first === '1'
    },

    async epochOf(subject, { signal }) {
      signal?.throwIfAborted()
      const text = await commands.get(cutOffKey(subject), signal)
      return scripts.parseCutOff(subject, text ?? '')?.epoch ?? 0
    },

    async revokeAllForSubject(subject, { except = '', atLeast = 0 }, { now, signal }) {
      signal?.throwIfAborted()
      const args = [Math.max(now, atLeast), except, MAX_DURATION]
      const [before, after] = await run<[string, string]>(scripts.CUT_OFF, [cutOffKey(subject)], args, signal)
      const tooOld = now - MAX_DURATION - CLOCK_MARGIN
      const notes = [after, before].map((text) => (text === '' ? '' : scripts.encodeCutOff(subject, text)))
      const [note = '', formerNote = ''] = notes
      await run(scripts.NOTE_CUT_OFF, [cutOffs], [note, now, MAX_DURATION, tooOld, formerNote])
    },

    async changedSince(since, { now, signal }) {
      signal?.throwIfAborted()
      const keys = [byWriting, byUntil, cutOffs]
      const [revoked, finishes, ended] = await run<string[][]>(scripts.CHANGES, keys, [since], signal)
      // Of two cut-offs of one subject, whose notes met, the later one counts.
      const known: GrowingRevocations = { revoked: new Map(), cutOffs: new Map() }
      learnRevocations(known, {
        revoked: (revoked ?? []).flatMap((member, index) => scripts.decodeRevocation(member, finishes?.[index])),
        cutOffs: (ended ?? []).flatMap(scripts.decodeCutOff),
      })
      return {
        revoked: [...known.revoked.values()].filter(({ until }) => now < until),
        cutOffs: [...known.cutOffs.values()],
      }
    },

    async deleteExpired(_limit, call) {
      call.signal?.throwIfAborted()
      return 0
    },
  }
}
