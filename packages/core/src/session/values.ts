/**
 * Session values: JSON, checked when set, frozen when read.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import type { JsonObject, JsonValue } from '../json.ts'

const MAX_DEPTH = 32
const MAX_KEY_LENGTH = 128

/**
 * Copies a value as JSON would carry it, frozen to its depth.
 *
 * Plain objects, arrays, strings, finite numbers, booleans and null. Everything that JSON would drop or change without a word
 * is refused instead: undefined, functions, symbols, bigints, NaN and the infinities, dates and other instances, holes, cycles.
 *
 * @param path What the error calls the value, such as its key.
 * @throws {UsageError} `value_not_json`, with the path of the first offender; also past 32 levels, and for a member named
 * `__proto__`.
 */
export function toJsonValue(value: unknown, path: string, depth = 0): JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  if (typeof value !== 'object')
    throw notJson(path, `is ${typeof value === 'number' ? 'not a finite number' : `a value of type ${typeof value}`}`)
  if (depth === MAX_DEPTH) throw notJson(path, `is nested more than ${MAX_DEPTH} levels deep`)
  if (Array.isArray(value)) {
    // Array.from visits holes, which then are refused as undefined.
    return Object.freeze(
      Array.from(value as readonly unknown[], (item, index) => toJsonValue(item, `${path}[${index}]`, depth + 1)),
    )
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw notJson(path, 'is neither a plain object nor an array')
  if (Object.getOwnPropertySymbols(value).length > 0) throw notJson(path, 'has a member named by a symbol')
  const copy: Record<string, JsonValue> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw notJson(path, 'has a member named "__proto__"')
    copy[name] = toJsonValue(member, `${path}.${name}`, depth + 1)
  }
  return Object.freeze(copy)
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

function notJson(path: string, problem: string): UsageError {
  return new UsageError('value_not_json', `The value at "${path}" ${problem}`)
}
