/**
 * One request on its way through the flows: what it presented, and what was found out so far.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, Principal } from '../authentication.ts'
import type { BaseConfig, Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import type { EffectSink } from '../http/effects.ts'
import { decideOrigin, mayChangeState } from '../http/origin.ts'
import type { AuthRequest } from '../http/request.ts'
import type { SessionRecord } from '../ports.ts'
import { readClock } from '../runtime.ts'
import type { CredentialCarrier } from '../session/delivery.ts'
import { createSession, type Session } from '../session/session.ts'
import type { SessionEngine, SessionLoad } from '../session/strategy.ts'

/** What the request's session cookie turned out to be. */
export type PresentedSession = SessionLoad | { readonly status: 'none' } | { readonly status: 'ambiguous' }

/** A request and its cookie. */
export interface CookieExchange {
  readonly config: BaseConfig
  readonly request: AuthRequest
  readonly sink: EffectSink
  /** What the cookie turned out to be; looked up once. */
  presented: Promise<PresentedSession> | undefined
}

/** The state of one request. Every store call whose answer is remembered here is made once per request. */
export interface Exchange<User, Claims extends AccessTokenClaims, Data extends object> extends CookieExchange {
  readonly config: Config<User, Claims>
  /** What the last guard found; undefined before the first. */
  authentication: Authentication<Claims> | undefined
  /** Whether that guard looked at the cookie at all. */
  cookieIgnored: boolean
  session: Promise<Session<Data>> | undefined
  user: Promise<User | null> | undefined
}

/**
 * Gives the bound session engine.
 *
 * @throws {UsageError} `not_configured`
 */
export function engineOf(config: Pick<BaseConfig, 'sessions'>): SessionEngine {
  if (config.sessions === undefined) throw new UsageError('not_configured', 'Sessions are not configured')
  return config.sessions
}

/** Looks the request's session cookie up, once. */
export function presentSession(exchange: CookieExchange): Promise<PresentedSession> {
  exchange.presented ??= loadPresented(exchange)
  return exchange.presented
}

async function loadPresented({ config, request, sink }: CookieExchange): Promise<PresentedSession> {
  if (sink.open) sink.setHeader('vary', 'Cookie')
  const cookie = config.cookie.read(request.headers.get('cookie'))
  if (cookie.status === 'one') return engineOf(config).load(cookie.value)
  if (cookie.status === 'ambiguous') config.emit({ type: 'suspicious', reason: 'cookie_ambiguous' })
  return cookie
}

/** The cookie as the way by which sessions reach this client. */
export function carrierOf({ config, sink }: CookieExchange): CredentialCarrier {
  return {
    get open() {
      return sink.open
    },
    issue(record, credential) {
      const maxAge = Math.max(1, Math.ceil((record.idleExpiresAt - readClock(config.runtime)) / 1_000))
      sink.setCookie(config.cookie.name, config.cookie.issue(credential, maxAge))
    },
    clear: () => sink.setCookie(config.cookie.name, config.cookie.clearing),
  }
}

/** Makes the handle for a record of this exchange, or for a visitor who has none. */
export function openSession<Data extends object>(
  exchange: CookieExchange,
  record: SessionRecord | null,
): Session<Data> {
  const { config } = exchange
  return createSession<Data>(record, { engine: engineOf(config), carrier: carrierOf(exchange), emit: config.emit })
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

/** Tells whether a request that may change state, and rides on a cookie, comes from another site, or does not say. */
export function isCrossOrigin({ config, request }: CookieExchange): boolean {
  return mayChangeState(request) && decideOrigin(request.headers, config.origins) !== 'same'
}

/**
 * The same for operations that give out or take away a cookie, where another site could act without any cookie being there yet. A
 * request without any cookie and without the headers that browsers send is not a browser's, and passes.
 */
export function isCrossOriginChange({ config, request }: CookieExchange): boolean {
  if (!mayChangeState(request)) return false
  const decision = decideOrigin(request.headers, config.origins)
  return decision === 'cross' || (decision === 'missing' && request.headers.get('cookie') !== null)
}
