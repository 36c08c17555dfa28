/**
 * The cookies that belong to tokens.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { isPlainObject } from '../json.ts'
import { createCookie, type Cookie } from './cookie.ts'

/** What the cookies of an application have in common. */
export interface CookieGround {
  /** False for plain http. */
  readonly secure: boolean
  /** Gives cookies the names that Flask-JWT-Extended has. */
  readonly flask: boolean
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/

/**
 * Creates the cookie of a token, or the readable one beside it.
 *
 * @param options As the application gave them. Whether the cookie is for plain http is not theirs to say.
 * @throws {ConfigError} See `createCookie`.
 */
export function createTokenCookie(
  path: string,
  options: unknown,
  { secure, flask }: CookieGround,
  defaults: { readonly name: string; readonly readable?: boolean },
): Cookie {
  if (isPlainObject(options) && Object.hasOwn(options, 'insecurePlainHttp')) {
    throw new ConfigError(`${path}.insecurePlainHttp`, 'is not known; say it by "cookie.insecurePlainHttp"')
  }
  const all = isPlainObject(options) ? { ...options, insecurePlainHttp: !secure } : options
  return createCookie(path, all, { ...defaults, prefixed: !flask })
}

/**
 * Reads the name of a header, parameter or member.
 *
 * @throws {ConfigError} When it is not a token (RFC 9110 section 5.6.2) of 1 to 64 characters.
 */
export function readName(path: string, value: unknown, fallback?: string): string {
  const name = value ?? fallback
  if (typeof name !== 'string' || !NAME.test(name)) throw new ConfigError(path, 'must be a token of 1 to 64 characters')
  return name
}
