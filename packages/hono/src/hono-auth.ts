/**
 * The adapter for Hono.
 *
 * @module
 */

import {
  closedSink,
  createEffects,
  createFaultResponse,
  UsageError,
  type AccessTokenClaims,
  type Auth,
  type Context as AuthContext,
  type Denial,
  type HandlerAnswer,
  type Handlers,
  type Requirement,
  type ResponseHeaders,
} from '@latchkey/core'
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { bodyOf, isHandshake, parseBody, toAuthRequest } from './request.ts'

/** What `honoAuth` may be told. */
export interface HonoAuthOptions {
  /** Makes the response to a denied request in place of `sendDenial`. */
  readonly onDenied?: (denial: Denial, c: Context) => Response | Promise<Response>
}

/** Latchkey on Hono, for one `Auth`. Frozen; its members need no `this`. */
export interface HonoAuth<User, Claims extends AccessTokenClaims, Data extends object> {
  /**
   * Opens each request's context, authenticates nothing by itself, and adds the cookies when the routes behind it have made the
   * response, whatever kind it is. Mounted a second time it does nothing. Mount it outermost: a middleware around it that answers early,
   * such as a timeout, sends that answer without the cookies. A WebSocket handshake can carry no cookie: there the session is not
   * renewed, and what needs a cookie is a `UsageError` (`headers_sent`).
   */
  readonly mount: MiddlewareHandler
  /**
   * Makes a middleware that passes on requests that meet the requirement and denies the others.
   *
   * @throws {ConfigError} At once, for a requirement that is misspelt or out of range. Where `mount` does not come before
   * it, each request is a `UsageError` (`not_guarded`).
   */
  requireAuth(requirement?: Requirement): MiddlewareHandler
  /**
   * Makes a middleware of the ready-made routes (`auth.handlers`), which passes on what is for none of them. It takes the body that a
   * middleware before it has read, and reads it itself where there was none.
   */
  routes(handlers: Handlers<AuthContext<User, Claims, Data>>): MiddlewareHandler
  /**
   * Gives a request's context.
   *
   * @throws {UsageError} `not_guarded` where this instance's `mount` does not come before.
   */
  authOf(c: Context): AuthContext<User, Claims, Data>
  /** Makes the response to a denial: its status and headers, and its body as JSON. */
  sendDenial(c: Context, denial: Denial): Response
  /**
   * Makes the response to a `SessionConflictError` (409) or an `UnavailableError` (503), as JSON; undefined for every
   * other error. For `app.onError`, which alone decides about errors: a middleware that did so too could not tell an answer that the
   * application made from one that Hono made.
   */
  sendFault(c: Context, error: unknown): Response | undefined
}

/**
 * Puts an `Auth` on Hono. It uses nothing of Node, and works with `app.request()` as well as behind a server.
 *
 * @example Protecting a route
 *
 * ```ts
 * import { Hono } from 'hono'
 * import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
 * import { honoAuth } from '@latchkey/hono'
 *
 * const auth = createAuth({
 *   origin: 'https://app.example.com',
 *   secrets: { 1: process.env['AUTH_SECRET'] ?? '' },
 *   sessions: storedSessions(createMemorySessionStore()),
 *   users: { findById: (id) => ({ id, name: 'Ada' }) },
 * })
 * const { mount, requireAuth, authOf, sendFault } = honoAuth(auth)
 *
 * const app = new Hono()
 * app.use(mount)
 * app.get('/me', requireAuth(), async (c) => c.json(await authOf(c).user()))
 * app.onError((error, c) => sendFault(c, error) ?? c.json({ error: 'internal_error' }, 500))
 * ```
 */
export function honoAuth<User, Data extends object, Claims extends AccessTokenClaims>(
  auth: Auth<User, Data, Claims>,
  { onDenied = (denial, c) => respond(c, denial) }: HonoAuthOptions = {},
): HonoAuth<User, Claims, Data> {
  const key = Symbol('latchkey')
  type Opened = Context & { [key]?: { readonly c: Context; readonly context: AuthContext<User, Claims, Data> } }

  function authOf(c: Opened): AuthContext<User, Claims, Data> {
    // What inherits from a context, or was copied from one, is another one.
    if (c[key]?.c === c) return c[key].context
    throw new UsageError('not_guarded', 'No mount of this instance has opened this request')
  }

  return Object.freeze<HonoAuth<User, Claims, Data>>({
    async mount(c: Opened, next) {
      if (c[key]?.c === c) return next()
      const effects = createEffects()
      const request = toAuthRequest(c.req.raw, () => parseBody(c))
      c[key] = { c, context: auth.open(request, isHandshake(c.req.raw) ? closedSink : effects) }
      try {
        await next()
      } finally {
        effects.flush(headersOf(c))
      }
    },
    requireAuth(requirement) {
      const guard = auth.guard(requirement)
      return async (c, next) => {
        const denial = await guard(authOf(c))
        return denial === undefined ? next() : onDenied(denial, c)
      }
    },
    routes: (handlers) => async (c, next) => {
      const answer = await handlers.handle(authOf(c), () => bodyOf(c))
      return answer === undefined ? next() : respond(c, answer)
    },
    authOf,
    sendDenial: respond,
    sendFault(c, error) {
      const answer = createFaultResponse(error)
      return answer && respond(c, answer)
    },
  })
}

function respond(c: Context, { status, headers, body }: HandlerAnswer): Response {
  const type = body && { 'content-type': 'application/json' }
  return c.newResponse(body ? JSON.stringify(body) : null, status as StatusCode, { ...type, ...headers })
}

/** `c.header` copies a response whose headers are immutable, such as one that `fetch` gave. */
function headersOf(c: Context): ResponseHeaders {
  return {
    get: (name) => c.res.headers.get(name) ?? undefined,
    set: (name, value) => c.header(name, value),
    getSetCookie: () => c.res.headers.getSetCookie(),
    replaceSetCookie(lines) {
      c.header('set-cookie', undefined)
      for (const line of lines) c.header('set-cookie', line, { append: true })
    },
  }
}
