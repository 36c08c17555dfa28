/**
 * What an application configures about its access tokens.
 *
 * @module
 */

import type { Duration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import { readChoice, readOptions } from '../options.ts'
import type { JsonValue } from '../json.ts'
import { readSchema, type StandardSchema } from '../standard-schema.ts'
import { createClaimsJudge, type ClaimsCheck, type ClaimsJudge } from './claims-check.ts'
import type { ClaimsPolicy } from './claims.ts'
import { FLASK_JWT_EXTENDED } from './flask-profile.ts'
import { ISSUER_DEFAULTS, readKeys, readLifetime, readSeconds, resolveIssuer } from './issuer-options.ts'
import { RFC9068, type ProfileName, type TokenProfile } from './profile.ts'
import { readText } from './text-options.ts'
import { isKeyring, type Keyring } from './token-key.ts'
import { resolveTrustedIssuers, type TrustedIssuer } from './trusted-issuers.ts'
import { readCacheOptions, type CacheBounds, type TokenCacheOptions } from './verified-cache.ts'
import type { TokenIssuer } from './token-issuer.ts'

/** Options of access tokens. Unknown members are refused. */
export interface TokenOptions<OwnClaims = unknown> {
  /**
   * How tokens stand on the wire, and how denials are phrased. `rfc9068`: `typ` is `at+jwt`. `flaskJwtExtended`: the tokens, statuses and
   * bodies of Flask-JWT-Extended 4, for a service that moves over from it. Default `rfc9068`.
   */
  readonly profile?: ProfileName
  /**
   * The `iss` of every token that is issued, and the only one that is accepted, byte for byte. Null, with `flaskJwtExtended` alone: tokens are
   * issued without it, and it is not looked at.
   */
  readonly issuer: string | null
  /**
   * The `aud` of tokens that are issued; a token is accepted when it names at least one of them. 1 to 20. Null, with `flaskJwtExtended`
   * alone: tokens are issued without it, and it is not looked at.
   */
  readonly audience: string | readonly string[] | null
  /**
   * How long an issued token lives: whole seconds, at most `maxLifetime`. Default `10m` (`15m` with `flaskJwtExtended`), or
   * `maxLifetime` if that is less.
   */
  readonly lifetime?: Duration
  /** The longest time from `iat` to `exp` that is accepted. At most 400 days. Default `1h`. */
  readonly maxLifetime?: Duration
  /** The tolerance for clocks that disagree. 0 to 60 seconds. Default `5s`. */
  readonly leeway?: Duration
  /** The `client_id` of issued tokens (RFC 9068 section 2.2); makes the claim required in others. Default: none. */
  readonly clientId?: string
  /** Claims that a token must have besides the standard ones, and not null. Default: none. */
  readonly requiredClaims?: readonly string[]
  /**
   * Judges the claims after everything else, and makes what it likes of the application's own: a schema of any library that
   * implements Standard Schema. It is given all claims; the standard ones stay as they were. It types `principal.claims`. Default: none.
   */
  readonly claims?: StandardSchema<unknown, OwnClaims>
  /**
   * The last word on a token whose claims hold: true, false, or the application's own code for why not. An answer of any other
   * kind is a `UsageError`, and an exception an `UnavailableError`: never "fine". Called for each request. Default: none.
   */
  readonly checkClaims?: ClaimsCheck
  /**
   * Gives claims for each token that is issued, for a login, a refresh or by hand, with the public id of the session that it belongs to; those of `issueAccessToken` itself come before. What
   * it throws is an `UnavailableError`. Default: none.
   */
  readonly addClaims?: (subject: string, sessionId: string | undefined) => IssuedClaims | Promise<IssuedClaims>
  /**
   * The keys, of `await createKeyring(...)`; or a function that gives the current ones, asked at every use, so that keys are rotated
   * without a restart. Default: HS256 keys that are derived from `secrets`.
   */
  readonly keys?: Keyring | (() => Keyring)
  /**
   * Other issuers whose access tokens are accepted as well. A token is of the issuer that its `iss` names, and only that one's keys
   * verify it. Default: none.
   */
  readonly trustedIssuers?: readonly TrustedIssuer[]
  /**
   * Remembers tokens that were verified, so that the same one again costs a comparison. What may have changed is judged anew each
   * time: the times, whether its key is still accepted, revocation, `checkClaims`. Refusals are never remembered. False turns it off. Default: 1,000 tokens.
   */
  readonly cache?: false | TokenCacheOptions
  /** The id of the key that verifies tokens which name none. For `flaskJwtExtended`. Default: the active key. */
  readonly unnamedKey?: string
  /** How long a refresh JWT lives, and the longest that is accepted. For `flaskJwtExtended`. Default `30d`. */
  readonly refreshLifetime?: Duration
  /** How long after a login its tokens count as fresh. For `flaskJwtExtended`. Default `15m`. */
  readonly freshFor?: Duration
}

/** An application's own claims, as JSON carries them. */
export interface IssuedClaims {
  readonly [claim: string]: JsonValue
}

/** Access token options as they are used. Frozen; durations in milliseconds. */
export interface TokenPolicy extends ClaimsPolicy {
  /** A multiple of 1,000. */
  readonly lifetime: number
  readonly keys: (() => Keyring) | undefined
  /** By their `iss`. */
  readonly trustedIssuers: ReadonlyMap<string, TokenIssuer>
  /** Undefined: nothing is remembered. */
  readonly cache: CacheBounds | undefined
  /** Undefined: the active one. */
  readonly unnamedKey: string | undefined
  /** Whole seconds, in milliseconds; undefined where the profile knows no freshness. */
  readonly freshFor: number | undefined
  /** The application's verdict on claims that hold; undefined where it is not asked. */
  readonly judge: ClaimsJudge | undefined
  readonly addClaims: ((subject: string, sessionId: string | undefined) => unknown) | undefined
  /** Whether tokens carry a `csrf` claim, for a double submit beside the cookie that they ride in. */
  readonly csrf: boolean
}

/** What access token options are called. */
export const TOKEN_OPTION_NAMES = [
  'profile',
  'issuer',
  'audience',
  'lifetime',
  'maxLifetime',
  'leeway',
  'clientId',
  'requiredClaims',
  'claims',
  'checkClaims',
  'addClaims',
  'keys',
  'trustedIssuers',
  'cache',
  'unnamedKey',
  'refreshLifetime',
  'freshFor',
] as const
const FLASK_ALONE = ['unnamedKey', 'refreshLifetime', 'freshFor'] as const

/**
 * Resolves access token options. Own members only.
 *
 * @throws {ConfigError} With a path such as `tokens.issuer`.
 */
export function resolveTokenOptions(input: unknown, { csrf = false }: { readonly csrf?: boolean } = {}): TokenPolicy {
  const given = readOptions('tokens', input, TOKEN_OPTION_NAMES)
  const isFlask =
    readChoice('tokens.profile', given.profile, ['rfc9068', 'flaskJwtExtended'], 'rfc9068') === 'flaskJwtExtended'
  const misplaced = isFlask ? undefined : FLASK_ALONE.find((name) => given[name] !== undefined)
  if (misplaced !== undefined) throw new ConfigError(`tokens.${misplaced}`, 'is for the profile "flaskJwtExtended"')
  const profile = isFlask ? FLASK_JWT_EXTENDED : RFC9068
  const own = resolveIssuer('tokens.', given, { ...ISSUER_DEFAULTS, profile, nullable: isFlask })
  return Object.freeze<TokenPolicy>({
    ...own,
    lifetime: readLifetime('tokens.', given.lifetime, own, isFlask ? 900_000 : undefined),
    refreshLifetime: readSeconds('tokens.refreshLifetime', given.refreshLifetime ?? '30d'),
    freshFor: isFlask ? readSeconds('tokens.freshFor', given.freshFor ?? '15m') : undefined,
    judge: readJudge(given, profile),
    addClaims: readFunction('tokens.addClaims', given.addClaims) as TokenPolicy['addClaims'],
    keys: given.keys === undefined ? undefined : readKeys('tokens.keys', given.keys, isKeyring),
    trustedIssuers: resolveTrustedIssuers(given.trustedIssuers, own),
    cache: readCacheOptions('tokens.cache', given.cache),
    unnamedKey: given.unnamedKey === undefined ? undefined : readText('tokens.unnamedKey', given.unnamedKey),
    csrf,
  })
}

function readJudge(
  given: { readonly claims?: unknown; readonly checkClaims?: unknown },
  profile: TokenProfile,
): ClaimsJudge | undefined {
  const schema = readSchema('tokens.claims', given.claims)
  const check = readFunction('tokens.checkClaims', given.checkClaims) as ClaimsCheck | undefined
  return createClaimsJudge({ schema, checkClaims: check }, [...profile.reserved, 'csrf'])
}

function readFunction(path: string, value: unknown): unknown {
  if (value !== undefined && typeof value !== 'function') throw new ConfigError(path, 'must be a function')
  return value
}
