/**
 * JSON as a type, and what JSON carries unchanged.
 *
 * @module
 */

import { UsageError } from './faults.ts'

/** A value that JSON carries unchanged. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** The same value, read-only to its depth. `JsonValue` is so already. */
export type DeepReadonly<T> = JsonValue extends T
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

const MAX_PATH_LENGTH = 100

/** What `toJsonValue` holds a value to. */
export interface JsonLimits {
  /** How many levels arrays and objects may be nested. */
  readonly maxDepth: number
  /** Whether strings must be free of lone surrogates, and names of reverse solidi too: readers differ about them. */
  readonly strict: boolean
}

/**
 * Copies a value as JSON would carry it, frozen to its depth.
 *
 * Plain objects, arrays, strings, finite numbers, booleans and null. Everything that JSON would drop or change without a word
 * is refused instead: undefined, functions, symbols, bigints, NaN and the infinities, dates and other instances, holes, cycles.
 *
 * @param path What the error calls the value, such as its key.
 * @throws {UsageError} `value_not_json`, with the path of the first offender; also past the limits, and for a member named
 * `__proto__`.
 */
export function toJsonValue(value: unknown, path: string, limits: JsonLimits, depth = 0): JsonValue {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return checkText(value, path, limits)
  // Adding 0 turns -0, which JSON writes as 0, into 0.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  if (typeof value === 'number') throw notJson(path, 'is not a finite number')
  if (typeof value !== 'object') throw notJson(path, `is a value of type ${typeof value}`)
  if (depth === limits.maxDepth) throw notJson(path, `is nested more than ${limits.maxDepth} levels deep`)
  if (Array.isArray(value)) {
    // Array.from visits holes, which then are refused as undefined.
    const items = Array.from(value as readonly unknown[], (item, index) =>
      toJsonValue(item, `${path}[${index}]`, limits, depth + 1),
    )
    return Object.freeze(items)
  }
  if (!isPlainObject(value)) throw notJson(path, 'is neither a plain object nor an array')
  if (Object.getOwnPropertySymbols(value).length > 0) throw notJson(path, 'has a member named by a symbol')
  const copy: Record<string, JsonValue> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw notJson(path, 'has a member named "__proto__"')
    if (limits.strict && name.includes('\\')) throw notJson(path, 'has a member with a reverse solidus in its name')
    copy[checkText(name, path, limits)] = toJsonValue(member, `${path}.${name}`, limits, depth + 1)
  }
  return Object.freeze(copy)
}

/** Tells whether a value is an object of no class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function checkText(text: string, path: string, { strict }: JsonLimits): string {
  if (strict && !text.isWellFormed()) throw notJson(path, 'has a lone surrogate')
  return text
}

function notJson(path: string, problem: string): UsageError {
  // The names inside a value may be a client's: quoted, escaped and cut, they forge no line of a log.
  return new UsageError('value_not_json', `The value at ${JSON.stringify(path.slice(0, MAX_PATH_LENGTH))} ${problem}`)
}
