/**
 * Logging in: the only way in which a session gets a subject.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { readUserAgent } from '../http/user-agent.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { createDelivered } from '../session/delivery.ts'
import { createSlot, type Session } from '../session/session.ts'
import type { SessionEngine, SessionInit } from '../session/strategy.ts'
import { NO_DATA, ownValue } from '../session/values.ts'
import { checkSubject } from '../subject.ts'
import {
  carrierOf,
  engineOf,
  isCrossOriginChange,
  openSession,
  presentSession,
  principalOf,
  type CookieExchange,
  type Exchange,
} from './exchange.ts'
import { readTokens } from './requirement.ts'
import { issueTokens, type TokenResponse } from './token-response.ts'

/** Who logs in, and how. */
export interface LoginOptions {
  /** The application's own, lasting name for the user: an id, never an e-mail address that can change hands. 1 to 255 characters. */
  readonly subject: string
  /**
   * How the credential reaches the client: `cookie` for browsers, `tokens` for API clients, which get an access token and a
   * refresh token. Fixed for the life of the session.
   */
  readonly deliver: 'cookie' | 'tokens'
  /**
   * The subject's epoch (`auth.epochOf`), read before the password was checked. A login that was judged by a password that has been
   * changed meanwhile is then refused. Default: read now, which closes all but that window.
   */
  readonly epoch?: number
  /** How the subject proved its identity (RFC 8176), such as `['pwd']`. Default: not recorded. */
  readonly amr?: readonly string[]
  /** The authentication context class reached. Default: none. */
  readonly acr?: string
  /** What the session may do. Default: nothing named. */
  readonly scopes?: readonly string[]
  /** The values that move over from the session that the visitor had before, such as a cart. For `cookie` alone. Default: none. */
  readonly carry?: readonly string[]
  /** What a device list shows. At most 200 characters. Default: none. */
  readonly label?: string
  /**
   * Remember me: whether the cookie outlives the browser. Kept for the life of the session; both timeouts hold either way. For `cookie`
   * alone. Default: the strategy's `persistent`, which is true unless it says otherwise.
   */
  readonly persistent?: boolean
  /**
   * The client's network address, for a device list and never judged: take it from a source that you trust, which behind a proxy is not
   * the connection. Cut after 64 characters. Default: not recorded. The `User-Agent` header is recorded by itself.
   */
  readonly address?: string | undefined
}

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

type LoginInit = Omit<SessionInit, 'carrier' | 'epoch' | 'data'>

const MAX_LABEL_LENGTH = 200
const MAX_ADDRESS_LENGTH = 64

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
  const { config, sink } = exchange
  const engine = engineOf(config)
  const init = readInit(options, exchange)
  if (!sink.open)
    throw new UsageError('headers_sent', 'A login needs a cookie, and the headers of the response are already sent')
  if (isCrossOriginChange(exchange)) return refuse(exchange, 'cross_origin')

  const presented = await presentSession(exchange)
  const former = presented.status === 'live' && !presented.slot.ended ? presented.slot.record : null
  const data = await carryOver(engine, former, options.carry)
  const epoch = options.epoch ?? (await engine.epochOf(options.subject))
  const parts = { engine, carrier: carrierOf(exchange), userAgent: init.userAgent ?? null }
  const record = await createDelivered({ ...init, carrier: 'cookie', epoch, data }, former, parts)
  if (record === 'cut_off') return refuse(exchange, 'login_cut_off')

  // Handles from before write to what is over.
  for (const slot of [exchange.slot, presented.status === 'live' ? presented.slot : undefined])
    if (slot) slot.ended = true
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
  exchange: CookieExchange & TokenGround,
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

interface TokenGround {
  readonly config: Config<unknown, AccessTokenClaims>
}

function readInit(options: LoginOptions, { config, request }: Pick<CookieExchange, 'config' | 'request'>): LoginInit {
  const { amr, acr, scopes } = readStrength(options)
  const { persistent } = options
  const { label = null, address = null } = options
  if (label !== null && (typeof label !== 'string' || label.length > MAX_LABEL_LENGTH)) {
    throw new UsageError('argument', `A label is text of at most ${MAX_LABEL_LENGTH} characters`)
  }
  if (address !== null && typeof address !== 'string') throw new UsageError('argument', 'An address is text')
  if (persistent !== undefined && typeof persistent !== 'boolean') {
    throw new UsageError('argument', '"persistent" is true or false')
  }
  checkEpoch(options.epoch)
  const authenticatedAt = readClock(config.runtime)
  return {
    subject: checkSubject(options.subject),
    scopes,
    authenticatedAt,
    amr,
    acr,
    label,
    userAgent: readUserAgent(request),
    // What stands before a trusted hop may be a client's, and too long an address must not be a way to fail.
    address: address?.slice(0, MAX_ADDRESS_LENGTH) || null,
    ...(persistent === undefined ? {} : { persistent }),
  }
}

/** The named values of the session before, as they are now. */
async function carryOver(
  engine: SessionEngine,
  former: SessionRecord | null,
  keys: readonly string[] = [],
): Promise<JsonObject> {
  if (former === null || keys.length === 0) return NO_DATA
  const data = (await engine.reload(former))?.data ?? NO_DATA
  const carried = keys.map((key) => [key, ownValue(data, key)] as const)
  return Object.fromEntries(carried.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

/**
 * Reads how strongly a subject proved its identity, and what that is good for.
 *
 * @throws {UsageError} `argument`
 */
export function readStrength({
  amr = [],
  acr,
  scopes = [],
}: Pick<LoginOptions, 'amr' | 'acr' | 'scopes'>): Pick<LoginInit, 'amr' | 'acr' | 'scopes'> {
  try {
    const [own = null] = readTokens('acr', acr === undefined ? [] : [acr])
    return { amr: readTokens('amr', amr), acr: own, scopes: readTokens('scopes', scopes) }
  } catch {
    throw new UsageError('argument', 'amr, acr and scopes take printable ASCII characters without blanks, " and \\')
  }
}

/**
 * Checks an epoch that the application may have given.
 *
 * @throws {UsageError} `argument`
 */
export function checkEpoch(epoch: number | undefined): void {
  if (epoch !== undefined && (!Number.isSafeInteger(epoch) || epoch < 0))
    throw new UsageError('argument', 'An epoch is what "epochOf" gave')
}

function refuse({ config }: Pick<CookieExchange, 'config'>, code: LoginRefusal['code']): LoginRefusal {
  if (code === 'cross_origin') config.emit({ type: 'rejected', code })
  return { ok: false, code, denial: createDenial({ code }, config.challenge) }
}
