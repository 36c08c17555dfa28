/**
 * The adapter for Express 5.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessTokenClaims, Auth, Context, Denial, Handlers, Requirement } from '@latchkey/core'
import { nodeAuth, sendFault, sendJson } from '@latchkey/node'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'

/** What `expressAuth` may be told. */
export interface ExpressAuthOptions {
  /** Answers a denied request in place of `sendDenial`. It must end the response. What it throws goes to the error handlers. */
  readonly onDenied?: (denial: Denial, request: Request, response: Response) => void | Promise<void>
}

/** A middleware of Express that leaves the types of its route, such as those of its path's parameters, to the route. */
export type ExpressGuard = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>

/** Latchkey on Express, for one `Auth`. Frozen; its members need no `this`. */
export interface ExpressAuth<User, Claims extends AccessTokenClaims, Data extends object> {
  /**
   * Opens each request's context; it authenticates nothing by itself. Put it before the routes, and before middleware that changes
   * the response's headers late. Where `tokens.locations` look into the body, `request.body` is what a body parser before the guard made. Mounted a second time, also on a router, it does nothing.
   */
  readonly mount: RequestHandler
  /**
   * Makes a middleware that passes on requests that meet the requirement and denies the others.
   *
   * @throws {ConfigError} At once, for a requirement that is misspelt or out of range. Where `mount` does not come before
   * it, each request is a `UsageError` (`not_guarded`).
   */
  requireAuth(requirement?: Requirement): ExpressGuard
  /**
   * Makes a middleware of the ready-made routes (`auth.handlers`), which passes on what is for none of them. It takes the body that a
   * parser before it made, and reads it itself where there was none.
   */
  routes(handlers: Handlers<Context<User, Claims, Data>>): ExpressGuard
  /**
   * Gives a request's context.
   *
   * @throws {UsageError} `not_guarded` where this instance's `mount` does not come before.
   */
  authOf(request: IncomingMessage): Context<User, Claims, Data>
  /** Sends a denial: its status and headers, and its body as JSON. */
  sendDenial(response: ServerResponse, denial: Denial): void
  /**
   * Answers a `SessionConflictError` with 409 and an `UnavailableError` with 503, as JSON, and hands every other error
   * to the next error handler. Put it after the routes. Nothing is logged: a handler before it can look at each error and pass it on.
   */
  readonly faults: ErrorRequestHandler
}

/**
 * Puts an `Auth` on Express.
 *
 * @example Protecting a route
 *
 * ```ts
 * import express from 'express'
 * import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
 * import { expressAuth } from '@latchkey/express'
 *
 * const auth = createAuth({
 *   origin: 'https://app.example.com',
 *   secrets: { 1: process.env['AUTH_SECRET'] ?? '' },
 *   sessions: storedSessions(createMemorySessionStore()),
 *   users: { findById: (id) => ({ id, name: 'Ada' }) },
 * })
 * const { mount, requireAuth, authOf, faults } = expressAuth(auth)
 *
 * const app = express()
 * app.use(mount)
 * app.get('/me', requireAuth(), async (request, response) => {
 *   response.json(await authOf(request).user())
 * })
 * app.use(faults)
 * ```
 */
export function expressAuth<User, Data extends object, Claims extends AccessTokenClaims>(
  auth: Auth<User, Data, Claims>,
  { onDenied = (denial, _, response) => sendJson(response, denial) }: ExpressAuthOptions = {},
): ExpressAuth<User, Claims, Data> {
  const { open, authOf, sendDenial } = nodeAuth(auth)

  return Object.freeze<ExpressAuth<User, Claims, Data>>({
    mount(request, response, next) {
      open(request, response, { url: request.originalUrl, body: () => request.body as unknown })
      next()
    },
    requireAuth(requirement) {
      const guard = auth.guard(requirement)
      return async (request, response, next) => {
        const denial = await guard(authOf(request))
        if (denial === undefined) next()
        // Express calls this, with its own objects.
        else await onDenied(denial, request as Request, response as Response)
      }
    },
    routes: (handlers) => async (request, response, next) => {
      const body = () => ((request as Request).body as unknown) ?? request
      const answer = await handlers.handle(authOf(request), body)
      if (answer === undefined) next()
      else sendJson(response, answer)
    },
    authOf,
    sendDenial,
    faults(error: unknown, _request, response, next) {
      if (!sendFault(response, error)) next(error)
    },
  })
}
