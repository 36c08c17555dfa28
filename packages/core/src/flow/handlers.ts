/**
 * Ready-made routes: requests in, answers out, and nothing in between that an application has to write.
 *
 * @module
 */

import type { AccessTokenClaims, Requirement } from '../authentication.ts'
import type { Config } from '../config.ts'
import { ConfigError, UsageError } from '../faults.ts'
import { refusal, type HandlerAnswer } from '../http/answer.ts'
import type { Denial } from '../http/denial.ts'
import { readOptions } from '../options.ts'
import type { Context, Contexts } from './context.ts'
import type { Exchange } from './exchange.ts'
import { createRefreshTokenCarrier, type RefreshCookieOptions } from './refresh-cookie.ts'
import { answerLogout, answerRevokeOthers, answerRevokeSession, answerSessions } from './session-handlers.ts'
import {
  answerGrant,
  answerIntrospect,
  answerRefresh,
  answerRevoke,
  readForm,
  type TokenGrant,
} from './token-handlers.ts'
import type { TokenResponse } from './token-response.ts'

/** What `auth.handlers` may be told. Unknown members are refused. */
export interface HandlersOptions<AuthContext> {
  /** Under which path the routes stand. Default `/auth`. The key set is at `/.well-known/jwks.json`. */
  readonly prefix?: string
  /**
   * Checks the credentials of a login for API clients and logs the subject in, by `auth.login` with `deliver: 'tokens'`. It gets the
   * parameters of the body as they were sent, of any shape, and gives what the login gave. Undefined: they are wrong (400
   * `invalid_grant`). Default: there is no such route.
   */
  readonly token?: (
    parameters: Readonly<Record<string, unknown>>,
    context: AuthContext,
  ) => TokenGrant | undefined | Promise<TokenGrant | undefined>
  /** Who may introspect tokens: a requirement that not everybody meets, such as a scope. Default: there is no such route. */
  readonly introspect?: Requirement
  /**
   * What the routes of the device list ask of their caller. Default: any authenticated caller, about whom the stores are asked (`authoritative`), so that a
   * session which was ended cannot end others. An API key is refused in any case.
   */
  readonly sessions?: Requirement
  /** Puts refresh tokens into a cookie and takes them from there, for clients that are pages. Default: they travel in bodies. */
  readonly refreshCookie?: RefreshCookieOptions
}

/**
 * Answers one request.
 *
 * @param body Gives the body: its text, its bytes piece by piece, or what the framework parsed of it. Default: what the request's view gives.
 * @throws {UnavailableError} When a store is out of reach.
 */
export type Handler<AuthContext> = (context: AuthContext, body?: () => unknown) => Promise<HandlerAnswer>

/** The ready-made routes of one application. Frozen; none needs `this`. A route that is not configured is a `UsageError`. */
export interface Handlers<AuthContext> {
  /** `POST prefix/token`: gives out tokens. */
  readonly token: Handler<AuthContext>
  /** `POST prefix/refresh`: exchanges `refresh_token` (RFC 6749 section 6). */
  readonly refresh: Handler<AuthContext>
  /** `POST prefix/revoke`: revokes `token` (RFC 7009). */
  readonly revoke: Handler<AuthContext>
  /** `POST prefix/introspect`: explains `token` (RFC 7662). */
  readonly introspect: Handler<AuthContext>
  /** `POST prefix/logout`: ends the session in the cookie. */
  readonly logout: Handler<AuthContext>
  /** `GET prefix/sessions`: the caller's sessions. */
  readonly listSessions: Handler<AuthContext>
  /** `DELETE prefix/sessions/ID`: ends one of them. */
  readonly revokeSession: Handler<AuthContext>
  /** `DELETE prefix/sessions`: ends all others. */
  readonly revokeOtherSessions: Handler<AuthContext>
  /** `GET /.well-known/jwks.json`: the public keys (RFC 7517). */
  readonly jwks: Handler<AuthContext>
  /**
   * Answers with tokens as `token` does, for a login or step-up of the application's own. With `refreshCookie`, a page of another site is
   * given a denial in their place.
   */
  readonly deliver: (context: AuthContext, tokens: TokenResponse) => HandlerAnswer
  /**
   * Finds the route and answers: 405 for another method on one of the paths. Undefined: the request is for none of them, or for one that
   * the configuration has nothing to answer with.
   */
  readonly handle: (context: AuthContext, body?: () => unknown) => Promise<HandlerAnswer | undefined>
}

/** What the handlers are bound to. */
export interface HandlersGround<User, Claims extends AccessTokenClaims, Data extends object> {
  readonly config: Config<User, Claims>
  readonly contexts: Contexts<User, Claims, Data>
  /** As `auth.guard`. */
  readonly guard: (
    requirement: Requirement | undefined,
  ) => (context: Context<User, Claims, Data>) => Promise<Denial | undefined>
}

const PREFIX = /^(?:\/[\w.~-]+)*$/
const JWKS_PATH = '/.well-known/jwks.json'
const JWKS_HEADERS = Object.freeze({
  'content-type': 'application/jwk-set+json',
  'cache-control': 'public, max-age=300',
})

/**
 * Creates the handlers.
 *
 * @throws {ConfigError} For an option that is unknown or out of range, and for an introspection that everybody may ask.
 */
