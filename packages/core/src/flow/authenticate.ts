/**
 * Who sent this request.
 *
 * @module
 */

import { after } from '../after.ts'
import type { AccessTokenClaims, Authentication, Principal, RejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import type { TokenReader } from '../http/location.ts'
import { mayChangeState } from '../http/origin.ts'
import { isApiKey, verifyApiKey } from './api-key.ts'
import { judgeCsrfHeader } from './csrf.ts'
import {
  crossOriginReason,
  isCrossOrigin,
  isCrossOriginChange,
  principalOf,
  readSessionCookie,
  type CookieExchange,
  type Exchange,
} from './exchange.ts'
import { judgeDoubleSubmit, presentToken, type PresentedToken } from './presented-token.ts'
import type { ResolvedRequirement } from './requirement.ts'
import { checkToken } from './standing.ts'
import { checkUser } from './user-check.ts'
import { dropDeadCookie, useSession } from './use-session.ts'

type Credentials = Pick<
  ResolvedRequirement,
  'via' | 'optional' | 'csrfToken' | 'passive' | 'authoritative' | 'use' | 'places'
>

const ANONYMOUS = Object.freeze({ status: 'anonymous' })

/**
 * Authenticates the sender of a request, and remembers the result in the exchange.
 *
 * A bearer token is deliberate, so a bad one is refused even where authentication is optional. A browser sends a dead
 * cookie by itself, so there it counts as none, and is deleted either way. Malformed credentials never fall back to other ones.
 * Whether the caller may do what it asks is not judged here.
 *
 * @returns A promise only where something has to be waited for.
 * @throws {UnavailableError} When the store is out of reach: never "not logged in".
 */
export function authenticate<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  requirement: Credentials,
): Authentication<Claims> | Promise<Authentication<Claims>> {
  return after(judge(exchange, requirement), (authentication) =>
    remember(exchange, Object.freeze(authentication), requirement),
  )
}

function remember<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  authentication: Authentication<Claims>,
  requirement: Credentials,
): Authentication<Claims> {
  if (authentication.status === 'rejected') exchange.config.emit({ type: 'rejected', code: authentication.code })
  const cookieIgnored = ignoredCookie(authentication, requirement)
  // What an earlier guard found stays only as far as this one found the same.
  if (!isSameCaller(exchange.authentication, authentication)) exchange.user = undefined
  if (exchange.cookieIgnored !== cookieIgnored) exchange.session = undefined
  exchange.authentication = authentication
  exchange.denied = authentication.status === 'rejected'
  exchange.cookieIgnored = cookieIgnored
  return authentication
}

function judge<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  requirement: Credentials,
): Authentication<Claims> | Promise<Authentication<Claims>> {
  return after(presentToken(exchange, requirement.places), (presented) =>
    judgePresented(exchange, presented, requirement),
  )
}

function judgePresented<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  { credentials, location }: PresentedToken,
  requirement: Credentials,
): Authentication<Claims> | Promise<Authentication<Claims>> {
  const { config, sink } = exchange
  const readsCookie = requirement.via !== 'bearer' && config.sessions !== undefined
  const hasCookie = readsCookie && (exchange.replaced || readSessionCookie(exchange).status !== 'none')

  // The answer depends on a header also when it is not there: a cache must not serve it to who sends one.
  if (sink.open) {
    for (const { vary } of requirement.places) if (vary !== undefined) sink.setHeader('vary', vary)
    if (credentials.status === 'none' && readsCookie) sink.setHeader('vary', 'Cookie')
  }
  if (credentials.status === 'none') {
    if (hasCookie) return judgeSession(exchange, requirement)
    // Without a cookie another site's page could still have a session begun, and the visitor's own replaced by it.
    return readsCookie && requirement.optional && isCrossOriginChange(exchange) ? crossOrigin(exchange) : ANONYMOUS
  }
  if (credentials.status === 'ambiguous') return rejected('credentials_ambiguous')
  if (hasCookie && !config.bearerFirst) return rejected('credentials_ambiguous')
  if (location?.cookie !== undefined) return judgeTokenCookie(exchange, location, requirement)
  if (credentials.status !== 'token') return rejected(`credentials_${credentials.status}`)
  return judgeBearer(config, credentials.token, requirement, location)
}

/**
 * A token in a cookie: a browser sends it by itself, so that the request must come from our own page, and a dead one counts as none
 * where authentication is optional. It is not deleted: an answer that comes late must not take a newer one away.
 */
