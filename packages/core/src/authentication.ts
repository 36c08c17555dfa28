/**
 * Who is asking, what a route requires, and why credentials were refused.
 *
 * @module
 */

import type { Duration } from './duration.ts'

/** The claims of a verified access token (RFC 7519 section 4, RFC 9068 section 2.2), frozen. */
export interface AccessTokenClaims {
  /** The issuer. Always there, unless `tokens.issuer` is null. */
  readonly iss?: string
  /** Whom the token is for. Always there, unless `tokens.audience` is null. */
  readonly aud?: string | readonly string[]
  /** The subject. */
  readonly sub: string
  /** NumericDate: seconds since the epoch. */
  readonly exp: number
  /** When it was issued, as a NumericDate. */
  readonly iat: number
  /** The id of this token. */
  readonly jti: string
  /** From when on it is good, as a NumericDate. */
  readonly nbf?: number
  /** The client that it was issued to (RFC 9068 section 2.2). */
  readonly client_id?: string
  /** The scopes that were granted, with blanks between them. */
  readonly scope?: string
  /** When the subject last proved its identity, as a NumericDate. */
  readonly auth_time?: number
  /** The authentication context class. */
  readonly acr?: string
  /** Authentication methods (RFC 8176). */
  readonly amr?: readonly string[]
  /** The public id of the session. */
  readonly sid?: string
  /** The subject's epoch that was read before its identity was checked; 0 when it is left out. A claim of this library's own. */
  readonly epoch?: number
  /** The application's own claims. */
  readonly [claim: string]: unknown
}

/** The authenticated party. Frozen, made anew for each request. */
export interface Principal<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /** The `sub` claim or the session's subject. Never an e-mail address unless the application chose it as its subject. */
  readonly subject: string
  /**
   * The issuer whose subject this is, where it is another one than this application (`tokens.trustedIssuers`): then `subject` is no id of
   * this application's users, and only both together name somebody. Undefined otherwise.
   */
  readonly issuer?: string
  /** The public id of the session, where there is one. Safe to show in a device list; opens nothing. */
  readonly sessionId?: string
  /** The public id of the API key that authenticated; undefined for everything else. */
  readonly keyId?: string
  /** What the credentials allow. */
  readonly scopes: readonly string[]
  /**
   * When the subject last proved its identity, in epoch milliseconds. For a bearer token: `auth_time`, else `iat`; 0 for a token of
   * `flaskJwtExtended` that was not fresh when it was issued. For an API key: when it was made.
   */
  readonly authenticatedAt: number
  /**
   * Until when a token of `flaskJwtExtended` counts as fresh, in epoch milliseconds: 0 for one that never was. Undefined for every other
   * credential.
   */
  readonly freshUntil?: number
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  /** The authentication context class; undefined when none was recorded. */
  readonly acr?: string
  /** The verified access token's claims; undefined when a session cookie or an API key authenticated. */
  readonly claims?: Claims
}

/**
 * Why credentials were refused. Stable; for events, logs and decisions in code. The client sees far less:
 * `createDenial` maps these to a handful of wire errors.
 */
export type RejectionCode =
  | 'credentials_malformed'
  | 'credentials_repeated'
  | 'credentials_ambiguous'
  | TokenRejectionCode
  | ApiKeyRejectionCode
  | 'session_unknown'
  | 'session_expired'
  | 'session_ambiguous'
  | 'session_undecodable'
  | 'cross_origin'
  | UserRejectionCode
  | 'csrf_missing'
  | 'csrf_mismatch'
  | RefreshRejectionCode

/** Why an API key was refused. */
export type ApiKeyRejectionCode = 'api_key_malformed' | 'api_key_unknown' | 'api_key_expired'

/** Why a genuine credential was refused when the user behind it was looked up. */
export type UserRejectionCode = 'user_gone' | 'user_disabled'

/** Why a refresh token was refused. `refresh_superseded` alone revokes nothing and means "ask again". */
export type RefreshRejectionCode =
  | 'refresh_unknown'
  | 'refresh_expired'
  | 'refresh_gone'
  | 'refresh_reused'
  | 'refresh_regressed'
  | 'refresh_user_gone'
  | 'refresh_user_disabled'
  | 'refresh_superseded'

/** Why an access token was refused. */
export type TokenRejectionCode =
  | 'token_malformed'
  | 'token_type'
  | 'token_key'
  | 'token_algorithm'
  | 'token_signature'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_issuer'
  | 'token_audience'
  | 'token_claim'
  | 'token_claims_refused'
  | 'token_revoked'

/** How the origin of one of the service's own pages differs from what is configured: in its scheme alone, or in its port as well or alone. */
export type OriginProblem = 'origin_scheme' | 'origin_port'

/** The outcome of looking at a request's credentials. "No credentials" is never the same as "bad credentials". */
export type Authentication<Claims extends AccessTokenClaims = AccessTokenClaims> =
  | { readonly status: 'authenticated'; readonly via: 'bearer' | 'session'; readonly principal: Principal<Claims> }
  | { readonly status: 'anonymous' }
  | {
      readonly status: 'rejected'
      readonly code: RejectionCode
      /** With `cross_origin`: the page is the service's own, under another scheme or port than its configuration says. */
      readonly problem?: OriginProblem
    }

/** What a route asks of its caller. An empty requirement asks for any authenticated caller. */
export interface Requirement {
  /** Scopes that must all be granted. Text is split at blanks (RFC 6749 section 3.3); compared exactly. */
  readonly scope?: string | readonly string[]
  /** The longest time since the subject last proved its identity, which an API key never does. Refused with the step-up challenge of RFC 9470. */
  readonly maxAge?: Duration
  /** Authentication methods that must all have been used. */
  readonly amr?: readonly string[]
  /** The authentication context class that must have been reached; compared exactly. */
  readonly acr?: string
  /** Look at this kind of credential only and ignore the other. Default: either, and both together are refused. */
  readonly via?: 'bearer' | 'session'
  /** Admits callers without credentials. Bad bearer tokens and cross-origin writes are refused all the same. Default false. */
  readonly optional?: boolean
  /**
   * The token must be fresh: of a login at most `tokens.freshFor` ago, or issued as `fresh`. For `flaskJwtExtended`; elsewhere say `maxAge`.
   * Refused as step-up is. Default false.
   */
  readonly fresh?: boolean
  /**
   * Looks for a token in these kinds of places alone, all of which `tokens.locations` has, such as `['header']`. What stands elsewhere is ignored.
   * Default: in all of `tokens.locations`.
   */
  readonly locations?: readonly ('header' | 'cookie' | 'insecureQuery' | 'insecureBody')[]
  /** Takes a refresh JWT of `flaskJwtExtended`, and no other credential. Default false. */
  readonly refresh?: boolean
  /**
   * Whether the stores are asked about an access token, which else is good until it expires. `true`: whether it was revoked, whether its
   * session lives, and whether the user may go on; the latter of a session cookie as well. `'local'`: whether it was revoked, by a copy of
   * the revocations that is at most `revocations.staleAfter` old. A store that is down is a 503. Default false.
   */
  readonly authoritative?: boolean | 'local'
  /**
   * Asks a request that may change state and rides on the session cookie for a CSRF token (`auth.csrfToken`) in the header
   * `X-CSRF-Token`, beside the check of its origin and never in its place. Default false.
   */
  readonly csrfToken?: boolean
  /** Does not count as activity: the session's idle timeout is not renewed. For polling. Default false. */
  readonly passive?: boolean
}
