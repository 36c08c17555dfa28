/**
 * CSRF tokens of the request's session.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { BaseConfig } from '../config.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import type { SessionRecord } from '../ports.ts'
import type { CsrfTokens } from '../session/csrf-token.ts'
import { admitted } from './context.ts'
import { presentSession, type CookieExchange, type Exchange } from './exchange.ts'

/** Why a request has no good CSRF token. */
export type CsrfProblem = 'csrf_missing' | 'csrf_mismatch'

/** The one header that a guard reads the token from; a query string would end in logs and `Referer` headers. */
const HEADER = 'x-csrf-token'

/**
 * Makes a CSRF token for the session of an admitted request, and keeps the answer out of caches.
 *
 * @returns Null where there is no session: nothing rides on a cookie there.
 * @throws {UsageError} `not_configured` without `sessions`; `not_guarded`.
 * @throws {UnavailableError} When the store is out of reach.
 */
export async function issueCsrfToken<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<string | null> {
  const tokens = tokensOf(exchange.config)
  const record = await recordOf(exchange)
  if (record === null) return null
  if (exchange.sink.open) exchange.sink.setHeader('cache-control', 'no-store')
  return tokens.issue(record)
}

/**
 * Judges a token that an admitted request brought in a place of the application's own, such as a form field.
 *
 * @param text As the client sent it; anything may be given.
 * @returns Undefined when it is one of the request's session, and where there is no session; else the denial to send.
 * @throws As `issueCsrfToken`.
 */
export async function checkCsrfToken<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  text: unknown,
): Promise<Denial | undefined> {
  const { config } = exchange
  const tokens = tokensOf(config)
  const record = await recordOf(exchange)
  const code = record === null ? undefined : await judge(tokens, text, record)
  if (code === undefined) return undefined
  config.emit({ type: 'rejected', code })
  return createDenial({ code }, config.challenge)
}

/** Judges the token in the header of a request that rides on its session cookie. A dead cookie is not judged here. */
export async function judgeCsrfHeader(exchange: CookieExchange<BaseConfig>): Promise<CsrfProblem | undefined> {
  const tokens = tokensOf(exchange.config)
  const record = await liveRecord(exchange)
  return record === null ? undefined : judge(tokens, exchange.request.headers.get(HEADER), record)
}

async function judge(tokens: CsrfTokens, text: unknown, record: SessionRecord): Promise<CsrfProblem | undefined> {
  if (text === null || text === undefined || text === '') return 'csrf_missing'
  return typeof text === 'string' && (await tokens.verify(text, record)) ? undefined : 'csrf_mismatch'
}

/** The record of an admitted request's own session; null where there is none, or a bearer token took its place. */
async function recordOf<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<SessionRecord | null> {
  admitted(exchange)
  return exchange.cookieIgnored === undefined ? liveRecord(exchange) : null
}

async function liveRecord(exchange: CookieExchange): Promise<SessionRecord | null> {
  const presented = await presentSession(exchange)
  return presented.status === 'live' && !presented.slot.ended ? presented.slot.record : null
}

function tokensOf({ csrf }: BaseConfig): CsrfTokens {
  if (csrf === undefined) throw new UsageError('not_configured', 'Sessions are not configured')
  return csrf
}
