/**
 * Access tokens (RFC 9068): issued and verified, without a store.
 *
 * @module
 */

import type { AccessTokenClaims, Principal, TokenRejectionCode } from '../authentication.ts'
import { encodeBase64url } from '../base64url.ts'
import { parseDuration, type Duration } from '../duration.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import type { JsonValue } from '../json.ts'
import type { Runtime } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { checkSubject } from '../subject.ts'
import { validateAccessTokenClaims } from './claims.ts'
import { copyCustomClaims } from './custom-claims.ts'
import { parseCompactJws, signJws, verifyJws } from './jws.ts'
import type { Keyring } from './keyring.ts'
import type { TokenPolicy } from './options.ts'

export { resolveTokenOptions, type TokenOptions, type TokenPolicy } from './options.ts'

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
}

/** The outcome of verifying: the claims and who they stand for, or why not. `claim` names the claim that failed. */
export type VerifyResult<Claims extends AccessTokenClaims = AccessTokenClaims> =
  | { readonly ok: true; readonly claims: Claims; readonly principal: Principal<Claims> }
  | { readonly ok: false; readonly code: TokenRejectionCode; readonly claim?: string }

/** Issues and verifies the access tokens of one issuer. Frozen. */
export interface AccessTokens<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /** How long an issued token lives by default, in milliseconds. */
  readonly lifetime: number
  /**
   * Issues a token, which this object would verify at the same moment.
   *
   * @throws {UsageError} `not_configured` without a signing key; `argument` for a subject or option out of range, a token that
   * lacks one of `tokens.requiredClaims`, is longer than 8192 characters or has more than 256 members; `value_not_json` for a claim.
   * @throws {UnavailableError} When the clock or the key does not answer.
   */
  issue(subject: string, options?: IssueOptions): Promise<string>
  /**
   * Verifies a token. Anything may be given; every refusal is a value. No store is asked, so a token stays good until it
   * expires.
   *
   * @returns Claims and principal are frozen to their depth, and the claims have no prototype.
   * @throws {UnavailableError} When the clock or the key does not answer, and only then.
   */
  verify(token: unknown): Promise<VerifyResult<Claims>>
}

/** The type of RFC 9068 section 2.1: no other kind of token passes for an access token. */
const TYPE = 'at+jwt'
const OPTIONS: ReadonlySet<string> = new Set<keyof IssueOptions>([
  'scopes',
  'lifetime',
  'claims',
  'authenticatedAt',
  'amr',
  'acr',
  'sessionId',
])

/** Creates the access tokens of one issuer. */
export function createAccessTokens<Claims extends AccessTokenClaims>(
  policy: TokenPolicy,
  keyring: Keyring,
  runtime: Runtime,
): AccessTokens<Claims> {
  return Object.freeze<AccessTokens<Claims>>({
    lifetime: policy.lifetime,
    async issue(subject, options = {}) {
      const key = keyring.active
      const signing = key && (await reach(() => key.signingKey()))
      if (key === undefined || signing === undefined) {
        throw new UsageError('not_configured', 'Tokens cannot be issued without an active key')
      }
      const now = readClock(runtime)
      const claims = toClaims(checkSubject(subject), options, policy, now, encodeBase64url(runtime.randomBytes(16)))
      if (!validateAccessTokenClaims(claims, now, policy).ok) {
        throw new UsageError(
          'argument',
          'The token would be refused: an option is out of range, or a required claim is missing',
        )
      }
      const token = await reach(() => signJws(claims, { alg: key.alg, typ: TYPE, kid: key.kid }, signing))
      if (!parseCompactJws(token).ok) {
        throw new UsageError(
          'argument',
          'The token would be refused: it is too long, has too many members or ill-formed text',
        )
      }
      return token
    },

    async verify(token) {
      const jws = parseCompactJws(token)
      if (!jws.ok) return jws
      const key = keyring.find(jws.kid)
      if (key === undefined || key.state === 'retired') return refuse('token_key')
      if (jws.alg !== key.alg) return refuse('token_algorithm')
      if (jws.typ !== TYPE) return refuse('token_type')
      const verifying = await reach(() => key.verificationKey())
      if (!(await verifyJws(jws, verifying, key.alg))) return refuse('token_signature')
      const verdict = validateAccessTokenClaims(jws.claims, readClock(runtime), policy)
      if (!verdict.ok) return verdict
      // The application's own claims are of the type that it states, not of one that was checked.
      const claims = verdict.claims as Claims
      return Object.freeze({ ok: true, claims, principal: toPrincipal(claims) })
    },
  })
}

function toClaims(
  subject: string,
  options: IssueOptions,
  policy: TokenPolicy,
  now: number,
  jti: string,
): Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Object.keys(options).some((name) => !OPTIONS.has(name))) {
    throw new UsageError('argument', 'An option of the token is not known')
  }
  const { scopes = [], authenticatedAt, amr, acr, sessionId } = options
  if (!isTexts(scopes) || scopes.some((scope) => scope.includes(' '))) {
    throw new UsageError('argument', 'Scopes are a list of texts without blanks')
  }
  if (amr !== undefined && !isTexts(amr)) throw new UsageError('argument', 'Authentication methods are a list of texts')
  if (authenticatedAt !== undefined && !Number.isSafeInteger(authenticatedAt)) {
    throw new UsageError('argument', 'The time of authentication is an integer of epoch milliseconds')
  }
  const iat = Math.floor(now / 1_000)
  return {
    ...copyCustomClaims(options.claims),
    iss: policy.issuer,
    aud: policy.audience.length === 1 ? policy.audience[0] : policy.audience,
    sub: subject,
    ...(policy.clientId !== undefined && { client_id: policy.clientId }),
    iat,
    exp: iat + readLifetime(options.lifetime, policy) / 1_000,
    jti,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(authenticatedAt !== undefined && { auth_time: Math.floor(authenticatedAt / 1_000) }),
    ...(amr !== undefined && { amr }),
    ...(acr !== undefined && { acr }),
    ...(sessionId !== undefined && { sid: sessionId }),
  }
}

function readLifetime(lifetime: Duration | undefined, policy: TokenPolicy): number {
  if (lifetime === undefined) return policy.lifetime
  try {
    const milliseconds = parseDuration('lifetime', lifetime, { min: 1_000, max: policy.maxLifetime })
    if (milliseconds % 1_000 === 0) return milliseconds
  } catch {
    // The same fault, in the terms of this operation.
  }
  throw new UsageError('argument', 'A lifetime is whole seconds, at most "tokens.maxLifetime"')
}

function toPrincipal<Claims extends AccessTokenClaims>(claims: Claims): Principal<Claims> {
  return Object.freeze({
    subject: claims.sub,
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    scopes: Object.freeze(claims.scope?.split(' ') ?? []),
    authenticatedAt: (claims.auth_time ?? claims.iat) * 1_000,
    amr: claims.amr ?? Object.freeze([]),
    ...(claims.acr !== undefined && { acr: claims.acr }),
    claims,
  })
}

async function reach<Result>(use: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await use()
  } catch (error) {
    throw new UnavailableError({ cause: error })
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '' && text.isWellFormed())
}

function refuse(code: TokenRejectionCode): { readonly ok: false; readonly code: TokenRejectionCode } {
  return Object.freeze({ ok: false, code })
}
