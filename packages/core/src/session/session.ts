/**
 * The session as a request's handler holds it.
 *
 * @module
 */

import type { DeepReadonly, JsonObject, JsonValue } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import { policyOf, settleConflicts, type ConflictPolicy, type WriteOptions } from './conflict.ts'
import { createAnonymous } from './delivery.ts'
import { applyPatch, toPatch, type CheckedPatch, type SessionPatch } from './patch.ts'
import type { SessionWrite } from './strategy.ts'
import { checkKey, deepFreeze, NO_DATA, ownValue, toSessionValue } from './values.ts'
import { endedBy, SessionWriter, type SessionParts, type SessionSlot } from './writer.ts'

/**
 * One request's view of its session. Its methods need their `this`: call them on it.
 *
 * Reading is synchronous and touches no store. Every change is written at once and resolves when the store has it, so await
 * it: a response then cannot overtake its own write. Changes made through one handle run one after another.
 *
 * Writers on other requests are never overwritten unseen. Changes to different keys merge. A `set` or `delete` of a key that this handle
 * never read: the last writer wins. Of a key that it read and that another request changed since: `SessionConflictError`
 * with reason `conflict`, and nothing is stored, unless `onConflict` (of the strategy, or of the call) says otherwise. Values are never
 * merged inside but by a function of yours.
 *
 * Writing may reject with `SessionConflictError` (also with reason `gone`: the session has ended), `UnavailableError` (the
 * store is out of reach; whether the write took effect is not known) or `UsageError` (`value_not_json`, `key_invalid`, `value_invalid` by
 * the schema, `session_too_large`,
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
  set<Key extends keyof Data & string>(key: Key, value: Data[Key], options?: WriteOptions<Data, Key>): Promise<void>
  /** Deletes one value. True: there was one, and this call deleted it. */
  delete<Key extends keyof Data & string>(key: Key, options?: WriteOptions<Data, Key>): Promise<boolean>
  /**
   * Sets or deletes several values in one write: given directly, or by a function of the current values. The function
   * is run again, on fresh values, when another request was faster; it must do nothing else than compute.
   */
  update(
    patch: SessionPatch<Data> | ((values: DeepReadonly<Partial<Data>>) => SessionPatch<Data>),
    options?: WriteOptions<Data>,
  ): Promise<void>
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

/** Creates the handle on a slot. */
export function createSession<Data extends object = JsonObject>(slot: SessionSlot, parts: SessionParts): Session<Data> {
  return Object.freeze(new SessionHandle<Data>(slot, parts))
}

class SessionHandle<Data extends object> implements Session<Data> {
  readonly #slot: SessionSlot
  readonly #parts: SessionParts
  readonly #writer: SessionWriter
  /** What was read, as it was then. */
  readonly #seen = new Map<string, JsonValue | undefined>()

  constructor(slot: SessionSlot, parts: SessionParts) {
    this.#slot = slot
    this.#parts = parts
    this.#writer = new SessionWriter(slot, parts)
  }

  get id(): string | null {
    return this.#slot.record?.id ?? null
  }

  get subject(): string | null {
    return this.#slot.record?.subject ?? null
  }

  get<Key extends keyof Data & string>(key: Key): DeepReadonly<Data[Key]> | undefined {
    return this.#read(key) as DeepReadonly<Data[Key]> | undefined
  }

  has(key: keyof Data & string): boolean {
    return this.#read(key) !== undefined
  }

