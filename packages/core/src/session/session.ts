/**
 * The session as a request's handler holds it.
 *
 * @module
 */

import type { AuthEvent } from '../events.ts'
import { SessionConflictError } from '../faults.ts'
import type { DeepReadonly, JsonObject, JsonValue } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import { createAnonymous, type DeliveryParts } from './delivery.ts'
import { applyPatch, toPatch, type CheckedPatch, type SessionPatch } from './patch.ts'
import type { SessionWrite } from './strategy.ts'
import { checkKey, deepFreeze, isSameJson, NO_DATA, ownValue, toSessionValue } from './values.ts'

/**
 * One request's view of its session.
 *
 * Reading is synchronous and touches no store. Every change is written at once and resolves when the store has it, so await
 * it: a response then cannot overtake its own write. Changes made through one handle run one after another.
 *
 * Writers on other requests are never overwritten unseen. Changes to different keys merge. A `set` or `delete` of a key that this handle
 * never read: the last writer wins. Of a key that it read and that another request changed since: `SessionConflictError`
 * with reason `conflict`, and nothing is stored. Values are never merged inside.
 *
 * Writing may reject with `SessionConflictError` (also with reason `gone`: the session has ended), `UnavailableError` (the
 * store is out of reach; whether the write took effect is not known) or `UsageError` (`value_not_json`, `key_invalid`, `session_too_large`,
 * `headers_sent` where a cookie is needed and the response has begun, and `not_guarded` where a
 * bearer token authenticated the request and a session would have to begin). After a `UsageError` nothing is stored.
 *
 * Where the record lives in the cookie (sealed sessions), every write needs a cookie; `cookie_too_large` is one more reason; and other
 * requests' writes are not seen: the cookie that the browser gets last wins, whole.
 */
export interface Session<Data extends object = JsonObject> {
  /** The public id; null while nothing is stored. */
  readonly id: string | null
  /** Who is logged in; null for nobody. */
  readonly subject: string | null
  /** The value, frozen to its depth: a change inside it throws instead of being lost. Undefined when there is none. */
  get<Key extends keyof Data & string>(key: Key): DeepReadonly<Data[Key]> | undefined
  /** Tells whether there is a value. Counts as reading the key. */
  has(key: keyof Data & string): boolean
  /** The keys that have values. Counts as reading none of them. */
  keys(): (keyof Data & string)[]
  /** Sets one value. The first write of a visitor without a session makes one and sends its cookie. */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): Promise<void>
  /** Deletes one value. True: there was one. */
  delete(key: keyof Data & string): Promise<boolean>
  /**
   * Sets or deletes several values in one write: given directly, or by a function of the current values. The function
   * is run again, on fresh values, when another request was faster; it must do nothing else than compute.
   */
  update(patch: SessionPatch<Data> | ((values: DeepReadonly<Partial<Data>>) => SessionPatch<Data>)): Promise<void>
  /** Deletes a value and gives it to this caller alone, however many ask at once: for messages shown once. */
  take<Key extends keyof Data & string>(key: Key): Promise<DeepReadonly<Data[Key]> | undefined>
  /**
   * Changes the credential and keeps everything else. Credentials from before open nothing any more. For changes of privilege. Of
   * a sealed session the id changes as well, and earlier cookies end only where there is a revocation store.
   */
  rotate(): Promise<void>
  /** Ends the session and deletes the cookie. True: it was alive. Never undone by another request's late write. */
  destroy(): Promise<boolean>
}

/** The session of one request, shared by its guards and its handle, so that each sees what the other did. */
export interface SessionSlot {
  /** The newest record known; null while there is none. */
  record: SessionRecord | null
  /** Whether the session is over, or another one has taken its place. */
  ended: boolean
}

/** What a handle works with. */
export interface SessionParts extends DeliveryParts {
  readonly emit: (event: AuthEvent) => void
}

/** Creates the slot of a session, or of a visitor who has none yet. */
export function createSlot(record: SessionRecord | null): SessionSlot {
  return { record, ended: false }
}

/** Another writer wins at most so many times in a row before the write is refused. */
const MAX_ATTEMPTS = 100

