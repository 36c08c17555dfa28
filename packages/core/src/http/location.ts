/**
 * Where in a request an access token may stand.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { isPlainObject } from '../json.ts'
import { readChoice, readOptions } from '../options.ts'
import { createSchemeParser, parseBareToken, parseBearer, type BearerCredentials } from './bearer.ts'
import type { Cookie } from './cookie.ts'
import { resolveDoubleSubmit, type DoubleSubmit } from './double-submit.ts'
import type { TokenCookieOptions, TokenHolding, TokenPlace } from './location-options.ts'
import type { AuthRequest } from './request.ts'
import { createTokenCookie, readName, type CookieGround } from './token-cookie.ts'

/** A place, resolved. */
export interface TokenReader {
  readonly place: TokenPlace
  readonly holds: TokenHolding
  /** The header that a cache has to tell requests apart by, which it does by itself for `Authorization` (RFC 9111 section 3.5) and for the URL. */
  readonly vary?: string
  /** What stands there. Other places and credentials are not looked at. */
  read(request: AuthRequest): BearerCredentials
  /** For a body, which may still have to be waited for: what stands in it. */
  readonly readBody?: (body: unknown) => BearerCredentials
  /** For a cookie. */
  readonly cookie?: Cookie
  readonly doubleSubmit?: DoubleSubmit
}

const NONE: BearerCredentials = Object.freeze({ status: 'none' })
const MALFORMED: BearerCredentials = Object.freeze({ status: 'malformed' })
const REPEATED: BearerCredentials = Object.freeze({ status: 'repeated' })
const SCHEME = /^[A-Za-z][A-Za-z0-9-]{0,31}$/
const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.+-]{1,64}\+)?json[ \t]*(?:;|$)/i

/**
 * Resolves a list of locations. Default: the header alone.
 *
 * @throws {ConfigError} With a path such as `tokens.locations[1].cookie.path`; for an empty list, and for two places that are one.
 */
export function resolveLocations(value: unknown = [{ in: 'header' }], ground: CookieGround): readonly TokenReader[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 10) {
    throw new ConfigError('tokens.locations', 'must be a list of 1 to 10 locations')
  }
  const names = new Set<string>()
  return Object.freeze(
    Array.from(value as readonly unknown[], (entry, index) => {
      const path = `tokens.locations[${index}]`
      const { name, reader } = resolveLocation(path, entry, ground)
      if (names.has(name)) throw new ConfigError(path, 'must not be a place that stands in the list already')
      names.add(name)
      return Object.freeze(reader)
    }),
  )
}

/** Tells whether a request says that its body is JSON. */
export function isJsonBody({ headers }: AuthRequest): boolean {
  return JSON_TYPE.test(headers.get('content-type') ?? '')
}

/** What Flask-JWT-Extended tells a request without a token. */
export function describeAbsence(locations: readonly TokenReader[]): string {
  const words = { header: 'headers', cookie: 'cookies', insecureQuery: 'query_string', insecureBody: 'json' }
  const places = [...new Set(locations.map(({ place }) => words[place]))]
  return places.join() === 'headers' ? 'Missing Authorization Header' : `Missing JWT in ${places.join(' or ')}`
}

interface Resolved {
  /** What two locations must not share. */
  readonly name: string
  readonly reader: TokenReader
}

function resolveLocation(path: string, entry: unknown, ground: CookieGround): Resolved {
  const place = isPlainObject(entry) && Object.hasOwn(entry, 'in') ? entry['in'] : undefined
  switch (place) {
    case 'header':
      return resolveHeader(path, entry)
    case 'cookie':
      return resolveCookie(path, entry, ground)
    case 'insecureQuery':
      return resolveQuery(path, entry)
    case 'insecureBody':
      return resolveBody(path, entry)
    default:
      throw new ConfigError(`${path}.in`, 'must be one of header, cookie, insecureQuery, insecureBody')
  }
}

