/**
 * Access tokens (RFC 9068): issued and verified, without a store.
 *
 * @module
 */

import type { AccessTokenClaims, Principal, TokenRejectionCode, UserRejectionCode } from '../authentication.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import type { Runtime } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { checkSubject } from '../subject.ts'
import { isAlgorithmName } from './algorithm.ts'
import { checkClaims } from './claims-check.ts'
import { validateAccessTokenClaims } from './claims.ts'
import { isReservedClaim } from './custom-claims.ts'
import { toIssuedClaims, type IssueOptions } from './issued-claims.ts'
import { parseCompactJws, signJws } from './jws.ts'
import type { TokenPolicy } from './options.ts'
import type { TokenProfile, TokenUse } from './profile.ts'
import { isKeyring, type JsonWebKeySet, type Keyring, type TokenKey } from './token-key.ts'

export type { IssueOptions } from './issued-claims.ts'
export { resolveTokenOptions, type TokenOptions, type TokenPolicy } from './options.ts'

/**
 * The outcome of verifying: the claims and who they stand for, or why not. `claim` names the claim that failed; `reason` is the
 * code that `tokens.checkClaims` gave. Codes of users come from authoritative checks alone.
 */
export type VerifyResult<Claims extends AccessTokenClaims = AccessTokenClaims> =
  | { readonly ok: true; readonly claims: Claims; readonly principal: Principal<Claims> }
  | {
      readonly ok: false
      readonly code: TokenRejectionCode | UserRejectionCode
      readonly claim?: string
      readonly reason?: string
    }

/** Issues and verifies the access tokens of one issuer. Frozen. */
export interface AccessTokens<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /** The `iss` of the tokens that it issues; null where they have none. */
  readonly issuer: string | null
  /** How long an issued token lives by default, in milliseconds. */
  readonly lifetime: number
  /**
   * Issues a token, which this object would verify at the same moment.
   *
   * @throws {UsageError} `not_configured` without a signing key; `argument` for a subject or option out of range, an answer of
   * `tokens.addClaims` that is no object, a token that lacks one of `tokens.requiredClaims`, is longer than 8192 characters or has more than 256 members; `value_not_json` for a claim.
   * @throws {UnavailableError} When the clock, the key or `tokens.addClaims` does not answer.
   */
  issue(subject: string, options?: IssueOptions): Promise<string>
  /**
   * Verifies a token. Anything may be given; every refusal is a value. No store is asked, so a token stays good until it
   * expires.
   *
   * @param use What the token is presented for. Default `access`; `refresh` is for the refresh JWTs of `flaskJwtExtended`.
   * @returns Claims and principal are frozen to their depth, and the claims have no prototype. What a schema made of a claim is frozen
   * by the schema or not at all.
   * @throws {UnavailableError} When the clock, the key, `tokens.claims` or `tokens.checkClaims` does not answer, and only then.
   * @throws {UsageError} `argument` for an answer of the last two that is of the wrong kind.
   */
  verify(token: unknown, use?: TokenUse): Promise<VerifyResult<Claims>>
  /**
   * The public halves of the keys that verify these tokens now, for other services.
   *
   * @throws {UnavailableError} When the keys are out of reach.
   */
  publicJwks(): JsonWebKeySet
}

/**
 * Creates the access tokens of one issuer.
 *
 * @param keys Gives the current keys; asked at every use.
 */
export function createAccessTokens<Claims extends AccessTokenClaims>(
  policy: TokenPolicy,
  keys: () => Keyring,
  runtime: Runtime,
): AccessTokens<Claims> {
  const reserved = [...policy.profile.reserved, 'csrf']
  const asks = policy.schema !== undefined || policy.checkClaims !== undefined
  const isRegistered = (name: string): boolean => isReservedClaim(name, reserved)

  function ring(): Keyring {
    try {
      const current = keys()
      if (isKeyring(current)) return current
    } catch (error) {
      throw new UnavailableError({ cause: error })
    }
    throw new UnavailableError()
  }

  return Object.freeze<AccessTokens<Claims>>({
    issuer: policy.issuer,
    lifetime: policy.lifetime,
    async issue(subject, options = {}) {
      const key = ring().active
      const sign = key?.sign
      if (key === undefined || sign === undefined) {
        throw new UsageError('not_configured', 'Tokens cannot be issued without an active key')
      }
      const now = readClock(runtime)
      const claims = await toIssuedClaims(checkSubject(subject), options, policy, { now, runtime })
      if (!validateAccessTokenClaims(claims, now, policy, options.refresh === true ? 'refresh' : 'access').ok) {
        throw new UsageError(
          'argument',
          'The token would be refused: an option is out of range, or a required claim is missing',
        )
      }
      const token = await reach(() => signJws(claims, policy.profile.typ, key, sign))
      if (!parseCompactJws(token).ok) {
        throw new UsageError(
          'argument',
          'The token would be refused: it is too long, has too many members or ill-formed text',
        )
      }
      return token
    },

    async verify(token, use = 'access') {
      const jws = parseCompactJws(token)
      if (!jws.ok) return jws
      const key = findKey(jws.kid, ring(), policy)
      if (key === undefined || key.state === 'retired') return refuse('token_key')
      if (!isAlgorithmName(key.alg, jws.alg)) return refuse('token_algorithm')
      if (!policy.profile.accepts(jws.typ)) return refuse('token_type')
      if (!(await reach(() => key.verify(jws.input, jws.signature)))) return refuse('token_signature')
      const verdict = validateAccessTokenClaims(jws.claims, readClock(runtime), policy, use)
      if (!verdict.ok) return verdict
      const checked = asks ? await checkClaims(verdict.claims, policy, isRegistered) : verdict
      if (!checked.ok) return checked
      // The application's own claims are of the type that its schema or, without one, it itself states.
      const claims = checked.claims as Claims
      return Object.freeze({ ok: true, claims, principal: toPrincipal(claims, policy.profile) })
    },

    publicJwks: () => ring().publicJwks(),
  })
}

/** The key that a token names; where a profile lets it name none, the one that is configured for that. Never another one. */
function findKey(kid: string | undefined, keyring: Keyring, policy: TokenPolicy): TokenKey | undefined {
  if (kid !== undefined) return keyring.find(kid)
  if (!policy.profile.mayNameNoKey) return undefined
  return policy.unnamedKey === undefined ? keyring.active : keyring.find(policy.unnamedKey)
}

function toPrincipal<Claims extends AccessTokenClaims>(claims: Claims, profile: TokenProfile): Principal<Claims> {
  const { authenticatedAt, freshUntil } = profile.freshnessOf(claims)
  return Object.freeze({
    subject: claims.sub,
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    scopes: Object.freeze(claims.scope?.split(' ') ?? []),
    authenticatedAt,
    ...(freshUntil !== undefined && { freshUntil }),
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

function refuse(code: TokenRejectionCode): { readonly ok: false; readonly code: TokenRejectionCode } {
  return Object.freeze({ ok: false, code })
}
