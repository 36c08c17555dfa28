/**
 * The double submit: what a page reads from a cookie it sends back, and another site's page cannot read it.
 *
 * The value is a claim of the token, under its signature. A cookie that a sibling domain plants does not fit the token (OWASP
 * Cross-Site Request Forgery Prevention Cheat Sheet, "Signed Double-Submit Cookie").
 *
 * @module
 */

import { isSameSecret } from '../constant-time.ts'
import { ConfigError } from '../faults.ts'
import { isPlainObject } from '../json.ts'
import { readOptions } from '../options.ts'
import type { Cookie } from './cookie.ts'
import type { TokenCookieOptions } from './location-options.ts'
import { createTokenCookie, readName, type CookieGround } from './token-cookie.ts'

/** The double submit of one cookie, resolved. */
export interface DoubleSubmit {
  readonly cookie: Cookie
  /** In lower case. */
  readonly header: string
  readonly field: string | undefined
}

/**
 * Resolves the double submit of a cookie.
 *
 * @param value As the application gave it; undefined and false: none.
 * @throws {ConfigError}
 */
export function resolveDoubleSubmit(
  path: string,
  value: unknown,
  {
    beside,
    name,
    ground,
  }: { readonly beside: TokenCookieOptions; readonly name: string; readonly ground: CookieGround },
): DoubleSubmit | undefined {
  if (value === undefined || value === false) return undefined
  const given = readOptions(path, value === true ? {} : value, ['cookie', 'header', 'field'])
  const { cookie: own = {}, field } = given
  if (!isPlainObject(own)) throw new ConfigError(`${path}.cookie`, 'must be a plain object')
  const { name: _name, path: _path, ...shared } = beside
  return Object.freeze({
    cookie: createTokenCookie(`${path}.cookie`, { ...shared, ...own }, ground, { name, readable: true }),
    header: readName(`${path}.header`, given.header, 'X-CSRF-TOKEN').toLowerCase(),
    field: field === undefined ? undefined : readName(`${path}.field`, field),
  })
}

/**
 * Compares what was sent back with the claim, in constant time for texts of equal length.
 *
 * @param claim Of a verified token. One without the claim was not issued for this.
 * @param sent The header or the member of the body, as it came.
 */
export function decideDoubleSubmit(claim: unknown, sent: unknown): 'same' | 'csrf_missing' | 'csrf_mismatch' {
  if (sent === undefined || sent === null || sent === '') return 'csrf_missing'
  if (typeof sent !== 'string' || typeof claim !== 'string' || claim === '') return 'csrf_mismatch'
  return isSameSecret(sent, claim) ? 'same' : 'csrf_mismatch'
}