  keys(): (keyof Data & string)[] {
    return Object.keys(this.#slot.record?.data ?? NO_DATA) as (keyof Data & string)[]
  }

  async set<Key extends keyof Data & string>(
    key: Key,
    value: Data[Key],
    options?: WriteOptions<Data, Key>,
  ): Promise<void> {
    const policy = policyOf(options, this.#parts.engine.onConflict)
    const patch = new Map([[checkKey(key), toSessionValue(value, key)]])
    await this.#writer.inTurn(() => this.#change((data) => this.#settle(patch, data, policy)))
  }

  async update(
    patchOrFunction: SessionPatch<Data> | ((values: DeepReadonly<Partial<Data>>) => SessionPatch<Data>),
    options?: WriteOptions<Data>,
  ): Promise<void> {
    const policy = policyOf(options, this.#parts.engine.onConflict)
    if (typeof patchOrFunction === 'function') {
      return this.#writer.inTurn(() =>
        this.#change((data) => toPatch(patchOrFunction(deepFreeze(data) as DeepReadonly<Partial<Data>>))),
      )
    }
    const patch = toPatch(patchOrFunction)
    return this.#writer.inTurn(() => this.#change((data) => this.#settle(patch, data, policy)))
  }

  async delete<Key extends keyof Data & string>(key: Key, options?: WriteOptions<Data, Key>): Promise<boolean> {
    const policy = policyOf(options, this.#parts.engine.onConflict)
    const slot = this.#slot
    return this.#writer.inTurn(async () => {
      const { record, ended } = slot
      if (record === null) return false
      // Another request may have set it since this one began, and finished before this call.
      if (!ended && ownValue(record.data, key) === undefined) slot.record = await this.#writer.reload(record)
      let deleted = false
      await this.#writer.write(async (current) => {
        deleted = ownValue(current.data, key) !== undefined
        if (!deleted) return null
        const patch = this.#settle(new Map([[key, undefined]]), current.data, policy)
        deleted = patch.has(key) && patch.get(key) === undefined
        return this.#writePatch(current, patch)
      })
      return deleted
    })
  }

  async take<Key extends keyof Data & string>(key: Key): Promise<DeepReadonly<Data[Key]> | undefined> {
    return this.#writer.inTurn(async () => {
      let taken: JsonValue | undefined
      if (this.#slot.record === null) return undefined
      await this.#writer.write((current) => {
        taken = ownValue(current.data, key)
        return this.#writePatch(current, taken === undefined ? new Map() : new Map([[key, undefined]]))
      })
      return deepFreeze(taken) as DeepReadonly<Data[Key]> | undefined
    })
  }

  async rotate(): Promise<void> {
    const { engine, carrier } = this.#parts
    const slot = this.#slot
    return this.#writer.inTurn(async () => {
      if (slot.record === null) return
      if (!carrier.open) throw carrier.refusal()
      const before = slot.record
      await this.#writer.write((current) => engine.rotate(current, {}))
      if (carrier.open || engine.credentialHoldsRecord) return this.#writer.deliver(slot.record)
      // The client keeps the old credential, so that one must open the session again.
      const { keyId, salt, generation, previous, rotatedAt } = before
      await this.#writer.write((current) => engine.write(current, { keyId, salt, generation, previous, rotatedAt }))
      throw carrier.refusal()
    })
  }

  async destroy(): Promise<boolean> {
    const { engine, carrier } = this.#parts
    const slot = this.#slot
    return this.#writer.inTurn(async () => {
      const { ended } = slot
      const record = endedBy(slot)
      if (record === null) return false
      const alive = await engine.destroy(record)
      slot.ended = true
      // What took the place of a session that was over before is not this one's to take away.
      if (carrier.open && !ended) carrier.clear()
      return alive
    })
  }

  #read(key: string): JsonValue | undefined {
    const value = deepFreeze(ownValue(this.#slot.record?.data ?? NO_DATA, key))
    this.#seen.set(key, value)
    return value
  }

  async #change(compute: (data: JsonObject) => CheckedPatch): Promise<void> {
    const slot = this.#slot
    if (slot.record !== null || slot.ended) {
      return this.#writer.write(async (current) => this.#writePatch(current, compute(current.data)))
    }
    const data = applyPatch(NO_DATA, compute(NO_DATA))
    if (Object.keys(data).length > 0) slot.record = await createAnonymous(data, this.#parts)
  }

  async #writePatch(current: SessionRecord, patch: CheckedPatch): Promise<SessionWrite | null> {
    const { engine, carrier } = this.#parts
    if (patch.size === 0) return null
    if (engine.credentialHoldsRecord && !carrier.open) throw carrier.refusal()
    const result = await engine.write(current, { data: applyPatch(current.data, patch) })
    if (result.ok && engine.credentialHoldsRecord) await this.#writer.deliver(result.record)
    if (result.ok) for (const [key, value] of patch) if (this.#seen.has(key)) this.#seen.set(key, value)
    return result
  }

  /** What another request did to a key that this handle has read is a conflict; it shows on the newest values. */
  #settle(patch: CheckedPatch, data: JsonObject, policy: ConflictPolicy): CheckedPatch {
    const settled = settleConflicts(patch, this.#seen, data, policy) ?? this.#writer.refuse('conflict')
    // What gave way knows the other value from now on, and the next write to it is one of somebody who has seen it.
    for (const key of settled.theirs) this.#seen.set(key, ownValue(data, key))
    return settled.patch
  }
}
