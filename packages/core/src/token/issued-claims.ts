/**
 * The claims of a token that is to be issued.
 *
 * @module
 */

import { encodeBase64url } from '../base64url.ts'
import { parseDuration, type Duration } from '../duration.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import type { JsonValue } from '../json.ts'
import type { Runtime } from '../ports.ts'
import { copyCustomClaims } from './custom-claims.ts'
import type { TokenPolicy } from './options.ts'
import type { WireClaims } from './profile.ts'

/** What an issued token says besides its subject. */
export interface IssueOptions {
  /** The scopes that are granted (RFC 6749 section 3.3). Default: none. */
  readonly scopes?: readonly string[]
  /** How long the token lives: whole seconds, at most `tokens.maxLifetime`. Default `tokens.lifetime`. */
  readonly lifetime?: Duration
  /** Further claims. Names that the library writes are refused. Whoever holds the token can read them. */
  readonly claims?: { readonly [claim: string]: JsonValue }
  /** When the subject last proved its identity, in epoch milliseconds: `auth_time`, cut to the second. */
  readonly authenticatedAt?: number
  /** Authentication methods (RFC 8176). */
  readonly amr?: readonly string[]
  /** The authentication context class. */
  readonly acr?: string
  /** The public id of the session: `sid`. */
  readonly sessionId?: string
  /**
   * The subject's epoch (`auth.epochOf`), read before its identity was checked: the token ends with everything of the subject that stands below
   * a later one. Default: where `revocations` is configured read now, else 0. Not written when it is 0.
   */
  readonly epoch?: number
  /**
   * Whether the token is fresh: for as long as it lives, or for so long. For `flaskJwtExtended`. Default: for `tokens.freshFor` from
   * `authenticatedAt` on, where that is given; else false.
   */
  readonly fresh?: boolean | Duration
  /**
   * Issues a refresh JWT, which lives for `tokens.refreshLifetime`. For `flaskJwtExtended`: a service that moves over may go on with them. They
   * are not rotated and no theft of one is noticed; the refresh tokens of `auth.login` are, and it is. Default false.
   */
  readonly refresh?: boolean
}

/** What the claims of a token are made with. */
export interface IssueGround {
  /** Epoch milliseconds. */
  readonly now: number
  /** Makes a `jti`. */
  readonly newId: () => string
  readonly runtime: Pick<Runtime, 'randomBytes'>
}

const OPTIONS: ReadonlySet<string> = new Set<keyof IssueOptions>([
  'scopes',
  'lifetime',
  'claims',
  'authenticatedAt',
  'amr',
  'acr',
  'sessionId',
  'epoch',
  'fresh',
  'refresh',
])

/**
 * Makes the claims of a token. Whether they hold under the policy is the caller's to check.
 *
 * @returns A promise only where `tokens.addClaims` has to be asked.
 * @throws {UsageError} `argument` for an option out of range; `value_not_json` for a claim.
 * @throws {UnavailableError} With what `tokens.addClaims` threw as its cause.
 */
export function toIssuedClaims(
  subject: string,
  options: IssueOptions,
  policy: TokenPolicy,
  ground: IssueGround,
): WireClaims | Promise<WireClaims> {
  const checked = checkOptions(options, policy)
  if (policy.addClaims === undefined) return writeClaims(subject, checked, policy, ground)
  return addedClaims(subject, checked.sessionId, policy.addClaims).then((added) =>
    writeClaims(subject, checked, policy, ground, added),
  )
}

