/**
 * Several values of a session to be set or deleted in one write.
 *
 * @module
 */

import type { JsonObject, JsonValue } from '../json.ts'
import { checkKey, toSessionValue } from './values.ts'

/** Values to set, by key. Undefined deletes the key. */
export type SessionPatch<Data extends object> = { readonly [Key in keyof Data]?: Data[Key] | undefined }

/** A patch whose keys and values were checked. */
export type CheckedPatch = ReadonlyMap<string, JsonValue | undefined>

/**
 * Checks a patch.
 *
 * @throws {UsageError} `key_invalid`; `value_not_json`, with the path.
 */
export function toPatch(patch: object): CheckedPatch {
  return new Map(
    Object.entries(patch).map(([key, value]) => [
      checkKey(key),
      value === undefined ? undefined : toSessionValue(value, key),
    ]),
  )
}

/** The values after a patch. */
export function applyPatch(data: JsonObject, patch: CheckedPatch): JsonObject {
  const kept = Object.entries(data).filter(([key]) => !patch.has(key))
  const added = [...patch].filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
  return Object.fromEntries([...kept, ...added])
}
