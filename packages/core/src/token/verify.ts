/**
 * Verifying access tokens, of this issuer and of others that it trusts.
 *
 * @module
 */

import { after } from '../after.ts'
import { copyText } from '../copy-text.ts'
import type { AccessTokenClaims, Principal, TokenRejectionCode, UserRejectionCode } from '../authentication.ts'
import { UnavailableError } from '../faults.ts'
import type { Runtime } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { isAlgorithmName } from './algorithm-name.ts'
import { checkTimes, validateAccessTokenClaims } from './claims.ts'
import { parseCompactJws, type JwsHeader, type ParsedJws } from './jws.ts'
import type { TokenPolicy } from './options.ts'
import type { TokenUse } from './profile.ts'
import { harden } from './strict-json.ts'
import type { TokenIssuer } from './token-issuer.ts'
import type { TokenKey } from './token-key.ts'
import { createVerifiedCache, tailOf } from './verified-cache.ts'

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

/** A token that was verified in full, and what it was verified by. Frozen claims; the result is what is answered where the application is not asked. */
interface Verified<Claims extends AccessTokenClaims> {
  readonly ok: true
  readonly issuer: TokenIssuer
  readonly kid: string | undefined
  readonly key: TokenKey
  readonly use: TokenUse
  readonly result: Success<Claims>
}

/** The check of a signature that is under way. */
interface Flight {
  readonly token: string
  readonly key: TokenKey
  readonly verdict: Promise<boolean>
}

const MAX_HEADERS = 64

type Success<Claims extends AccessTokenClaims> = Extract<VerifyResult<Claims>, { readonly ok: true }>
type Failure = Extract<VerifyResult, { readonly ok: false }>
const NONE: readonly string[] = Object.freeze([])

/**
 * Creates the verification of tokens. What was verified is remembered by `policy.cache`; with every use of it the key, the
 * times and the application's own checks are judged anew.
 *
 * @param own The issuer of tokens that name no other one.
 * @param others By their `iss`.
 */
export function createVerify<Claims extends AccessTokenClaims>(
  policy: Pick<TokenPolicy, 'cache' | 'judge'>,
  own: TokenIssuer,
  others: ReadonlyMap<string, TokenIssuer>,
  runtime: Runtime,
): (token: unknown, use?: TokenUse) => Promise<VerifyResult<Claims>> {
  type Outcome = Verified<Claims> | Failure
  const { judge } = policy
  const cache = policy.cache && createVerifiedCache<Verified<Claims>>(policy.cache)
  const headers = new Map<string, JwsHeader>()
  /** Checks of asymmetric signatures that are under way: the same token is checked once for all who ask meanwhile. */
  const flights = new Map<string, Flight>()

  function checkSignature(token: string, jws: ParsedJws, key: TokenKey): boolean | Promise<boolean> {
    const tail = tailOf(token)
    const flight = flights.get(tail)
    if (flight?.token === token && flight.key === key) return flight.verdict
    const verdict = key.verify(jws.input, jws.signature)
    if (typeof verdict === 'boolean') return verdict
    const land = (): void => void flights.delete(tail)
    verdict.then(land, land)
    flights.set(tail, { token, key, verdict })
    return verdict
  }

  function verifyInFull(token: unknown, use: TokenUse): Outcome | Promise<Outcome> {
    const jws = parseCompactJws(token, headers)
    if (!jws.ok) return jws
    const { iss } = jws.claims
    const issuer = (typeof iss === 'string' ? others.get(iss) : undefined) ?? own
    return after(
      reach(() => issuer.find(jws.header.kid)),
      (key) => {
        if (key === undefined || key.state === 'retired') return refuse('token_key')
        if (!isAlgorithmName(key.alg, jws.header.alg)) return refuse('token_algorithm')
        if (!issuer.policy.profile.accepts(jws.header.typ)) return refuse('token_type')
        return after(
          reach(() => checkSignature(token as string, jws, key)),
          (genuine) => (genuine ? accept(token as string, jws, { issuer, key, use }) : refuse('token_signature')),
        )
      },
    )
  }

  /** Judges the claims of a token whose signature is good. */
  function accept(
    token: string,
    jws: ParsedJws,
    { issuer, key, use }: Pick<Verified<Claims>, 'issuer' | 'key' | 'use'>,
  ): Outcome {
    // Only headers of genuine tokens, so that no flood of others takes their place; there are as many as keys and algorithms.
    if (jws.newHeader !== undefined && headers.size < MAX_HEADERS) headers.set(copyText(jws.newHeader), jws.header)
    const verdict = validateAccessTokenClaims(harden(jws.claims), readClock(runtime), issuer.policy, use)
    if (!verdict.ok) return verdict
    // The application's own claims are of the type that, without a schema, it itself states.
    const result = toResult(verdict.claims as Claims, issuer)
    const verified: Verified<Claims> = { ok: true, issuer, kid: jws.header.kid, key, use, result }
    cache?.set(token, verified)
    return verified
  }

  /** Judges anew what may have changed about a token that was verified before. Undefined: it has to be verified in full. */
  function recheck(verified: Verified<Claims>, use: TokenUse): Outcome | undefined | Promise<Outcome | undefined> {
    const { issuer, kid, key, result } = verified
    return after(
      reach(() => issuer.find(kid)),
      (found) => {
        // Another key under the same id has to verify the token itself; so has a token for another use to be judged by it.
        if (found !== key || key.state === 'retired' || verified.use !== use) return undefined
        return checkTimes(result.claims, readClock(runtime), issuer.policy, use) ?? verified
      },
    )
  }

  async function askApplication(
    { issuer, result }: Verified<Claims>,
    ask: NonNullable<typeof judge>,
  ): Promise<VerifyResult<Claims>> {
    const checked = await ask(result.claims)
    if (!checked.ok) return checked
    // And with one, of the type that the schema states.
    return checked.claims === result.claims ? result : toResult(checked.claims as Claims, issuer)
  }

  return async function verify(token, use = 'access') {
    const known = typeof token === 'string' ? cache?.get(token) : undefined
    const rechecking = known && recheck(known, use)
    const still = rechecking instanceof Promise ? await rechecking : rechecking
    const verifying = still ?? verifyInFull(token, use)
    const outcome = verifying instanceof Promise ? await verifying : verifying
    if (!outcome.ok) return outcome
    if (judge !== undefined) return askApplication(outcome, judge)
    return outcome === known ? again(outcome.result) : outcome.result
  }
}

function toResult<Claims extends AccessTokenClaims>(claims: Claims, issuer: TokenIssuer): Success<Claims> {
  return Object.freeze({ ok: true, claims, principal: toPrincipal(claims, issuer) })
}

/** The same result for another request, which has a principal of its own. */
function again<Claims extends AccessTokenClaims>({ claims, principal }: Success<Claims>): Success<Claims> {
  return Object.freeze({ ok: true, claims, principal: Object.freeze({ ...principal }) })
}

function toPrincipal<Claims extends AccessTokenClaims>(claims: Claims, issuer: TokenIssuer): Principal<Claims> {
  const { authenticatedAt, freshUntil } = issuer.policy.profile.freshnessOf(claims)
  return Object.freeze({
    subject: claims.sub,
    ...(issuer.foreign && { issuer: claims.iss }),
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    scopes: claims.scope === undefined ? NONE : Object.freeze(claims.scope.split(' ')),
    authenticatedAt,
    ...(freshUntil !== undefined && { freshUntil }),
    amr: claims.amr ?? NONE,
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