async function judgeTokenCookie<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  location: TokenReader,
  requirement: Credentials,
): Promise<Authentication<Claims>> {
  if (isCrossOrigin(exchange)) return crossOrigin(exchange)
  const credentials = location.read(exchange.request)
  if (credentials.status === 'repeated') exchange.config.emit({ type: 'suspicious', reason: 'cookie_ambiguous' })
  const authentication =
    credentials.status === 'token'
      ? await judgeBearer(exchange.config, credentials.token, requirement, location)
      : rejected(credentials.status === 'repeated' ? 'credentials_repeated' : 'token_malformed')
  if (authentication.status === 'rejected' && requirement.optional) {
    exchange.config.emit({ type: 'rejected', code: authentication.code })
    return ANONYMOUS
  }
  if (authentication.status !== 'authenticated') return authentication
  const refused = await judgeDoubleSubmit(exchange, location, authentication.principal.claims)
  return refused === undefined ? authentication : rejected(refused)
}

/** What begins like an API key is one, in a header, and is never tried as an access token; all else is an access token, and costs no store call. */
async function judgeBearer<User, Claims extends AccessTokenClaims>(
  config: Config<User, Claims>,
  token: string,
  { authoritative, use }: Credentials,
  location: TokenReader | undefined,
): Promise<Authentication<Claims>> {
  const { apiKeys, tokens } = config
  if (use === 'access' && location?.place === 'header' && apiKeys !== undefined && isApiKey(apiKeys, token)) {
    const verified = await verifyApiKey(apiKeys, token, config)
    return verified.ok ? authenticated(verified.principal) : rejected(verified.code)
  }
  const verified = await tokens?.verify(token, use)
  // Without access tokens there is no key that could have signed one.
  if (verified === undefined) return rejected('token_key')
  if (!verified.ok) return rejected(verified.code)
  const checking = checkToken(config, verified.claims, authoritative)
  const refused = checking instanceof Promise ? await checking : checking
  return refused === undefined ? authenticated(verified.principal) : rejected(refused)
}

function authenticated<Claims extends AccessTokenClaims>(principal: Principal<Claims>): Authentication<Claims> {
  return { status: 'authenticated', via: 'bearer', principal }
}

async function judgeSession<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  requirement: Credentials,
): Promise<Authentication<Claims>> {
  if (isCrossOrigin(exchange)) return crossOrigin(exchange)
  const problem =
    requirement.csrfToken && mayChangeState(exchange.request) ? await judgeCsrfHeader(exchange) : undefined
  if (problem !== undefined) return rejected(problem)
  const record = await useSession(exchange, requirement)
  if (record === null) return ANONYMOUS
  if (typeof record === 'string') return refuseSession(exchange, record, requirement)
  const principal = principalOf<Claims>(record)
  if (principal === null) return ANONYMOUS
  const refused = requirement.authoritative === true ? await checkUser(exchange.config, principal.subject) : undefined
  if (refused !== undefined) return refuseSession(exchange, refused, requirement)
  return { status: 'authenticated', via: 'session', principal }
}

/** A browser sends a dead cookie by itself: it is deleted, and where authentication is optional it counts as none. */
async function refuseSession<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  code: RejectionCode,
  { optional }: Credentials,
): Promise<Authentication<Claims>> {
  await dropDeadCookie(exchange)
  if (!optional) return rejected(code)
  exchange.config.emit({ type: 'rejected', code })
  return ANONYMOUS
}

function isSameCaller(before: Authentication | undefined, now: Authentication): boolean {
  if (before?.status !== 'authenticated' || now.status !== 'authenticated') return false
  return before.principal.subject === now.principal.subject && before.principal.issuer === now.principal.issuer
}

function ignoredCookie(authentication: Authentication, { via }: Credentials): 'by_route' | 'by_token' | undefined {
  if (via === 'bearer') return 'by_route'
  return authentication.status === 'authenticated' && authentication.via === 'bearer' ? 'by_token' : undefined
}

function crossOrigin(exchange: CookieExchange): Authentication & { readonly status: 'rejected' } {
  return { status: 'rejected', ...crossOriginReason(exchange) }
}

function rejected(code: RejectionCode): { readonly status: 'rejected'; readonly code: RejectionCode } {
  return { status: 'rejected', code }
}
