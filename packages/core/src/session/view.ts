/**
 * What a long-lived connection keeps of its session: to be read, and asked again whether it still stands.
 *
 * @module
 */

import type { DeepReadonly, JsonObject } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import type { SessionEngine } from './strategy.ts'
import { deepFreeze, NO_DATA, ownValue } from './values.ts'

/**
 * What `revalidate` finds. `live`: the session goes on. `expired`: it has passed its idle or absolute timeout. `gone`: it was ended, its
 * credential was changed since the connection began, or there was none to begin with.
 */
export type SessionState = 'live' | 'expired' | 'gone'

/**
 * A session as a WebSocket or a stream of server-sent events holds it: read-only, and as it was when the connection began or
 * was last revalidated. Nothing that it does counts as use: a session ends by its idle timeout although a connection is open, unless
 * requests come as well.
 */
export interface SessionView<Data extends object = JsonObject> {
  /** The public id; null where there is no session, or none any more. */
  readonly id: string | null
  /** Who is logged in; null for nobody, and when the session is over. */
  readonly subject: string | null
  /** What the session may do. */
  readonly scopes: readonly string[]
  /** The value, frozen to its depth; undefined when there is none. */
  get<Key extends keyof Data & string>(key: Key): DeepReadonly<Data[Key]> | undefined
  /** Tells whether there is a value. */
  has(key: keyof Data & string): boolean
  /** The keys that have values. */
  keys(): (keyof Data & string)[]
  /**
   * Reads the session again: tells whether it still stands, and shows what it holds now. Writes nothing and renews nothing; one read of
   * the store. Call it before each act on behalf of the user, or from a timer, and close the connection on anything but `live`. Once
   * over, a session stays so. Where the record lives in the cookie, it sees a logout only with a revocation store, and no other change.
   *
   * @throws {UnavailableError} When the store is out of reach: then nothing is known, and the view shows what it did.
   */
  revalidate(): Promise<SessionState>
}

/** Creates the view of a session, or of a visitor who has none. */
export function createSessionView<Data extends object = JsonObject>(
  opened: SessionRecord | null,
  engine: Pick<SessionEngine, 'revalidate'>,
): SessionView<Data> {
  let record = opened
  let over: SessionState = 'gone'
  const dataOf = (): JsonObject => record?.data ?? NO_DATA
  return Object.freeze<SessionView<Data>>({
    get id() {
      return record?.id ?? null
    },
    get subject() {
      return record?.subject ?? null
    },
    get scopes() {
      return Object.freeze([...(record?.scopes ?? [])])
    },
    get: <Key extends keyof Data & string>(key: Key) =>
      deepFreeze(ownValue(dataOf(), key)) as DeepReadonly<Data[Key]> | undefined,
    has: (key) => ownValue(dataOf(), key) !== undefined,
    keys: () => Object.keys(dataOf()) as (keyof Data & string)[],
    async revalidate() {
      if (record === null) return over
      const found = await engine.revalidate(record)
      // Another call may have found it over meanwhile.
      if (record === null) return over
      if (found.status === 'live') record = found.record
      else {
        record = null
        over = found.status
      }
      return found.status
    },
  })
}
