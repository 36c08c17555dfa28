/**
 * One request on its way through the flows: what it presented, and what was found out so far.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, OriginProblem, Principal } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import type { CookieReading } from '../http/cookie.ts'
import type { EffectSink } from '../http/effects.ts'
import { findCookieProblem, findOriginProblem } from '../http/misconfiguration.ts'
import { decideOrigin, mayChangeState, type OriginDecision } from '../http/origin.ts'
import type { AuthRequest } from '../http/request.ts'
import { readUserAgent } from '../http/user-agent.ts'
import type { SessionRecord } from '../ports.ts'
import { readClock } from '../runtime.ts'
import type { SessionConfig } from '../session-config.ts'
import type { CredentialCarrier } from '../session/delivery.ts'
import type { SessionRenewal } from '../session/policy.ts'
import { createSession, type Session } from '../session/session.ts'
import type { SessionEngine } from '../session/strategy.ts'
import { createSlot, type SessionSlot } from '../session/writer.ts'

/** What the request's session cookie turned out to be. */
export type PresentedSession =
  | { readonly status: 'live'; readonly slot: SessionSlot; renewal: SessionRenewal | undefined }
  | { readonly status: 'expired'; readonly record: SessionRecord }
  | { readonly status: 'undecodable'; readonly record: SessionRecord; readonly newer: boolean }
  | { readonly status: 'unknown' | 'ambiguous' | 'none' }

/** A request and its cookie. */
export interface CookieExchange<Own extends SessionConfig = SessionConfig> {
  readonly config: Own
  readonly request: Pick<AuthRequest, 'method' | 'headers'>
  readonly sink: EffectSink
  /** What the header holds under the cookie's name; looked for once. */
  cookie: CookieReading | undefined
  /** What the cookie turned out to be; looked up once. A login or logout of this request takes its place. */
  presented: Promise<PresentedSession> | undefined
  /** Whether a login or logout, or a first write, has made the request's cookie a thing of the past. */
  replaced: boolean
}

/** The state of one request. Every store call whose answer is remembered here is made once per request. */
export interface Exchange<User, Claims extends AccessTokenClaims, Data extends object> extends CookieExchange<
  Config<User, Claims>
> {
  readonly request: AuthRequest
  /** What the last guard found; undefined before the first. */
  authentication: Authentication<Claims> | undefined
  /** Whether that guard refused the request. */
  denied: boolean
  /** Whether that guard left the cookie out of account: for the route, or because a bearer token decided. */
  cookieIgnored: 'by_route' | 'by_token' | undefined
  /** What the handle, if one was given out, works on. */
  slot: SessionSlot | undefined
  session: Promise<Session<Data>> | undefined
  user: Promise<User | null> | undefined
  /** The request's body, once it was asked for. */
  body: Promise<unknown> | undefined
}

/**
 * Gives the bound session engine.
 *
 * @throws {UsageError} `not_configured`
 */
export function engineOf(config: Pick<SessionConfig, 'sessions'>): SessionEngine {
  if (config.sessions === undefined) throw new UsageError('not_configured', 'Sessions are not configured')
  return config.sessions
}

/** Finds the session cookie in the request's header, once. Whether it means anything is not looked at. */
export function readSessionCookie(exchange: CookieExchange): CookieReading {
  exchange.cookie ??= exchange.config.cookie.read(exchange.request.headers.get('cookie'))
  return exchange.cookie
}

/** Looks the request's session cookie up, once. */
export function presentSession(exchange: CookieExchange): Promise<PresentedSession> {
  exchange.presented ??= loadPresented(exchange)
  return exchange.presented
}

async function loadPresented(exchange: CookieExchange): Promise<PresentedSession> {
  const { config, sink } = exchange
  if (sink.open) sink.setHeader('vary', 'Cookie')
  const cookie = readSessionCookie(exchange)
  if (cookie.status === 'ambiguous') {
    config.emit({ type: 'suspicious', reason: 'cookie_ambiguous' })
    // One of the two is not of our shape, and deleting ours alone would leave it. Before all else, so that a login's cookie comes after.
    const planted = config.cookie.clearingOthers([...config.origins.own].map((origin) => new URL(origin).hostname))
    for (const [index, line] of planted.entries()) if (sink.open) sink.setCookie(`${config.cookie.name};${index}`, line)
  }
  if (cookie.status !== 'one') return cookie
  const loaded = await engineOf(config).load(cookie.value)
  if (loaded.status !== 'live') return loaded
  return { status: 'live', slot: createSlot(loaded.record), renewal: loaded.renewal }
}

/** The cookie as the way by which sessions reach this client. */
export function carrierOf(exchange: CookieExchange): CredentialCarrier {
  return new CookieCarrier(exchange)
}

