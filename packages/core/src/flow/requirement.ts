/**
 * A route's requirement, parsed once.
 *
 * @module
 */

import type { Requirement } from '../authentication.ts'
import { parseDuration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import type { TokenReader } from '../http/location.ts'
import { readBoolean, readChoice, readOptions } from '../options.ts'

/** A requirement as the flows use it. */
export interface ResolvedRequirement {
  readonly scopes: readonly string[]
  /** Milliseconds; undefined for any age. */
  readonly maxAge: number | undefined
  readonly amr: readonly string[]
  readonly acr: string | undefined
  readonly via: 'bearer' | 'session' | 'either'
  readonly optional: boolean
  readonly csrfToken: boolean
  readonly authoritative: false | 'local' | true
  readonly passive: boolean
  /** How long after a login credentials are fresh that do not say so themselves, in milliseconds; undefined: they need not be fresh. */
  readonly fresh: number | undefined
  /** What the token is for. */
  readonly use: 'access' | 'refresh'
  /** The places that are looked at for a token, in their order. */
  readonly places: readonly TokenReader[]
}

/** What a requirement may refer to. */
export interface RequirementGround {
  /** Milliseconds; undefined where the token profile knows neither fresh tokens nor refresh JWTs. */
  readonly freshFor?: number | undefined
  /** Where tokens may stand. */
  readonly locations?: readonly TokenReader[]
}

/** A scope token (RFC 6749 section 3.3); safe inside a quoted challenge parameter as well. */
const SCOPE = /^[!#-[\]-~]+$/
const NAMES = [
  'scope',
  'maxAge',
  'amr',
  'acr',
  'via',
  'optional',
  'csrfToken',
  'authoritative',
  'passive',
  'fresh',
  'refresh',
  'locations',
] as const

/**
 * Resolves a requirement.
 *
 * @throws {ConfigError} For a member that is unknown or out of range, so that a misspelt guard fails when the route is
 * made and not open when it is called.
 */
export function resolveRequirement(
  requirement: Requirement = {},
  { freshFor, locations = [] }: RequirementGround = {},
): ResolvedRequirement {
  const given = readOptions('requirement', requirement, NAMES)
  // A member that is there and says nothing is a mistake, and must not open the route.
  const empty = Object.keys(requirement).find((name) => !Object.hasOwn(given, name))
  if (empty !== undefined) throw new ConfigError(`requirement.${empty}`, 'must not be undefined; leave it out')
  const fresh = readBoolean('requirement.fresh', given.fresh, false)
  const refresh = readBoolean('requirement.refresh', given.refresh, false)
  if (freshFor === undefined && (fresh || refresh)) {
    const option = fresh ? 'requirement.fresh' : 'requirement.refresh'
    throw new ConfigError(option, 'is for the profile "flaskJwtExtended"')
  }
  if (refresh && given.via === 'session') throw new ConfigError('requirement.refresh', 'excludes "via" "session"')
  const via = refresh ? 'bearer' : readChoice('requirement.via', given.via, ['bearer', 'session', 'either'], 'either')
  const use = refresh ? 'refresh' : 'access'
  const chosen = readPlaces(given.locations, locations)
  const resolved: ResolvedRequirement = {
    scopes: readSome('requirement.scope', typeof given.scope === 'string' ? given.scope.split(' ') : given.scope),
    maxAge: given.maxAge === undefined ? undefined : parseDuration('requirement.maxAge', given.maxAge),
    amr: readSome('requirement.amr', given.amr),
    acr: given.acr === undefined ? undefined : readTokens('requirement.acr', [given.acr])[0],
    via,
    optional: readBoolean('requirement.optional', given.optional, false),
    csrfToken: readBoolean('requirement.csrfToken', given.csrfToken, false),
    authoritative: readAuthoritative(given.authoritative),
    passive: readBoolean('requirement.passive', given.passive, false),
    fresh: fresh ? freshFor : undefined,
    use,
    places: via === 'session' ? [] : chosen.filter(({ holds }) => holds === 'either' || holds === use),
  }
  return Object.freeze(resolved)
}

/**
 * Reads a list of scopes, authentication methods or context classes.
 *
 * @throws {ConfigError} For anything but texts of printable ASCII characters without blanks, `"` and `\`.
 */
export function readTokens(path: string, values: unknown): readonly string[] {
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string' && SCOPE.test(value))) {
    throw new ConfigError(path, 'must be made of printable ASCII characters without blanks, " and \\')
  }
  return Object.freeze([...(values as string[])])
}

function readAuthoritative(value: unknown = false): ResolvedRequirement['authoritative'] {
  if (value === 'local' || typeof value === 'boolean') return value
  throw new ConfigError('requirement.authoritative', 'must be true, false or "local"')
}

function readPlaces(values: unknown, locations: readonly TokenReader[]): readonly TokenReader[] {
  if (values === undefined) return locations
  const isKnown = (value: unknown): boolean => locations.some(({ place }) => place === value)
  if (!Array.isArray(values) || values.length === 0 || !values.every(isKnown)) {
    throw new ConfigError('requirement.locations', 'must be a list of kinds of places that "tokens.locations" has')
  }
  return locations.filter(({ place }) => values.includes(place))
}

function readSome(path: string, values: unknown): readonly string[] {
  if (values === undefined) return Object.freeze([])
  const tokens = readTokens(path, values)
  if (tokens.length === 0) throw new ConfigError(path, 'must not be empty; leave it out')
  return tokens
}
