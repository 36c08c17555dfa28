/**
 * Logging in: the only way in which a session gets a subject.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { BaseConfig, Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import type { Session } from '../session/session.ts'
import { createSlot } from '../session/writer.ts'
import { beginSession } from './begin-session.ts'
import {
  crossOriginReason,
  engineOf,
  isCrossOriginChange,
  openSession,
  principalOf,
  type CookieExchange,
  type Exchange,
} from './exchange.ts'
import { readInit, type LoginOptions } from './login-options.ts'
import { issueTokens, type TokenResponse } from './token-response.ts'

export type { LoginOptions } from './login-options.ts'

/** A login that was refused. The denial is to be sent as it is. */
export interface LoginRefusal {
  /** Always false. */
  readonly ok: false
  /** Why. */
  readonly code: 'cross_origin' | 'login_cut_off'
  /** What to send. */
  readonly denial: Denial
}

/** The outcome of a login with a cookie. */
export type LoginResult<Data extends object> = { readonly ok: true; readonly session: Session<Data> } | LoginRefusal

/** The outcome of a login with tokens. */
export type TokenLoginResult = { readonly ok: true; readonly tokens: TokenResponse } | LoginRefusal

/**
 * Logs a subject in with a cookie, whose identity the application has checked.
 *
 * Always makes a new session, with a new id, and ends the one that the request presented: a credential from before the login,
 * planted or stolen, is worth nothing after it. From then on the context is authenticated.
 *
 * Refused: `cross_origin`, when another site's page sent the request; `login_cut_off`, when the subject's sessions were revoked
 * after the epoch was read.
 *
 * @throws {UsageError} `argument`, `not_configured`; `headers_sent` when the response has begun. Nothing is stored.
 * @throws {UnavailableError} When the store is out of reach. The request's former session may be ended by then.
 */
export async function login<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  options: LoginOptions,
): Promise<LoginResult<Data>> {
  engineOf(exchange.config)
  const init = readInit(options, exchange)
  if (!exchange.sink.open)
    throw new UsageError('headers_sent', 'A login needs a cookie, and the headers of the response are already sent')
  if (isCrossOriginChange(exchange)) return refuse(exchange, 'cross_origin')

  const record = await beginSession(exchange, init, options)
  if (record === 'cut_off') return refuse(exchange, 'login_cut_off')

  // So does a handle that had no cookie to go by.
  if (exchange.slot) exchange.slot.ended = true
  const slot = createSlot(record)
  exchange.cookieIgnored = undefined
  const session = openSession<Data>(exchange, slot)
  const principal = principalOf<Claims>(record)
  if (principal !== null)
    exchange.authentication = Object.freeze({ status: 'authenticated', via: 'session', principal })
  exchange.denied = false
  exchange.slot = slot
  exchange.session = Promise.resolve(session)
  exchange.presented = Promise.resolve({ status: 'live', slot, renewal: undefined })
  exchange.replaced = true
  exchange.user = undefined
  return { ok: true, session }
}

/**
 * Logs a subject in with tokens, whose identity the application has checked: makes a session and issues its access token and its first
 * refresh token. The request's cookie is not looked at, and its context stays as it was: the client is authenticated from its
 * next request on. Sent as JSON, the answer must not be stored (`Cache-Control: no-store`, set on an open sink).
 *
 * Refused: `login_cut_off`.
 *
 * @throws {UsageError} `argument`, also for `carry` and `persistent`; `not_configured` without `sessions` and `tokens`. Nothing is stored.
 * @throws {UnavailableError} When the store or the key is out of reach.
 */
export async function loginWithTokens(
  exchange: CookieExchange<Config<unknown, AccessTokenClaims>>,
  options: LoginOptions,
): Promise<TokenLoginResult> {
  const { config, sink } = exchange
  const engine = engineOf(config)
  const init = readInit(options, exchange)
  if (config.tokens === undefined) throw new UsageError('not_configured', 'The option "tokens" is not configured')
  if (options.carry !== undefined) throw new UsageError('argument', 'A login with tokens carries nothing over')
  if (options.persistent !== undefined)
    throw new UsageError('argument', 'A login with tokens sets no cookie to persist')
  if (sink.open) sink.setHeader('cache-control', 'no-store')
  const epoch = options.epoch ?? (await engine.epochOf(options.subject))
  const record = await engine.create({ ...init, carrier: 'refresh', epoch, data: {} })
  if (record === 'cut_off') return refuse(exchange, 'login_cut_off')
  return { ok: true, tokens: await issueTokens(config, record) }
}

function refuse(exchange: CookieExchange<BaseConfig>, code: LoginRefusal['code']): LoginRefusal {
  const { config } = exchange
  if (code !== 'cross_origin') return { ok: false, code, denial: createDenial({ code }, config.challenge) }
  config.emit({ type: 'rejected', code })
  return { ok: false, code, denial: createDenial(crossOriginReason(exchange), config.challenge) }
}
