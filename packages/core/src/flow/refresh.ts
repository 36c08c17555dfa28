/**
 * Exchanging a refresh token.
 *
 * @module
 */

import type { AccessTokenClaims, RefreshRejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { readClock } from '../runtime.ts'
import { refreshSession } from '../session/refreshing.ts'
import { engineOf } from './exchange.ts'
import { issueTokens, type TokenResponse } from './token-response.ts'
import { checkUser } from './user-check.ts'

/** The outcome of a refresh. A denial is to be sent as it is. `rotated`: the refresh token in the answer is a new one. */
export type RefreshResult =
  | { readonly ok: true; readonly tokens: TokenResponse; readonly rotated: boolean }
  | { readonly ok: false; readonly code: RefreshRejectionCode; readonly denial: Denial }

type RefreshConfig = Config<unknown, AccessTokenClaims>

/**
 * Exchanges a refresh token for a new access token and, once a window, a new refresh token.
 *
 * The session's scopes are never widened. Where `users` is configured, a user who is gone or disabled ends the session. A token that was used
 * before ends the session as well, unless it is the retry of an answer that was lost or of a race between tabs: see
 * `sessions.reuseWindow` and `sessions.reuse`. An unknown or malformed token revokes nothing.
 *
 * @param token As the client sent it; anything may be given.
 * @throws {UsageError} `not_configured` without `sessions` and `tokens`.
 * @throws {UnavailableError} When the store, the lookup or the key is out of reach. The same exchange may be asked for again.
 */
export async function refresh(config: RefreshConfig, token: unknown): Promise<RefreshResult> {
  const arrivedAt = readClock(config.runtime)
  const engine = engineOf(config)
  if (typeof token !== 'string') return refuse(config, 'refresh_unknown')
  const proof = await engine.prove(token)
  if (proof.status !== 'genuine') return refuse(config, `refresh_${proof.status}`)
  const refused = await checkUser(config, proof.record.subject ?? '')
  if (refused !== undefined) {
    await engine.destroy(proof.record)
    return refuse(config, `refresh_${refused}`)
  }
  const { policy } = proof
  const { runtime, emit } = config
  const outcome = await refreshSession(proof, arrivedAt, { engine, policy, now: () => readClock(runtime), emit })
  if (outcome.status === 'superseded') return refuse(config, 'refresh_superseded')
  if (outcome.status === 'ended') return refuse(config, `refresh_${outcome.why}`)
  return { ok: true, tokens: await issueTokens(config, outcome.record), rotated: outcome.rotated }
}

/**
 * Ends the session of a refresh token: the logout of an API client. Any genuine token of the session will do, also one that was
 * exchanged before. Idempotent.
 *
 * @param token As the client sent it; anything may be given.
 * @returns Whether a live session was ended.
 * @throws {UnavailableError} When the store is out of reach: the session lives on.
 */
export async function revokeRefreshToken(config: RefreshConfig, token: unknown): Promise<boolean> {
  const engine = engineOf(config)
  if (typeof token !== 'string') return false
  const proof = await engine.prove(token)
  return proof.status !== 'unknown' && engine.destroy(proof.record)
}

function refuse(config: RefreshConfig, code: RefreshRejectionCode): RefreshResult {
  config.emit({ type: 'rejected', code })
  return { ok: false, code, denial: createDenial({ code }, config.challenge) }
}