function resolveHeader(path: string, entry: unknown): Resolved {
  const given = readOptions(path, entry, ['in', 'name', 'scheme', 'holds'])
  const name = readName(`${path}.name`, given.name, 'Authorization').toLowerCase()
  const { scheme = 'Bearer' } = given
  if (scheme !== null && (typeof scheme !== 'string' || !SCHEME.test(scheme))) {
    throw new ConfigError(`${path}.scheme`, 'must be an auth-scheme of letters, digits and "-", or null')
  }
  const parse = scheme === null ? parseBareToken : scheme === 'Bearer' ? parseBearer : createSchemeParser(scheme)
  const read = ({ headers }: AuthRequest): BearerCredentials => parse(headers.get(name))
  const holds = readHolding(path, given.holds, 'either')
  const vary = name === 'authorization' ? {} : { vary: name }
  return { name: `header ${name}`, reader: { place: 'header', holds, read, ...vary } }
}

function resolveCookie(path: string, entry: unknown, ground: CookieGround): Resolved {
  const given = readOptions(path, entry, ['in', 'cookie', 'doubleSubmit', 'holds'])
  const holds = readChoice(`${path}.holds`, given.holds, ['access', 'refresh'], 'access')
  const { cookie: options = {} } = given
  const base = ground.flask ? `${holds}_token_cookie` : `${holds}_token`
  const cookie = createTokenCookie(`${path}.cookie`, options, ground, { name: base })
  const doubleSubmit = resolveDoubleSubmit(`${path}.doubleSubmit`, given.doubleSubmit, {
    beside: options as TokenCookieOptions,
    name: `csrf_${holds}_token`,
    ground,
  })
  const read = ({ headers }: AuthRequest): BearerCredentials => {
    const reading = cookie.read(headers.get('cookie'))
    if (reading.status === 'ambiguous') return REPEATED
    return reading.status === 'none' ? NONE : parseBareToken(reading.value)
  }
  const reader = {
    place: 'cookie',
    holds,
    read,
    vary: 'Cookie',
    cookie,
    ...(doubleSubmit && { doubleSubmit }),
  } as const
  return { name: `cookie ${cookie.name}`, reader }
}

function resolveQuery(path: string, entry: unknown): Resolved {
  const given = readOptions(path, entry, ['in', 'name', 'prefix', 'holds'])
  const name = readName(`${path}.name`, given.name, 'jwt')
  const { prefix = '' } = given
  if (typeof prefix !== 'string' || prefix.length > 64) {
    throw new ConfigError(`${path}.prefix`, 'must be text of at most 64 characters')
  }
  const read = ({ url }: AuthRequest): BearerCredentials => {
    const start = url.indexOf('?')
    const [value = '', ...others] = start === -1 ? [] : new URLSearchParams(url.slice(start)).getAll(name)
    if (others.length > 0) return REPEATED
    if (value === '') return NONE
    return value.startsWith(prefix) ? presentOrMalformed(value.slice(prefix.length)) : MALFORMED
  }
  const reader = { place: 'insecureQuery', holds: readHolding(path, given.holds, 'either'), read } as const
  return { name: `query ${name}`, reader }
}

function resolveBody(path: string, entry: unknown): Resolved {
  const given = readOptions(path, entry, ['in', 'name', 'holds'])
  const holds = readChoice(`${path}.holds`, given.holds, ['access', 'refresh'], 'access')
  const name = readName(`${path}.name`, given.name, `${holds}_token`)
  const readBody = (body: unknown): BearerCredentials => {
    if (!isPlainObject(body) || !Object.hasOwn(body, name)) return NONE
    return typeof body[name] === 'string' ? parseBareToken(body[name]) : MALFORMED
  }
  return { name: `body ${name}`, reader: { place: 'insecureBody', holds, read: () => NONE, readBody } }
}

function presentOrMalformed(token: string): BearerCredentials {
  const parsed = parseBareToken(token)
  return parsed.status === 'none' ? MALFORMED : parsed
}

function readHolding(path: string, value: unknown, fallback: TokenHolding): TokenHolding {
  return readChoice(`${path}.holds`, value, ['access', 'refresh', 'either'], fallback)
}
