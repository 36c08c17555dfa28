/**
 * What is said of an issuer, wherever its tokens are accepted.
 *
 * @module
 */

import { parseDuration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import { MAX_AUDIENCES, type ClaimsPolicy } from './claims.ts'
import type { TokenProfile } from './profile.ts'
import { readText, readTexts } from './text-options.ts'

/** The options, not yet checked. */
export type GivenIssuer = {
  readonly [
    Name in 'issuer' | 'audience' | 'types' | 'maxLifetime' | 'leeway' | 'clientId' | 'requiredClaims'
  ]?: unknown
}

/** What holds where the options say nothing. */
export interface IssuerDefaults extends Pick<ClaimsPolicy, 'profile' | 'maxLifetime' | 'leeway' | 'requiredClaims'> {
  readonly audience?: readonly string[] | null
  /** Whether issuer and audience may be null: not looked at. Default false. */
  readonly nullable?: boolean
}

const DEFAULT_LIFETIME = 600_000

/** What holds unless somebody says otherwise. */
export const ISSUER_DEFAULTS: Pick<IssuerDefaults, 'maxLifetime' | 'leeway' | 'requiredClaims'> = {
  maxLifetime: 3_600_000,
  leeway: 5_000,
  requiredClaims: [],
}

/**
 * Resolves what the claims of an issuer's tokens are judged by.
 *
 * @param at Where the options stand, with a dot at its end; empty for the root.
 * @throws {ConfigError} With a path such as `tokens.issuer`.
 */
export function resolveIssuer(
  at: string,
  given: GivenIssuer,
  { nullable = false, ...defaults }: IssuerDefaults,
): ClaimsPolicy {
  const { issuer, audience = defaults.audience, types, clientId, requiredClaims = defaults.requiredClaims } = given
  const maxLifetime =
    given.maxLifetime === undefined
      ? defaults.maxLifetime
      : parseDuration(`${at}maxLifetime`, given.maxLifetime, { min: 1_000 })
  const audiences = typeof audience === 'string' ? [audience] : audience
  return Object.freeze<ClaimsPolicy>({
    profile: types === undefined ? defaults.profile : withTypes(defaults.profile, `${at}types`, types),
    issuer: nullable && issuer === null ? null : readText(`${at}issuer`, issuer),
    audience:
      nullable && audiences === null ? null : readTexts(`${at}audience`, audiences, { min: 1, max: MAX_AUDIENCES }),
    maxLifetime,
    refreshLifetime: maxLifetime,
    leeway:
      given.leeway === undefined
        ? defaults.leeway
        : parseDuration(`${at}leeway`, given.leeway, { min: 0, max: 60_000 }),
    clientId: clientId === undefined ? undefined : readText(`${at}clientId`, clientId),
    requiredClaims: readTexts(`${at}requiredClaims`, requiredClaims, { min: 0, max: 100 }),
  })
}

/**
 * Reads a lifetime in whole seconds.
 *
 * @returns Milliseconds.
 * @throws {ConfigError} For `path`.
 */
export function readSeconds(path: string, value: unknown, max?: number): number {
  const milliseconds = parseDuration(path, value, max === undefined ? { min: 1_000 } : { min: 1_000, max })
  if (milliseconds % 1_000 !== 0) throw new ConfigError(path, 'must be a whole number of seconds')
  return milliseconds
}

/**
 * Reads how long issued tokens live. Default 10 minutes, or the longest lifetime if that is less.
 *
 * @returns Milliseconds, a multiple of 1,000.
 * @throws {ConfigError} With a path such as `tokens.lifetime`.
 */
export function readLifetime(
  at: string,
  value: unknown,
  { maxLifetime }: Pick<ClaimsPolicy, 'maxLifetime'>,
  fallback: number = DEFAULT_LIFETIME,
): number {
  const lifetime = value === undefined ? Math.min(fallback, maxLifetime) / 1_000 : value
  return readSeconds(`${at}lifetime`, lifetime, maxLifetime)
}

/**
 * Reads keys, or a function that gives the current ones.
 *
 * @param isKeys What keys there are. What a function gives is judged at each use (`askForKeys`).
 * @throws {ConfigError} For `path`.
 */
export function readKeys<Keys>(path: string, value: unknown, isKeys: (value: unknown) => value is Keys): () => Keys {
  if (typeof value === 'function') return value as () => Keys
  if (isKeys(value)) return () => value
  throw new ConfigError(path, 'must be keys, such as "await createKeyring(...)", or a function that gives them')
}

function withTypes(profile: TokenProfile, path: string, types: unknown): TokenProfile {
  const accepted = readTexts(path, types, { min: 1, max: 10 }).map((type) => type.toLowerCase())
  return Object.freeze({
    ...profile,
    accepts: (typ: string | undefined) => typ !== undefined && accepted.includes(typ),
  })
}
