/**
 * Ending sessions and tokens before their time, in every store that has to know.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import { checkSubject, isSubject } from '../subject.ts'
import type { TokenRevocations } from '../token/revocations.ts'
import { verifyAnyToken } from './any-token.ts'
import { engineOf } from './exchange.ts'

/** An access token by its claims, where the text of it is not at hand. Without `iss` it is one of this service's own. */
export type RevocableToken = Pick<AccessTokenClaims, 'iss' | 'jti' | 'sub' | 'exp'>

type RevokeConfig = Pick<Config<unknown, AccessTokenClaims>, 'sessions' | 'revocations' | 'tokens'>

/** So often two cut-offs of one subject may get in each other's way. */
const MAX_ATTEMPTS = 20

/**
 * Revokes one access token, or one refresh JWT of `flaskJwtExtended`: routes that ask refuse it from now on. Idempotent.
 *
 * @param token Its text, of which anything may be given, or its claims, which must be those of a genuine token.
 * @returns True: it was good until now. False also for what is no token that would be accepted.
 * @throws {UsageError} `not_configured` without `revocations`; `argument` for claims out of range.
 * @throws {UnavailableError} When the store is out of reach: the token lives on.
 */
export async function revokeAccessToken(config: RevokeConfig, token: unknown): Promise<boolean> {
  const { revocations, tokens } = config
  if (revocations === undefined || tokens === undefined) throw notConfigured()
  if (typeof token === 'object' && token !== null) return revocations.revokeToken(checkClaims(token))
  const verified = await verifyAnyToken(tokens, token)
  return verified !== undefined && revocations.revokeToken(verified.claims)
}

/**
 * Ends all sessions of a subject, all but `except`, and every access token that was issued for them or before.
 *
 * The sessions' epoch goes up first, and then that of the tokens, to the same number: a token carries the epoch of its session, so that
 * each is on one side of the cut, whatever was under way. Who calls again after a failure finishes what was begun.
 *
 * @returns How many sessions were alive; 0 where nobody counts them.
 * @throws {UsageError} `not_configured` without `sessions` and `revocations`; `argument`.
 * @throws {UnavailableError} When a store is out of reach.
 */
export async function revokeAllSessions(
  config: RevokeConfig,
  subject: string,
  except: string | undefined,
): Promise<number> {
  const { sessions, revocations } = config
  checkSubject(subject)
  if (revocations === undefined) return engineOf(config).revokeAll(subject, except)
  if (sessions === undefined) {
    await revocations.revokeSubject(subject, except === undefined ? {} : { except })
    return 0
  }
  let ended = 0
  let behind: number | undefined
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    ended += await sessions.revokeAll(subject, except, behind)
    const epoch = await sessions.epochOf(subject)
    // Sealed sessions may be revoked in the same store, and then the tokens are by now.
    if (sessions.credentialHoldsRecord && (await revocations.epochOf(subject)) === epoch) return ended
    // An exception that another cut-off has ended meanwhile is none.
    const spared = except !== undefined && (await isAlive(config, subject, except)) ? { except } : {}
    await revocations.revokeSubject(subject, { ...spared, epoch })
    // Two at once may have lifted it past that of the sessions, whose new tokens would be below it. Then the sessions follow.
    behind = await revocations.epochOf(subject)
    if (behind <= (await sessions.epochOf(subject))) return ended
    behind += 1
  }
  throw new UnavailableError()
}

/** The epoch that is to be read before a subject's identity is checked. */
export async function epochOf(config: RevokeConfig, subject: string): Promise<number> {
  checkSubject(subject)
  const { sessions, revocations } = config
  if (sessions === undefined && revocations !== undefined) return revocations.epochOf(subject)
  return engineOf(config).epochOf(subject)
}

/** The epoch of a token that is issued now; undefined where nobody would look at it. */
export function epochOfNewToken(config: RevokeConfig, subject: string): Promise<number> | undefined {
  const { sessions, revocations } = config
  if (revocations === undefined || !isSubject(subject)) return undefined
  // Sealed sessions may have no epoch of their own.
  return sessions === undefined || sessions.credentialHoldsRecord
    ? revocations.epochOf(subject)
    : sessions.epochOf(subject)
}

/** Clears away what is dead, in every store, at most `limit` in each; returns how much. */
export async function sweep(config: Pick<RevokeConfig, 'sessions' | 'revocations'>, limit: number): Promise<number> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100_000) {
    throw new UsageError('argument', 'A sweep takes a limit from 1 to 100,000')
  }
  const { sessions, revocations } = config
  if (sessions === undefined && revocations !== undefined) return revocations.sweep(limit)
  return (await engineOf(config).sweep(limit)) + ((await revocations?.sweep(limit)) ?? 0)
}

async function isAlive({ sessions }: RevokeConfig, subject: string, id: string): Promise<boolean> {
  // Whether a sealed session lives, its own store of revocations knows, by the same rule as ours.
  return sessions === undefined || sessions.credentialHoldsRecord || (await sessions.find(subject, id)) !== null
}

function checkClaims(
  token: Partial<Record<keyof RevocableToken, unknown>>,
): Parameters<TokenRevocations['revokeToken']>[0] {
  const { iss, jti, sub, exp } = token
  const isId = typeof jti === 'string' && jti !== '' && jti.length <= 255
  const isIssuer = iss === undefined || typeof iss === 'string'
  if (!isId || !isIssuer || !isSubject(sub) || typeof exp !== 'number' || !(exp >= 0 && exp <= 8.64e12)) {
    throw new UsageError('argument', 'A token is revoked by its text, or by its claims "iss", "jti", "sub" and "exp"')
  }
  return { jti, sub, exp, ...(iss !== undefined && { iss }) }
}

function notConfigured(): UsageError {
  return new UsageError('not_configured', 'The options "tokens" and "revocations" are not configured')
}
