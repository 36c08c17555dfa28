/**
 * What a seal may hold: plain JSON, checked after it was opened.
 *
 * @module
 */

import type { JsonObject, JsonValue } from '@latchkey/core'

/** Values of a session are nested 32 levels at most, and stand two levels deep themselves. */
const MAX_DEPTH = 34

/**
 * Tells whether a value is what JSON carries, and freezes it to its depth if so. A member named `__proto__`, at any depth, makes it
 * none: whoever copies it member by member would change a prototype.
 */
export function isPlainData(value: unknown, depth = 0): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth === MAX_DEPTH) return false
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) return false
  for (const member of Object.values(value)) if (!isPlainData(member, depth + 1)) return false
  Object.freeze(value)
  return true
}

/** Tells whether a value is a plain JSON object, and freezes it to its depth if so. */
export function isPlainObject(value: unknown): value is JsonObject {
  return isPlainData(value) && isObject(value)
}

/** Tells whether plain data is an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