export function createHandlers<User, Claims extends AccessTokenClaims, Data extends object>(
  { config, contexts, guard }: HandlersGround<User, Claims, Data>,
  options: HandlersOptions<Context<User, Claims, Data>> = {},
): Handlers<Context<User, Claims, Data>> {
  type AuthContext = Context<User, Claims, Data>
  type Answering = (
    exchange: Exchange<User, Claims, Data>,
    body: (() => unknown) | undefined,
    context: AuthContext,
  ) => Promise<HandlerAnswer>

  const given = readOptions('handlers', options, ['prefix', 'token', 'introspect', 'sessions', 'refreshCookie'])
  const { prefix = '/auth' } = given
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new ConfigError('handlers.prefix', 'must be a path that begins with "/" and does not end with it')
  }
  if (given.token !== undefined && typeof given.token !== 'function') {
    throw new ConfigError('handlers.token', 'must be a function')
  }
  if (options.introspect?.optional === true) {
    throw new ConfigError('handlers.introspect', 'must not be optional: only who is authenticated may introspect')
  }
  const carrier = createRefreshTokenCarrier(config, given.refreshCookie)
  const { sessions, tokens } = config
  const admitDevices = guard(options.sessions ?? (sessions === undefined ? {} : { authoritative: true }))
  const admitIntrospector = options.introspect && guard(options.introspect)

  const on =
    (answering: Answering): Handler<AuthContext> =>
    async (context, body) => {
      const exchange = contexts.exchangeOf(context)
      return answering(exchange, body ?? exchange.request.body, context)
    }
  const behind = (admit: typeof admitDevices, answering: Answering): Handler<AuthContext> =>
    on(async (exchange, body, context) => (await admit(context)) ?? answering(exchange, body, context))

  const handlers = {
    token: on(async (exchange, body, context) => {
      if (options.token === undefined) throw notConfigured('token')
      carrier.assertOpen(exchange)
      const denial = carrier.refuse(exchange)
      if (denial !== undefined) return denial
      const form = await readForm(exchange, body)
      if (form === undefined) return refusal(400, 'invalid_request')
      return answerGrant(exchange, carrier, await options.token(Object.fromEntries(form), context))
    }),
    refresh: on(async (exchange, body) => answerRefresh(exchange, carrier, await readForm(exchange, body))),
    revoke: on(async (exchange, body) => answerRevoke(exchange, carrier, await readForm(exchange, body))),
    introspect: behind(
      admitIntrospector ??
        (() => {
          throw notConfigured('introspect')
        }),
      async (exchange, body) => answerIntrospect(exchange, await readForm(exchange, body)),
    ),
    logout: on((exchange) => answerLogout(exchange, carrier)),
    listSessions: behind(admitDevices, answerSessions),
    revokeSession: behind(admitDevices, answerRevokeSession),
    revokeOtherSessions: behind(admitDevices, answerRevokeOthers),
    jwks: on(async () => {
      if (config.tokens === undefined) throw new UsageError('not_configured', 'The option "tokens" is not configured')
      return { status: 200, headers: JWKS_HEADERS, body: config.tokens.publicJwks() }
    }),
  }

  const routes = new Map<string, Readonly<Record<string, Handler<AuthContext>>>>([
    ...(options.token === undefined ? [] : [[`${prefix}/token`, { POST: handlers.token }] as const]),
    ...(sessions && tokens ? [[`${prefix}/refresh`, { POST: handlers.refresh }] as const] : []),
    [`${prefix}/revoke`, { POST: handlers.revoke }],
    ...(admitIntrospector === undefined ? [] : [[`${prefix}/introspect`, { POST: handlers.introspect }] as const]),
    ...(sessions === undefined
      ? []
      : ([
          [`${prefix}/logout`, { POST: handlers.logout }],
          [`${prefix}/sessions`, { GET: handlers.listSessions, DELETE: handlers.revokeOtherSessions }],
          [`${prefix}/sessions/*`, { DELETE: handlers.revokeSession }],
        ] as const)),
    ...(tokens === undefined ? [] : [[JWKS_PATH, { GET: handlers.jwks }] as const]),
  ])

  return Object.freeze<Handlers<AuthContext>>({
    ...handlers,
    deliver(context, granted) {
      const exchange = contexts.exchangeOf(context)
      return carrier.refuse(exchange) ?? answerGrant(exchange, carrier, { ok: true, tokens: granted })
    },
    async handle(context, body) {
      const { method, url } = contexts.exchangeOf(context).request
      const [path = ''] = url.split('?', 1)
      const methods = routes.get(path) ?? routes.get(path.replace(/\/[^/]+$/, '/*'))
      // What a browser asks before a request across origins is for the application to answer.
      if (methods === undefined || method === 'OPTIONS') return undefined
      const verb = method === 'HEAD' ? 'GET' : method
      const handler = Object.hasOwn(methods, verb) ? methods[verb] : undefined
      if (handler !== undefined) return handler(context, body)
      const allow = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
      return refusal(405, 'method_not_allowed', { allow: allow.join(', ') })
    },
  })
}

function notConfigured(name: string): UsageError {
  return new UsageError('not_configured', `The option "${name}" of the handlers is not given`)
}
