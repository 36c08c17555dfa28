/**
 * Whether the claims of a token with a good signature hold, here and now. Pure: no clock, no promise.
 *
 * @module
 */

import type { AccessTokenClaims, TokenRejectionCode } from '../authentication.ts'
import { isSubject } from '../subject.ts'
import type { TokenProfile, TokenUse } from './profile.ts'

/** What claims are judged by. Durations in milliseconds. */
export interface ClaimsPolicy {
  /** Which claims say what. */
  readonly profile: TokenProfile
  /** The only issuer; compared byte for byte. Null: not looked at. */
  readonly issuer: string | null
  /** Ours; a token must name at least one of them, exactly. Null: not looked at. */
  readonly audience: readonly string[] | null
  /** The longest time from `iat` to `exp`. */
  readonly maxLifetime: number
  /** The same for a refresh token of the profile. */
  readonly refreshLifetime: number
  /** The clock tolerance, on both sides. */
  readonly leeway: number
  /** Makes `client_id` required. Its value is not compared: tokens of other clients are for the application to judge. */
  readonly clientId: string | undefined
  /** Claims that must be there besides, and not null. */
  readonly requiredClaims: readonly string[]
}

/** The verdict on claims. `claim` names the one that failed. */
export type ClaimsVerdict =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly code: TokenRejectionCode; readonly claim: string }

/** How many audiences one token may have. */
export const MAX_AUDIENCES = 20

/** The last second that ECMAScript can express as a date. */
const MAX_NUMERIC_DATE = 8.64e12
const SCOPES = /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/

type Claims = { readonly [name: string]: unknown }
type Failure = Extract<ClaimsVerdict, { readonly ok: false }>

/**
 * Validates the claims of an access token (RFC 7519 section 4.1, RFC 9068 section 2.2).
 *
 * Required: `iss`, `aud`, `sub`, `exp`, `iat`, `jti`, the profile's own, `client_id` where the policy has one, and `requiredClaims`. Types are checked
 * of these and of `nbf`, `auth_time`, `scope`, `acr`, `amr`, `sid`, `client_id`, `epoch`. Expired at exactly `exp` plus the leeway. A token that
 * is bound to a key of its sender (`cnf`) is refused: nothing here proves possession (RFC 9449 section 7.1). Other claims, such as
 * roles, are the application's: nothing about them is checked but presence.
 *
 * @param claims As parsed, without prototypes; the result holds the same object.
 * @param now Epoch milliseconds.
 * @param use What the token is presented for. A refresh token never passes for an access token, nor the reverse.
 */
export function validateAccessTokenClaims(
  claims: Claims,
  now: number,
  policy: ClaimsPolicy,
  use: TokenUse = 'access',
): ClaimsVerdict {
  return (
    checkParties(claims, policy) ??
    checkProfile(claims, policy, use) ??
    checkTypes(claims, policy) ??
    checkTimes(claims as unknown as AccessTokenClaims, now, policy, use) ??
    // Every member of AccessTokenClaims was checked above.
    Object.freeze({ ok: true, claims: claims as unknown as AccessTokenClaims })
  )
}

function checkParties(claims: Claims, { issuer, audience }: ClaimsPolicy): Failure | undefined {
  if (issuer !== null && claims['iss'] !== issuer) return refuse('token_issuer', 'iss')
  if (audience === null) return undefined
  const { aud } = claims
  if (typeof aud === 'string') return audience.includes(aud) ? undefined : refuse('token_audience', 'aud')
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : []
  if (audiences.length > MAX_AUDIENCES || !audiences.every((entry) => typeof entry === 'string')) {
    return refuse('token_audience', 'aud')
  }
  return audience.some((ours) => audiences.includes(ours)) ? undefined : refuse('token_audience', 'aud')
}

function checkProfile(claims: Claims, { profile }: ClaimsPolicy, use: TokenUse): Failure | undefined {
  const failure = profile.judge(claims, use)
  return failure && refuse(failure.code, failure.claim)
}

function checkTypes(claims: Claims, { clientId, requiredClaims }: ClaimsPolicy): Failure | undefined {
  // JSON has no undefined: what is undefined is not there.
  const { cnf, sub, jti, exp, iat, nbf, auth_time: authTime, client_id: client, acr, sid, scope, amr, epoch } = claims
  if (cnf !== undefined) return refuse('token_claim', 'cnf')
  if (!isSubject(sub)) return refuse('token_claim', 'sub')
  if (!isText(jti) || jti.length > 255) return refuse('token_claim', 'jti')
  if (!isNumericDate(exp)) return refuse('token_claim', 'exp')
  if (!isNumericDate(iat)) return refuse('token_claim', 'iat')
  if (nbf !== undefined && !isNumericDate(nbf)) return refuse('token_claim', 'nbf')
  if (authTime !== undefined && !isNumericDate(authTime)) return refuse('token_claim', 'auth_time')
  if (client !== undefined && !isText(client)) return refuse('token_claim', 'client_id')
  if (acr !== undefined && !isText(acr)) return refuse('token_claim', 'acr')
  if (sid !== undefined && !isText(sid)) return refuse('token_claim', 'sid')
  if (epoch !== undefined && !(Number.isSafeInteger(epoch) && (epoch as number) >= 0))
    return refuse('token_claim', 'epoch')
  if (scope !== undefined && !(typeof scope === 'string' && SCOPES.test(scope))) return refuse('token_claim', 'scope')
  if (amr !== undefined && !(Array.isArray(amr) && amr.every(isText))) return refuse('token_claim', 'amr')
  const required = clientId === undefined ? requiredClaims : ['client_id', ...requiredClaims]
  const missing = required.find((name) => !Object.hasOwn(claims, name) || claims[name] == null)
  return missing === undefined ? undefined : refuse('token_claim', missing)
}

/**
 * Judges the times of claims whose types were checked: all that can change about them while a token is remembered.
 *
 * @returns Undefined when they hold.
 */
export function checkTimes(
  claims: AccessTokenClaims,
  now: number,
  { leeway, maxLifetime, refreshLifetime }: Pick<ClaimsPolicy, 'leeway' | 'maxLifetime' | 'refreshLifetime'>,
  use: TokenUse,
): Extract<ClaimsVerdict, { readonly ok: false }> | undefined {
  const { exp, iat, nbf, auth_time: authTime } = claims
  if (now >= exp * 1_000 + leeway) return refuse('token_expired', 'exp')
  if (iat * 1_000 > now + leeway) return refuse('token_not_yet_valid', 'iat')
  if (exp <= iat || (exp - iat) * 1_000 > (use === 'refresh' ? refreshLifetime : maxLifetime))
    return refuse('token_claim', 'exp')
  if (nbf !== undefined && nbf >= exp) return refuse('token_claim', 'nbf')
  if (nbf !== undefined && nbf * 1_000 > now + leeway) return refuse('token_not_yet_valid', 'nbf')
  // A login in the future would pass every limit on its age.
  if (authTime !== undefined && authTime * 1_000 > now + leeway) return refuse('token_claim', 'auth_time')
  return undefined
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function refuse(code: TokenRejectionCode, claim: string): Failure {
  return Object.freeze({ ok: false, code, claim })
}
