/**
 * Verifying access tokens, of this issuer and of others that it trusts.
 *
 * @module
 */

import type { AccessTokenClaims, Principal, TokenRejectionCode, UserRejectionCode } from '../authentication.ts'
import { UnavailableError } from '../faults.ts'
import type { Runtime } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { isAlgorithmName } from './algorithm.ts'
import { checkClaims } from './claims-check.ts'
import { checkTimes, validateAccessTokenClaims } from './claims.ts'
import { isReservedClaim } from './custom-claims.ts'
import { parseCompactJws, type JwsHeader, type ParsedJws } from './jws.ts'
import type { TokenPolicy } from './options.ts'
import type { TokenUse } from './profile.ts'
import type { TokenIssuer } from './token-issuer.ts'
import type { TokenKey } from './token-key.ts'
import { copyText, createVerifiedCache } from './verified-cache.ts'

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

/** A token that was verified in full. */
interface Verified {
  readonly issuer: TokenIssuer
  readonly kid: string | undefined
  readonly key: TokenKey
  readonly use: TokenUse
  readonly claims: AccessTokenClaims
}

const MAX_HEADERS = 64

type Failure = Extract<VerifyResult, { readonly ok: false }>

/**
 * Creates the verification of tokens. What was verified is remembered by `policy.cache`; with every use of it the key, the
 * times and the application's own checks are judged anew.
 *
 * @param own The issuer of tokens that name no other one.
 * @param others By their `iss`.
 */
export function createVerify<Claims extends AccessTokenClaims>(
  policy: TokenPolicy,
  own: TokenIssuer,
  others: ReadonlyMap<string, TokenIssuer>,
  runtime: Runtime,
): (token: unknown, use?: TokenUse) => Promise<VerifyResult<Claims>> {
  const reserved = [...policy.profile.reserved, 'csrf']
  const asks = policy.schema !== undefined || policy.checkClaims !== undefined
  const isRegistered = (name: string): boolean => isReservedClaim(name, reserved)
  const cache = policy.cache && createVerifiedCache<Verified>(policy.cache)
  const headers = new Map<string, JwsHeader>()
  /** Checks of asymmetric signatures that are under way: the same token is checked once for all who ask meanwhile. */
  const flights = new Map<string, { readonly key: TokenKey; readonly verdict: Promise<boolean> }>()

  function checkSignature(token: string, jws: ParsedJws, key: TokenKey): boolean | Promise<boolean> {
    const flight = flights.get(token)
    if (flight?.key === key) return flight.verdict
    const verdict = key.verify(jws.input, jws.signature)
    if (typeof verdict === 'boolean') return verdict
    const land = (): void => void flights.delete(token)
    verdict.then(land, land)
    flights.set(token, { key, verdict })
    return verdict
  }

  function remember({ headerText, alg, kid, typ }: ParsedJws): void {
    headers.set(copyText(headerText), { alg, kid, typ })
  }

  async function verifyInFull(token: unknown, use: TokenUse): Promise<Verified | Failure> {
    const jws = parseCompactJws(token, headers)
    if (!jws.ok) return jws
    const { iss } = jws.claims
    const issuer = (typeof iss === 'string' ? others.get(iss) : undefined) ?? own
    const finding = reach(() => issuer.find(jws.kid))
    const key = finding instanceof Promise ? await finding : finding
    if (key === undefined || key.state === 'retired') return refuse('token_key')
    if (!isAlgorithmName(key.alg, jws.alg)) return refuse('token_algorithm')
    if (!issuer.policy.profile.accepts(jws.typ)) return refuse('token_type')
    const checking = reach(() => checkSignature(token as string, jws, key))
    if (!(checking instanceof Promise ? await checking : checking)) return refuse('token_signature')
    // Only headers of genuine tokens, so that no flood of others takes their place; there are as many as keys and algorithms.
    if (headers.size < MAX_HEADERS && !headers.has(jws.headerText)) remember(jws)
    const verdict = validateAccessTokenClaims(jws.claims, readClock(runtime), issuer.policy, use)
    if (!verdict.ok) return verdict
    const verified = { issuer, kid: jws.kid, key, use, claims: verdict.claims }
    cache?.set(token as string, verified)
    return verified
  }

  return async function verify(token, use = 'access') {
    let verified: Verified | Failure | undefined = typeof token === 'string' ? cache?.get(token) : undefined
    if (verified !== undefined) {
      const { issuer, kid, key, claims } = verified
      const finding = reach(() => issuer.find(kid))
      const found = finding instanceof Promise ? await finding : finding
      // Another key under the same id has to verify the token itself; so has a token for another use to be judged by it.
      if (found !== key || key.state === 'retired' || verified.use !== use) verified = undefined
      else {
        const failure = checkTimes(claims, readClock(runtime), issuer.policy, use)
        if (failure !== undefined) return failure
      }
    }
    verified ??= await verifyInFull(token, use)
    if ('ok' in verified) return verified
    const { issuer, claims: judged } = verified
    const checked = asks ? await checkClaims(judged, policy, isRegistered) : undefined
    if (checked?.ok === false) return checked
    // The application's own claims are of the type that its schema or, without one, it itself states.
    const claims = (checked?.claims ?? judged) as Claims
    return Object.freeze({ ok: true, claims, principal: toPrincipal(claims, issuer) })
  }
}

function toPrincipal<Claims extends AccessTokenClaims>(claims: Claims, issuer: TokenIssuer): Principal<Claims> {
  const { authenticatedAt, freshUntil } = issuer.policy.profile.freshnessOf(claims)
  return Object.freeze({
    subject: claims.sub,
    ...(issuer.foreign && { issuer: claims.iss }),
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    scopes: Object.freeze(claims.scope?.split(' ') ?? []),
    authenticatedAt,
    ...(freshUntil !== undefined && { freshUntil }),
    amr: claims.amr ?? Object.freeze([]),
    ...(claims.acr !== undefined && { acr: claims.acr }),
    claims,
  })
}

/**
 * Uses something that may be out of reach. What answers at once costs no promise.
 *
 * @throws {UnavailableError} With what it threw as the cause, or as it came.
 */
export function reach<Result>(use: () => Promise<Result> | Result): Promise<Result> | Result {
  try {
    const result = use()
    return result instanceof Promise ? result.catch(outOfReach) : result
  } catch (cause) {
    return outOfReach(cause)
  }
}

function outOfReach(cause: unknown): never {
  throw cause instanceof UnavailableError ? cause : new UnavailableError({ cause })
}

function refuse(code: TokenRejectionCode): Failure {
  return Object.freeze({ ok: false, code })
}
