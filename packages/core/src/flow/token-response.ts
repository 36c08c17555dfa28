/**
 * What an API client gets when it logs in or refreshes.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import type { SessionRecord } from '../ports.ts'
import { engineOf } from './exchange.ts'

/** The body of RFC 6749 section 5.1, to be sent as JSON with `Cache-Control: no-store`. */
export interface TokenResponse {
  /** A new access token, whose `sid` is the session's public id. */
  readonly access_token: string
  /** How the access token is presented. */
  readonly token_type: 'Bearer'
  /** How long the access token lives, in seconds. */
  readonly expires_in: number
  /** What the client presents to get the next ones. Whoever holds it is the session: it is to be kept like a password. */
  readonly refresh_token: string
  /** The scopes that were granted; left out when there are none. */
  readonly scope?: string
}

/**
 * Issues the tokens of a session.
 *
 * @throws {UsageError} `not_configured` without `tokens`.
 * @throws {UnavailableError} When the key does not answer. The session stands, and the same exchange may be asked for again.
 */
export async function issueTokens(
  config: Pick<Config<unknown, AccessTokenClaims>, 'tokens' | 'sessions'>,
  record: SessionRecord,
): Promise<TokenResponse> {
  const { tokens } = config
  if (tokens === undefined) throw new UsageError('not_configured', 'The option "tokens" is not configured')
  const accessToken = await tokens.issue(record.subject ?? '', {
    sessionId: record.id,
    scopes: record.scopes,
    amr: record.amr,
    authenticatedAt: record.authenticatedAt ?? record.createdAt,
    ...(record.acr === null ? {} : { acr: record.acr }),
    // A cut-off of the subject that this record did not survive, its tokens do not either, however it interleaves with this exchange.
    epoch: record.epoch,
  })
  const response: TokenResponse = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: tokens.lifetime / 1_000,
    refresh_token: await engineOf(config).credentialOf(record),
    ...(record.scopes.length === 0 ? {} : { scope: record.scopes.join(' ') }),
  }
  expiries.set(response, record.idleExpiresAt)
  return response
}

/** Beside the response and not in it, for it is sent as it is. */
const expiries = new WeakMap<TokenResponse, number>()

/** When the refresh token of a response ends unless it is exchanged before, in epoch milliseconds; undefined for a copy. */
export function expiryOf(tokens: TokenResponse): number | undefined {
  return expiries.get(tokens)
}
