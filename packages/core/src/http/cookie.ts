/**
 * A cookie that carries a credential: reading it among others, writing it, deleting it (RFC 6265bis).
 *
 * @module
 */

import { ConfigError, UsageError } from '../faults.ts'
import { readBoolean, readChoice, readOptions } from '../options.ts'

/** How a cookie is named and scoped. `HttpOnly` is always set, but for the readable half of a double submit. */
export interface CookieOptions {
  /**
   * The whole name, prefix included. Default of the session cookie: `__Host-session`; `__Secure-session` where `domain` or
   * `path` is given; `session` with `insecurePlainHttp`. No other name is ever read.
   */
  readonly name?: string
  /** Default `lax`. `none` is for pages embedded by other sites and needs `Secure`. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** Default: none, so that the cookie goes to this host alone. Impossible with a `__Host-` name. */
  readonly domain?: string
  /** Default `/`. Anything else is impossible with a `__Host-` name. */
  readonly path?: string
  /** Keeps one cookie per embedding site (CHIPS). Default false. Needs `Secure`. */
  readonly partitioned?: boolean
  /** Which cookies a full jar drops last. Default: not sent. */
  readonly priority?: 'low' | 'medium' | 'high'
  /**
   * Leaves out `Secure` and the name prefix, for development over plain http. Anyone on the network path can then take
   * the session. Default false.
   */
  readonly insecurePlainHttp?: boolean
}

/** What a `Cookie` header holds under the one name. */
export type CookieReading =
  | { readonly status: 'none' }
  | { readonly status: 'ambiguous' }
  | { readonly status: 'one'; readonly value: string }

