/**
 * What becomes of a write to a value that another request has changed since this one read it.
 *
 * @module
 */

import { isPlainObject, type DeepReadonly, type JsonObject, type JsonValue } from '../json.ts'
import { UsageError } from '../faults.ts'
import type { CheckedPatch } from './patch.ts'
import { deepFreeze, isSameJson, ownValue, toSessionValue } from './values.ts'

/**
 * How a conflict is settled, value by value. `error`: the whole write is refused with a `SessionConflictError`. `mine`: this request's
 * value is written over the other one. `theirs`: the other one stays, and the rest of the write is made. A function is
 * given both values and the key, and returns what to write; undefined stands for no value, on either side.
 */
export type OnConflict<Data extends object = JsonObject, Key extends keyof Data & string = keyof Data & string> =
  | 'error'
  | 'mine'
  | 'theirs'
  | ResolveConflict<Data[Key], Key>

/**
 * Makes one value of two. It is run again when another request was faster once more, so it must do nothing else than compute; what
 * it throws refuses the write.
 */
export type ResolveConflict<Value = JsonValue, Key extends string = string> = (
  mine: DeepReadonly<Value> | undefined,
  theirs: DeepReadonly<Value> | undefined,
  key: Key,
) => DeepReadonly<Value> | undefined

/** What a single write may be told. */
export interface WriteOptions<Data extends object = JsonObject, Key extends keyof Data & string = keyof Data & string> {
  /** How a conflict is settled. Default: the strategy's `onConflict`, which is `error` unless it says otherwise. */
  readonly onConflict?: OnConflict<Data, Key>
}

/** The same, whatever the shape of the data. */
export type ConflictPolicy = 'error' | 'mine' | 'theirs' | ((mine: unknown, theirs: unknown, key: string) => unknown)

/** A write as it stands after its conflicts were settled. `theirs`: the keys at which it gave way. */
export interface SettledPatch {
  readonly patch: CheckedPatch
  readonly theirs: readonly string[]
}

/**
 * Settles the conflicts of a write. A value conflicts when this request has read it (`seen`) and it is not the same any more; one that was
 * never read does not. Both having come to the same value is a conflict all the same: of two counts from 1 to 2, one would be lost.
 *
 * @returns Null when the write is to be refused.
 * @throws {UsageError} `value_not_json` for what a function returned; and whatever it throws.
 */
export function settleConflicts(
  patch: CheckedPatch,
  seen: ReadonlyMap<string, JsonValue | undefined>,
  data: JsonObject,
  policy: ConflictPolicy,
): SettledPatch | null {
  const settled = new Map<string, JsonValue | undefined>()
  const theirs: string[] = []
  for (const [key, mine] of patch) {
    const current = ownValue(data, key)
    if (!seen.has(key) || isSameJson(seen.get(key), current) || policy === 'mine') {
      settled.set(key, mine)
      continue
    }
    if (policy === 'error') return null
    if (policy === 'theirs') {
      theirs.push(key)
      continue
    }
    const value = policy(deepFreeze(mine), deepFreeze(current), key)
    settled.set(key, value === undefined ? undefined : toSessionValue(value, key))
  }
  return { patch: settled, theirs }
}

/**
 * Reads a policy from an option.
 *
 * @returns Undefined when it is none.
 */
export function readConflictPolicy(value: unknown): ConflictPolicy | undefined {
  if (value === 'error' || value === 'mine' || value === 'theirs') return value
  return typeof value === 'function' ? (value as ConflictPolicy) : undefined
}

/**
 * The policy of one write.
 *
 * @throws {UsageError} `argument`
 */
export function policyOf(options: unknown, fallback: ConflictPolicy): ConflictPolicy {
  if (options === undefined) return fallback
  if (isPlainObject(options) && Object.keys(options).every((name) => name === 'onConflict')) {
    const policy = options['onConflict'] === undefined ? fallback : readConflictPolicy(options['onConflict'])
    if (policy !== undefined) return policy
  }
  throw new UsageError('argument', 'A write takes { onConflict }: "error", "mine", "theirs" or a function')
}