/** Creates the handle on a slot. */
export function createSession<Data extends object = JsonObject>(slot: SessionSlot, parts: SessionParts): Session<Data> {
  const { engine, carrier, emit } = parts
  let queue: Promise<unknown> = Promise.resolve()
  const seen = new Map<string, JsonValue | undefined>()

  /** Two writes of one handle would race for one version, and two first writes would make two sessions. */
  function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = queue.then(task)
    queue = result.catch(() => {})
    return result
  }

  function refuse(reason: 'conflict' | 'gone'): never {
    if (slot.record !== null) emit({ type: 'session_conflict', sessionId: slot.record.id, reason })
    throw new SessionConflictError(reason)
  }

  function read(key: string): JsonValue | undefined {
    const value = deepFreeze(ownValue(slot.record?.data ?? NO_DATA, key))
    seen.set(key, value)
    return value
  }

  async function reload(current: SessionRecord): Promise<SessionRecord> {
    const newest = await engine.reload(current)
    if (newest === null) slot.ended = true
    return newest ?? refuse('gone')
  }

  /** Gives the client the credential of a record. */
  async function deliver(delivered: SessionRecord): Promise<void> {
    const credential = await engine.credentialOf(delivered)
    if (!carrier.open) throw carrier.refusal()
    // Where the cookie is all there is, a late one would take the place of a login's.
    if (slot.ended) return refuse('gone')
    carrier.issue(delivered, credential)
  }

  /** Runs `attempt` on the newest record until its write succeeds. It gives null when there is nothing to write. */
  async function write(attempt: (current: SessionRecord) => Promise<SessionWrite | null>): Promise<void> {
    for (let count = 0; count < MAX_ATTEMPTS; count += 1) {
      const { record, ended } = slot
      if (record === null || ended) return refuse('gone')
      const result = await attempt(record)
      if (result?.ok === false) {
        slot.record = await reload(record)
        continue
      }
      if (result !== null) slot.record = result.record
      return
    }
    refuse('conflict')
  }

  async function writePatch(current: SessionRecord, patch: CheckedPatch): Promise<SessionWrite | null> {
    if (patch.size === 0) return null
    if (engine.credentialHoldsRecord && !carrier.open) throw carrier.refusal()
    const result = await engine.write(current, { data: applyPatch(current.data, patch) })
    if (result.ok && engine.credentialHoldsRecord) await deliver(result.record)
    if (result.ok) for (const [key, value] of patch) if (seen.has(key)) seen.set(key, value)
    return result
  }

  /** What another request did to a key that this handle has read is a conflict; it shows on the newest values. */
  function checkUnchanged(keys: Iterable<string>, data: JsonObject): void {
    for (const key of keys) if (seen.has(key) && !isSameJson(seen.get(key), ownValue(data, key))) refuse('conflict')
  }

  async function change(compute: (data: JsonObject) => CheckedPatch): Promise<void> {
    if (slot.record !== null || slot.ended) return write(async (current) => writePatch(current, compute(current.data)))
    const data = applyPatch(NO_DATA, compute(NO_DATA))
    if (Object.keys(data).length > 0) slot.record = await createAnonymous(data, parts)
  }

  return Object.freeze<Session<Data>>({
    get id() {
      return slot.record?.id ?? null
    },
    get subject() {
      return slot.record?.subject ?? null
    },
    get: <Key extends keyof Data & string>(key: Key) => read(key) as DeepReadonly<Data[Key]> | undefined,
    has: (key) => read(key) !== undefined,
    keys: () => Object.keys(slot.record?.data ?? NO_DATA) as (keyof Data & string)[],
    async set(key, value) {
      const patch = new Map([[checkKey(key), toSessionValue(value, key)]])
      await inTurn(() =>
        change((data) => {
          checkUnchanged(patch.keys(), data)
          return patch
        }),
      )
    },
    async update(patchOrFunction) {
      if (typeof patchOrFunction === 'function') {
        return inTurn(() => change((data) => toPatch(patchOrFunction(deepFreeze(data) as DeepReadonly<Partial<Data>>))))
      }
      const patch = toPatch(patchOrFunction)
      return inTurn(() =>
        change((data) => {
          checkUnchanged(patch.keys(), data)
          return patch
        }),
      )
    },
    delete: (key) =>
      inTurn(async () => {
        const { record, ended } = slot
        if (record === null) return false
        // Another request may have set it since this one began, and finished before this call.
        if (!ended && ownValue(record.data, key) === undefined) slot.record = await reload(record)
        let existed = false
        await write(async (current) => {
          existed = ownValue(current.data, key) !== undefined
          if (!existed) return null
          checkUnchanged([key], current.data)
          return writePatch(current, new Map([[key, undefined]]))
        })
        return existed
      }),
    take: <Key extends keyof Data & string>(key: Key) =>
      inTurn(async () => {
        let taken: JsonValue | undefined
        if (slot.record === null) return undefined
        await write((current) => {
          taken = ownValue(current.data, key)
          return writePatch(current, taken === undefined ? new Map() : new Map([[key, undefined]]))
        })
        return deepFreeze(taken) as DeepReadonly<Data[Key]> | undefined
      }),
    rotate: () =>
      inTurn(async () => {
        if (slot.record === null) return
        if (!carrier.open) throw carrier.refusal()
        const before = slot.record
        await write((current) => engine.rotate(current, {}))
        if (carrier.open || engine.credentialHoldsRecord) return deliver(slot.record)
        // The client keeps the old credential, so that one must open the session again.
        const { keyId, salt, generation, previous, rotatedAt } = before
        await write((current) => engine.write(current, { keyId, salt, generation, previous, rotatedAt }))
        throw carrier.refusal()
      }),
    destroy: () =>
      inTurn(async () => {
        if (slot.record === null) return false
        const { record, ended } = slot
        const alive = await engine.destroy(record)
        slot.ended = true
        // What took the place of a session that was over before is not this one's to take away.
        if (carrier.open && !ended) carrier.clear()
        return alive
      }),
  })
}