class CookieCarrier implements CredentialCarrier {
  readonly #exchange: CookieExchange

  constructor(exchange: CookieExchange) {
    this.#exchange = exchange
  }

  get open(): boolean {
    return this.#exchange.sink.open
  }

  refusal(): UsageError {
    return new UsageError('headers_sent', 'A cookie is needed, and the headers of the response are already sent')
  }

  issue(record: SessionRecord, credential: string): void {
    const { config, request, sink } = this.#exchange
    const left = Math.max(1, Math.ceil((record.idleExpiresAt - readClock(config.runtime)) / 1_000))
    const maxAge = record.persistent ? left : undefined
    const problem = config.cookie.secure ? findCookieProblem(request.headers, config.origins) : undefined
    if (problem !== undefined) config.report(problem)
    sink.setCookie(config.cookie.name, config.cookie.issue(credential, maxAge))
  }

  clear(): void {
    const { config, sink } = this.#exchange
    sink.setCookie(config.cookie.name, config.cookie.clearing)
  }
}

/** The way to a client that did not ask for a session: a bearer token says who it is, and its cookie is not to be replaced. */
const NO_CARRIER: CredentialCarrier = Object.freeze<CredentialCarrier>({
  open: false,
  refusal: () =>
    new UsageError('not_guarded', 'A bearer token authenticated this request: a session begins behind via "session"'),
  issue: () => {},
  clear: () => {},
})

/** Makes the handle on a slot of this exchange. */
export function openSession<Data extends object>(
  exchange: CookieExchange & Pick<Exchange<unknown, never, never>, 'cookieIgnored'>,
  slot: SessionSlot,
): Session<Data> {
  const { config, cookieIgnored, request } = exchange
  const carrier = cookieIgnored === undefined ? carrierOf(exchange) : NO_CARRIER
  return createSession<Data>(slot, {
    engine: engineOf(config),
    carrier,
    userAgent: readUserAgent(request),
    emit: config.emit,
  })
}

/** The principal of a session; null while nobody has logged in. */
export function principalOf<Claims extends AccessTokenClaims>(record: SessionRecord): Principal<Claims> | null {
  if (record.subject === null) return null
  return Object.freeze({
    subject: record.subject,
    sessionId: record.id,
    scopes: Object.freeze([...record.scopes]),
    authenticatedAt: record.authenticatedAt ?? record.createdAt,
    amr: Object.freeze([...record.amr]),
    ...(record.acr === null ? {} : { acr: record.acr }),
  })
}

/** The live session that an access token names; null where there is none. What another issuer names is none of ours, whatever it is called. */
export async function findNamedSession(
  config: Pick<SessionConfig, 'sessions'>,
  { subject, sessionId, issuer }: Pick<Principal, 'subject' | 'sessionId' | 'issuer'>,
): Promise<SessionRecord | null> {
  if (sessionId === undefined || issuer !== undefined) return null
  return engineOf(config).find(subject, sessionId)
}

/** Tells whether a request that may change state, and rides on a cookie, comes from another site, or does not say. */
export function isCrossOrigin(exchange: CookieExchange): boolean {
  return mayChangeState(exchange.request) && originOf(exchange) !== 'same'
}

/**
 * The same for operations that give out or take away a cookie, where another site could act without any cookie being there yet. A
 * request without any cookie and without the headers that browsers send is not a browser's, and passes.
 */
export function isCrossOriginChange(exchange: CookieExchange): boolean {
  const { request } = exchange
  if (!mayChangeState(request)) return false
  const decision = originOf(exchange)
  return decision === 'cross' || (decision === 'missing' && request.headers.get('cookie') !== null)
}

function originOf({ config, request, sink }: CookieExchange): OriginDecision {
  // No cache keeps the answer to such a request unless it is told to, and then it must not serve it to pages elsewhere.
  if (sink.open) sink.setHeader('vary', 'Origin, Sec-Fetch-Site, Referer')
  return decideOrigin(request.headers, config.origins)
}

/** Why a request of another site is refused. Where it is none of another site but of one that is configured wrongly, that is reported. */
export function crossOriginReason({ config, request }: CookieExchange): {
  readonly code: 'cross_origin'
  readonly problem?: OriginProblem
} {
  const problem = findOriginProblem(request.headers, config.origins)
  if (problem === undefined) return { code: 'cross_origin' }
  config.report(problem)
  return { code: 'cross_origin', problem }
}

/** The slot of a request whose cookie opens no session that can be used. */
export function createEmptySlot(presented: PresentedSession | undefined): SessionSlot {
  return createSlot(null, presented?.status === 'undecodable' ? presented.record : null)
}
