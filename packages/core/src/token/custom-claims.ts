/**
 * The claims that an application adds to an access token.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import { isPlainObject, toJsonValue, type JsonObject } from '../json.ts'
import { MAX_JSON_DEPTH } from './strict-json.ts'

/** The claims that standards define (RFC 7519, RFC 9068, RFC 8176, OpenID Connect) and that this library writes. */
export const STANDARD_CLAIMS = [
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
] as const

/** The claims that only the library writes; `cnf` would promise a binding that nothing checks. */
const RESERVED: ReadonlySet<string> = new Set([...STANDARD_CLAIMS, 'epoch', 'cnf'])

/** The claims object itself is the first level. */
const LIMITS = { maxDepth: MAX_JSON_DEPTH, strict: true }

/** Tells whether a claim is written by the library alone. */
export function isReservedClaim(name: string, ofProfile: readonly string[] = []): boolean {
  return RESERVED.has(name) || ofProfile.includes(name)
}

/**
 * Copies an application's claims as JSON carries them. Whatever JSON would drop or change, and whatever a verifier would
 * refuse, is refused here instead.
 *
 * @param ofProfile Names that the profile reserves besides.
 * @throws {UsageError} `argument` for a reserved name; `value_not_json` for a value, with its path.
 */
export function copyCustomClaims(claims: unknown, ofProfile: readonly string[] = []): JsonObject {
  if (claims === undefined) return {}
  if (!isPlainObject(claims)) throw new UsageError('argument', 'Custom claims are a plain object')
  const reserved = Object.keys(claims).some((name) => isReservedClaim(name, ofProfile))
  if (reserved) throw new UsageError('argument', 'A custom claim has a reserved name')
  return toJsonValue(claims, 'claims', LIMITS) as JsonObject
}
