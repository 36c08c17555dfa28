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
 * @param ground `needed`: whether a credential rides on a cookie. `secure`: whether cookies are for TLS alone. `domain`: that of the session cookie.
 * @throws {ConfigError} `origin`, `trustedOrigins`, `insecureAllowMissingOrigin`; `cookie.insecurePlainHttp` where no origin is one of plain http; `cookie.domain`
 * where a browser at one of the origins would refuse a cookie for it.
 */
export function resolveOriginPolicy(
  { origin, trustedOrigins: others, insecureAllowMissingOrigin: allowMissing }: OriginOptions,
  {
    needed,
    secure,
    domain,
  }: { readonly needed: boolean; readonly secure: boolean; readonly domain?: string | undefined },
): OriginPolicy {
  if (needed && origin === undefined) {
    throw new ConfigError('origin', 'must be given with "sessions", and with cookies in "tokens.locations"')
  }
  const insecure = { insecure: !secure }
  const own = origin === undefined ? new Set<string>() : parseOrigins('origin', origin, insecure)
  if (!secure && own.size > 0 && [...own].every((each) => each.startsWith('https:'))) {
    throw new ConfigError('cookie.insecurePlainHttp', 'must not be set for "https:" origins')
  }
  if (domain !== undefined && ![...own].every((each) => isWithin(new URL(each).hostname, domain))) {
    throw new ConfigError('cookie.domain', 'must be the host of every "origin", or a domain that it belongs to')
  }
  if (!Array.isArray(others)) throw new ConfigError('trustedOrigins', 'must be a list of origins')
  return Object.freeze({
    own,
    trusted: others.length === 0 ? new Set<string>() : parseOrigins('trustedOrigins', others, insecure),
    allowMissing: readBoolean('insecureAllowMissingOrigin', allowMissing, false),
  })
}

/** Domain matching (RFC 6265 section 5.1.3), which an IP address never does but with itself. */
function isWithin(hostname: string, domain: string): boolean {
  if (hostname === domain) return true
  return hostname.endsWith(`.${domain}`) && !/^[\d.]+$/.test(hostname)
}