function writeClaims(
  subject: string,
  options: IssueOptions,
  policy: TokenPolicy,
  { now, newId, runtime }: IssueGround,
  added?: unknown,
): WireClaims {
  const { scopes = [], authenticatedAt, amr, acr, sessionId, epoch = 0, refresh = false } = options
  const { profile, issuer, audience, clientId } = policy
  const use = refresh ? 'refresh' : 'access'
  const reserved = policy.csrf ? [...profile.reserved, 'csrf'] : profile.reserved
  const iat = Math.floor(now / 1_000)
  const authTime = authenticatedAt === undefined ? undefined : Math.floor(authenticatedAt / 1_000)
  const claims: Record<string, unknown> = {
    ...(added !== undefined && copyCustomClaims(added, reserved)),
    ...(options.claims !== undefined && copyCustomClaims(options.claims, reserved)),
    ...profile.claimsOf({ use, iat, fresh: readFresh(options.fresh, iat, authTime, policy) }),
  }
  if (issuer !== null) claims['iss'] = issuer
  if (audience !== null) claims['aud'] = audience.length === 1 ? audience[0] : audience
  claims['sub'] = subject
  if (clientId !== undefined) claims['client_id'] = clientId
  claims['iat'] = iat
  claims['exp'] = iat + readLifetime(options.lifetime, refresh, policy) / 1_000
  claims['jti'] = newId()
  if (policy.csrf) claims['csrf'] = encodeBase64url(runtime.randomBytes(16))
  if (scopes.length > 0) claims['scope'] = scopes.join(' ')
  if (authTime !== undefined) claims['auth_time'] = authTime
  // A copy of it has no `toJSON`.
  if (amr !== undefined) claims['amr'] = [...amr]
  if (acr !== undefined) claims['acr'] = acr
  if (sessionId !== undefined) claims['sid'] = sessionId
  if (epoch !== 0) claims['epoch'] = epoch
  return claims
}

function checkOptions(options: IssueOptions, { freshFor }: TokenPolicy): IssueOptions {
  if (typeof options !== 'object' || options === null || Object.keys(options).some((name) => !OPTIONS.has(name))) {
    throw new UsageError('argument', 'An option of the token is not known')
  }
  const { scopes = [], amr, authenticatedAt, refresh, fresh } = options
  if (!isTexts(scopes) || scopes.some((scope) => scope.includes(' '))) {
    throw new UsageError('argument', 'Scopes are a list of texts without blanks')
  }
  if (amr !== undefined && !isTexts(amr)) throw new UsageError('argument', 'Authentication methods are a list of texts')
  if (authenticatedAt !== undefined && !Number.isSafeInteger(authenticatedAt)) {
    throw new UsageError('argument', 'The time of authentication is an integer of epoch milliseconds')
  }
  if (refresh !== undefined && typeof refresh !== 'boolean') {
    throw new UsageError('argument', 'Whether a token is for refreshing is true or false')
  }
  if (freshFor === undefined && (refresh !== undefined || fresh !== undefined)) {
    throw new UsageError('argument', 'Fresh tokens and refresh JWTs are of the profile "flaskJwtExtended"')
  }
  return options
}

async function addedClaims(
  subject: string,
  sessionId: string | undefined,
  addClaims: NonNullable<TokenPolicy['addClaims']>,
): Promise<unknown> {
  let added: unknown
  try {
    added = await addClaims(subject, sessionId)
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  // Nothing would be issued as "no claims", where the application meant to say something.
  if (added === undefined) throw new UsageError('argument', 'The option "tokens.addClaims" answered nothing')
  return added
}

function readFresh(
  fresh: IssueOptions['fresh'],
  iat: number,
  authTime: number | undefined,
  { freshFor }: TokenPolicy,
): boolean | number {
  if (typeof fresh === 'boolean') return fresh
  if (fresh !== undefined) return iat + readWholeSeconds(fresh, undefined, 'A token is fresh for whole seconds') / 1_000
  if (authTime === undefined || freshFor === undefined) return false
  const until = authTime + freshFor / 1_000
  return until > iat && until
}

function readLifetime(lifetime: Duration | undefined, refresh: boolean, policy: TokenPolicy): number {
  const max = refresh ? policy.refreshLifetime : policy.maxLifetime
  if (lifetime === undefined) return refresh ? max : policy.lifetime
  return readWholeSeconds(lifetime, max, 'A lifetime is whole seconds, at most "maxLifetime"')
}

function readWholeSeconds(duration: Duration, max: number | undefined, problem: string): number {
  try {
    const milliseconds = parseDuration('duration', duration, { min: 1_000, ...(max !== undefined && { max }) })
    if (milliseconds % 1_000 === 0) return milliseconds
  } catch {
    // The same fault, in the terms of this operation.
  }
  throw new UsageError('argument', problem)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '' && text.isWellFormed())
}
