/**
 * Session values: their keys, and what the handle does with them.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import { toJsonValue, type JsonObject, type JsonValue } from '../json.ts'

const MAX_KEY_LENGTH = 128

/** No values. */
export const NO_DATA: JsonObject = Object.freeze({})

/** Lone surrogates are kept: JSON escapes them, and what a visitor typed is not the application's fault. */
const LIMITS = { maxDepth: 32, strict: false }

/**
 * Copies a session value as JSON carries it, frozen to its depth.
 *
 * @throws {UsageError} `value_not_json`, with the path; also past 32 levels.
 */
export function toSessionValue(value: unknown, key: string): JsonValue {
  return toJsonValue(value, key, LIMITS)
}

/**
 * Checks the name of a session value.
 *
 * @throws {UsageError} `key_invalid` when it is not a string of 1 to 128 characters, or `__proto__`.
 */
export function checkKey(key: unknown): string {
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH || key === '__proto__') {
    throw new UsageError('key_invalid', `A session key is 1 to ${MAX_KEY_LENGTH} characters and not "__proto__"`)
  }
  return key
}

/** Tells whether two JSON values are the same, whatever the order of members. */
export function isSameJson(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (isArray(one) || isArray(other)) {
    return (
      isArray(one) &&
      isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSameJson(item, other[index]))
    )
  }
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
  )
}

/** Freezes a JSON value to its depth, in place, and gives it back. What is frozen already is taken to be so to its depth. */
export function deepFreeze<Value extends JsonValue | undefined>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}

/** Reads one own member; never a prototype's. */
export function ownValue(data: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined
}

// Array.isArray does not narrow read-only arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
