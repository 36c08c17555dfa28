/**
 * What an application says of the origins that may write with its cookies.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { readBoolean } from '../options.ts'
import { parseOrigins, type OriginPolicy } from './origin.ts'

/** The options, as the application gave them. */
export interface OriginOptions {
  readonly origin?: unknown
  readonly trustedOrigins?: unknown
  readonly insecureAllowMissingOrigin?: unknown
}

/**
 * Resolves the origins.
 *
 * @param ground `needed`: whether a credential rides on a cookie. `secure`: whether cookies are for TLS alone.
 * @throws {ConfigError} `origin`, `trustedOrigins`, `insecureAllowMissingOrigin`; `cookie.insecurePlainHttp` where no origin is one of plain http.
 */
export function resolveOriginPolicy(
  { origin, trustedOrigins: others, insecureAllowMissingOrigin: allowMissing }: OriginOptions,
  { needed, secure }: { readonly needed: boolean; readonly secure: boolean },
): OriginPolicy {
  if (needed && origin === undefined) {
    throw new ConfigError('origin', 'must be given with "sessions", and with cookies in "tokens.locations"')
  }
  const insecure = { insecure: !secure }
  const own = origin === undefined ? new Set<string>() : parseOrigins('origin', origin, insecure)
  if (!secure && own.size > 0 && [...own].every((each) => each.startsWith('https:'))) {
    throw new ConfigError('cookie.insecurePlainHttp', 'must not be set for "https:" origins')
  }
  if (!Array.isArray(others)) throw new ConfigError('trustedOrigins', 'must be a list of origins')
  return Object.freeze({
    own,
    trusted: others.length === 0 ? new Set<string>() : parseOrigins('trustedOrigins', others, insecure),
    allowMissing: readBoolean('insecureAllowMissingOrigin', allowMissing, false),
  })
}
