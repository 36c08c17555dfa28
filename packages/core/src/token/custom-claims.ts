/**
 * The claims that an application adds to an access token.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import type { JsonValue } from '../json.ts'
import { MAX_JSON_DEPTH } from './strict-json.ts'

/** The claims that only the library writes (RFC 7519, RFC 9068); `cnf` would promise a binding that nothing checks. */
const RESERVED: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'scope',
  'auth_time',
  'acr',
  'amr',
  'sid',
  'cnf',
])

/**
 * Copies an application's claims as JSON carries them.
 *
 * Plain objects, arrays, strings, finite numbers, booleans and null: whatever JSON would drop or change, and whatever a verifier
 * would refuse, is refused here instead.
 *
 * @throws {UsageError} `argument` for a reserved name; `value_not_json` for a value, with its path.
 */
export function copyCustomClaims(claims: unknown): Readonly<Record<string, JsonValue>> {
  if (claims === undefined) return {}
  if (!isPlainObject(claims)) throw new UsageError('argument', 'Custom claims are a plain object')
  const reserved = Object.keys(claims).some((name) => RESERVED.has(name))
  if (reserved) throw new UsageError('argument', 'A custom claim has a reserved name')
  return copyObject(claims, 'claims', 1)
}

function copyValue(value: unknown, path: string, depth: number): JsonValue {
  if (value === null || typeof value === 'boolean') return value
  // Adding 0 turns -0, which JSON writes as 0, into 0.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  if (typeof value === 'string' && value.isWellFormed()) return value
  if (typeof value !== 'object' || depth > MAX_JSON_DEPTH) throw notJson(path)
  // Array.from visits holes, which then are refused as undefined.
  if (Array.isArray(value)) {
    return Array.from(value as readonly unknown[], (item, index) => copyValue(item, `${path}[${index}]`, depth + 1))
  }
  if (!isPlainObject(value)) throw notJson(path)
  return copyObject(value, path, depth)
}

function copyObject(value: object, path: string, depth: number): Record<string, JsonValue> {
  if (Object.getOwnPropertySymbols(value).length > 0) throw notJson(path)
  const copy: Record<string, JsonValue> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || !name.isWellFormed()) throw notJson(path)
    copy[name] = copyValue(member, `${path}.${name}`, depth + 1)
  }
  return copy
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function notJson(path: string): UsageError {
  return new UsageError('value_not_json', `The value at "${path}" is not JSON that a token carries unchanged`)
}