/** One cookie of a configuration. */
export interface Cookie {
  readonly name: string
  /** False with `insecurePlainHttp`. */
  readonly secure: boolean
  /** The `Domain` attribute; undefined where the cookie goes to its own host alone. */
  readonly domain: string | undefined
  /** The longest value that fits into a line of 4096 bytes, whatever its `Max-Age`. */
  readonly capacity: number
  /**
   * Finds the cookie in a header. Other cookies are neither parsed nor decoded, so that a stranger's broken cookie breaks
   * nothing. Two different values are `ambiguous`: a sibling domain can plant a second cookie, and no rule tells which is
   * genuine. The same value twice is one.
   */
  read(header: string | null): CookieReading
  /**
   * Writes the `Set-Cookie` line.
   *
   * @param maxAge Seconds, a whole number; the cookie lives no longer than that in the browser. Undefined: until it closes.
   * @throws {UsageError} `cookie_too_large` when the line passes 4096 bytes, which browsers drop without a word.
   */
  issue(value: string, maxAge: number | undefined): string
  /** The line that deletes the cookie: the same name and attributes, or a browser keeps it. */
  readonly clearing: string
  /**
   * The lines that delete cookies of this name that others may have planted: of the other shape (for a domain where this one is for its host
   * alone, or the other way round), at any of these hosts. None for a `__Host-` name, which has one shape only. A cookie that was planted
   * for another path is not reached.
   */
  clearingOthers(hostnames: Iterable<string>): readonly string[]
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const VALUE = /^[!#-+\--:<-[\]-~]*$/
const PATH = /^\/[!-:<-~]{0,255}$/
const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const MAX_LINE = 4_096
/** The longest a `Max-Age` gets: 400 days in seconds. */
const LONGEST_MAX_AGE = '; Max-Age=34560000'

const TAB = 0x09
const SPACE = 0x20
const SEMICOLON = 0x3b
const EQUALS_SIGN = 0x3d

const NONE: CookieReading = Object.freeze({ status: 'none' })
const AMBIGUOUS: CookieReading = Object.freeze({ status: 'ambiguous' })

/** What a cookie is when its options say nothing. */
export interface CookieDefaults {
  /** The name. */
  readonly name: string
  /** Whether the name gets the strictest prefix that its scope and `Secure` allow. */
  readonly prefixed: boolean
  /** Whether scripts of the page may read it. */
  readonly readable?: boolean
}

/**
 * Creates the session cookie.
 *
 * @throws {ConfigError} See `createCookie`.
 */
export function createSessionCookie(options: unknown): Cookie {
  return createCookie('cookie', options, { name: 'session', prefixed: true })
}

/**
 * Creates a cookie.
 *
 * @param at Where the options stand in the configuration, for the error.
 * @throws {ConfigError} For a bad name or attribute, and for combinations that browsers refuse: a `__Host-` name with
 * `domain` or a `path`, a prefix or `sameSite: 'none'` or `partitioned` without `Secure`.
 */
export function createCookie(at: string, options: unknown, defaults: CookieDefaults): Cookie {
  const given = readOptions(at, options, [
    'name',
    'sameSite',
    'domain',
    'path',
    'partitioned',
    'priority',
    'insecurePlainHttp',
  ])
  const secure = !readBoolean(`${at}.insecurePlainHttp`, given.insecurePlainHttp, false)
  const partitioned = readBoolean(`${at}.partitioned`, given.partitioned, false)
  const sameSite = readChoice(`${at}.sameSite`, given.sameSite, ['lax', 'strict', 'none'], 'lax')
  const priority = readChoice(`${at}.priority`, given.priority, ['', 'low', 'medium', 'high'], '')
  const path = given.path === undefined ? '/' : given.path
  if (typeof path !== 'string' || !PATH.test(path))
    throw new ConfigError(`${at}.path`, 'must be a path that starts with "/"')
  const domain = given.domain
  if (domain !== undefined && (typeof domain !== 'string' || !DOMAIN.test(domain))) {
    throw new ConfigError(`${at}.domain`, 'must be a domain name in lower case with at least two labels')
  }
  const hostOnly = domain === undefined && path === '/'
  const prefixed = defaults.prefixed && secure
  const name = given.name ?? `${prefixed ? (hostOnly ? '__Host-' : '__Secure-') : ''}${defaults.name}`
  if (typeof name !== 'string' || !NAME.test(name))
    throw new ConfigError(`${at}.name`, 'must be a token (RFC 9110 section 5.6.2)')

  // Browsers compare the prefixes case-insensitively, so the rules hold for every spelling.
  const prefix = /^__(?:host|secure|http)-/i.exec(name)?.[0].toLowerCase()
  if (prefix !== undefined && !secure)
    throw new ConfigError(`${at}.name`, 'has a prefix that browsers accept with "Secure" only')
  if (prefix === '__host-' && !hostOnly)
    throw new ConfigError(`${at}.name`, 'has the "__Host-" prefix, which excludes "domain" and "path"')
  if (defaults.readable === true && /^__(?:host-)?http-/i.test(name))
    throw new ConfigError(`${at}.name`, 'has a prefix that browsers accept with "HttpOnly" only')
  if (sameSite === 'none' && !secure) throw new ConfigError(`${at}.sameSite`, 'must not be "none" without "Secure"')
  if (partitioned && !secure) throw new ConfigError(`${at}.partitioned`, 'must not be set without "Secure"')

  const attributesFor = (scope: string | undefined): string =>
    `; Path=${path}` +
    (scope === undefined ? '' : `; Domain=${scope}`) +
    (defaults.readable === true ? '' : '; HttpOnly') +
    (secure ? '; Secure' : '') +
    `; SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}` +
    (partitioned ? '; Partitioned' : '') +
    (priority === '' ? '' : `; Priority=${priority.charAt(0).toUpperCase()}${priority.slice(1)}`)
  const attributes = attributesFor(domain)
  const clear = (scope: string | undefined): string =>
    `${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${attributesFor(scope)}`

  return Object.freeze({
    name,
    secure,
    domain,
    capacity: Math.max(0, MAX_LINE - `${name}=${LONGEST_MAX_AGE}${attributes}`.length),
    read: (header: string | null) => readCookie(header, name),
    issue(value: string, maxAge: number | undefined) {
      if (!VALUE.test(value) || (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge > 0))) {
        throw new UsageError('argument', 'A cookie takes a value of cookie-octets and a positive whole maxAge')
      }
      const line = `${name}=${value}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}${attributes}`
      if (line.length > MAX_LINE)
        throw new UsageError('cookie_too_large', `A Set-Cookie line takes at most ${MAX_LINE} bytes`)
      return line
    },
    clearing: clear(domain),
    clearingOthers(hostnames: Iterable<string>) {
      if (prefix === '__host-') return []
      const scopes = new Set<string | undefined>([undefined, ...[...hostnames].flatMap(domainsOf)])
      scopes.delete(domain)
      return [...scopes].map(clear)
    },
  })
}

/** A host and the domains that it belongs to, down to two labels. Those that a browser takes for nobody's own it ignores. */
function domainsOf(hostname: string): string[] {
  const labels = hostname.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

/**
 * Finds a cookie in a `Cookie` header, as `Cookie.read` does: for cookies that other programs set.
 *
 * @param header As it came; null when there is none.
 * @param name Compared byte for byte.
 */
export function readCookie(header: string | null, name: string): CookieReading {
  if (typeof header !== 'string') return NONE
  let found: string | undefined
  let at = header.indexOf(name)
  while (at !== -1) {
    let next = at + name.length
    const before = skipBlanksBack(header, at - 1)
    const equals = skipBlanks(header, next)
    if ((before < 0 || header.charCodeAt(before) === SEMICOLON) && header.charCodeAt(equals) === EQUALS_SIGN) {
      const semicolon = header.indexOf(';', equals)
      next = semicolon === -1 ? header.length : semicolon
      const value = header.slice(skipBlanks(header, equals + 1), skipBlanksBack(header, next - 1) + 1)
      if (found !== undefined && found !== value) return AMBIGUOUS
      found = value
    }
    at = header.indexOf(name, next)
  }
  return found === undefined ? NONE : { status: 'one', value: found }
}

// Only SP and HTAB: trimming more (U+00A0, for one) would let a look-alike of a prefixed name pass for it.
function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at += 1
  return at
}

function skipBlanksBack(text: string, from: number): number {
  let at = from
  while (at >= 0 && isBlank(text.charCodeAt(at))) at -= 1
  return at
}
