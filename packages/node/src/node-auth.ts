/**
 * The adapter for `node:http`.
 *
 * @module
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { UsageError } from '@latchkey/core'
import type { AccessTokenClaims, Auth, AuthRequest, Context, Denial, Handlers, Requirement } from '@latchkey/core'
import { openSink } from './effects.ts'
import { toAuthRequest } from './request.ts'
import { sendFault, sendJson } from './send.ts'

/** Handles a request. What it throws, or rejects with, the listener answers. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** What `nodeAuth` may be told. */
export interface NodeAuthOptions {
  /** Answers a denied request in place of `sendDenial`. It must end the response. */
  readonly onDenied?: (denial: Denial, request: IncomingMessage, response: ServerResponse) => void | Promise<void>
  /**
   * Receives what a handler threw, where the client gets 500, 503 (`cause` is then the driver's error) or a broken
   * connection: everything but a conflict that was answered with 409. Must not throw. Default: a process warning
   * (`process.emitWarning`), which Node prints to stderr and `process.on('warning')` receives.
   */
  readonly onError?: (error: unknown, request: IncomingMessage) => void
}

/** Latchkey on `node:http`, for one `Auth`. Frozen; its members need no `this`. */
export interface NodeAuth<User, Claims extends AccessTokenClaims, Data extends object> {
  /**
   * Makes a listener for `createServer`. It opens each request's context, which authenticates nothing by itself, and
   * answers what the handler throws: 409 for a `SessionConflictError`, 503 for an `UnavailableError`, 500 for anything else, as JSON
   * `{ error }` without message or stack. When the headers are gone by then, it cuts the connection off, so that the client does not
   * take half an answer for a whole one.
   *
   * @param readBody Gives the parsed body of a request, for `tokens.locations` that look into it; called at most once for each. The handler
   * reads what it gave by its own means. Default: none; then such a location is a `UsageError` (`not_configured`).
   */
  listener(handler: NodeHandler, readBody?: (request: IncomingMessage) => unknown): RequestListener
  /**
   * Guards handlers: they run for requests that meet the requirement, and the others are denied.
   *
   * @throws {ConfigError} At once, for a requirement that is misspelt or out of range.
   */
  requireAuth(requirement?: Requirement): (handler: NodeHandler) => NodeHandler
  /**
   * Puts the ready-made routes (`auth.handlers`) before a handler, which gets the requests that are for none of them. They read the
   * bodies of theirs themselves.
   */
  routes(handlers: Handlers<Context<User, Claims, Data>>): (handler: NodeHandler) => NodeHandler
  /**
   * Gives a request's context; other instances' contexts are not found here.
   *
   * @throws {UsageError} `not_guarded` when this instance has opened none.
   */
  authOf(request: IncomingMessage): Context<User, Claims, Data>
  /**
   * Opens a request's context and its response's sink, unless they are open already, and looks at nothing. `listener`
   * does it by itself; this is for frameworks on top of Node.
   *
   * @param response Undefined where there is none that could carry a cookie: then the sink is closed.
   * @param view What the framework knows better: `url`, the path and query as sent, where it has changed `request.url`; `body`, which gives
   * the parsed body.
   */
  open(request: IncomingMessage, response?: ServerResponse, view?: Partial<AuthRequest>): Context<User, Claims, Data>
  /** Sends a denial: its status and headers, and its body as JSON. */
  sendDenial(response: ServerResponse, denial: Denial): void
  /**
   * Opens the context of a WebSocket upgrade, for `auth.guard`. An upgrade's answer carries no cookie: the session is not renewed,
   * a dead cookie is not deleted, and what needs a cookie (login, logout, a first session write) is a `UsageError` (`headers_sent`).
   * With a cookie the `Origin` is checked, because any site's page can start the handshake.
   */
  upgrade(request: IncomingMessage): Context<User, Claims, Data>
}

const INTERNAL_ERROR = { status: 500, headers: { 'cache-control': 'no-store' }, body: { error: 'internal_error' } }

/**
 * Puts an `Auth` on `node:http`.
 *
 * @example Protecting a route
 *
 * ```ts
 * import { createServer } from 'node:http'
 * import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
 * import { nodeAuth } from '@latchkey/node'
 *
 * const auth = createAuth({
 *   origin: 'https://app.example.com',
 *   secrets: { 1: process.env['AUTH_SECRET'] ?? '' },
 *   sessions: storedSessions(createMemorySessionStore()),
 *   users: { findById: (id) => ({ id, name: 'Ada' }) },
 * })
 * const { listener, requireAuth, authOf, upgrade } = nodeAuth(auth)
 *
 * const showMe = requireAuth()(async (request, response) => {
 *   const user = await authOf(request).user()
 *   response.end(`Hello ${user?.name}`)
 * })
 * const server = createServer(
 *   listener(async (request, response) => {
 *     if (request.url === '/me') return showMe(request, response)
 *     response.writeHead(404).end()
 *   }),
 * )
 *
 * const admit = auth.guard()
 * server.on('upgrade', (request, socket) => {
 *   socket.on('error', () => socket.destroy()) // a client that hangs up must not end the process
 *   admit(upgrade(request)).then(
 *     (denial) => socket.end(denial ? `HTTP/1.1 ${denial.status} Denied\r\n\r\n` : 'HTTP/1.1 501 Not Implemented\r\n\r\n'),
 *     () => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'),
 *   )
 * })
 * ```
 */
export function nodeAuth<User, Data extends object, Claims extends AccessTokenClaims>(
  auth: Auth<User, Data, Claims>,
  { onDenied = (denial, _, response) => sendJson(response, denial), onError = warn }: NodeAuthOptions = {},
): NodeAuth<User, Claims, Data> {
  const key = Symbol('latchkey')
  type Opened = IncomingMessage & { [key]?: { request: IncomingMessage; context: Context<User, Claims, Data> } }

  function authOf(request: Opened) {
    // What inherits from a request, or was copied from one, is another request.
    if (request[key]?.request === request) return request[key].context
    throw new UsageError('not_guarded', 'No mount or listener of this instance has opened this request')
  }

  function open(request: Opened, response?: ServerResponse, view?: Partial<AuthRequest>) {
    if (request[key]?.request === request) return request[key].context
    return (request[key] = { request, context: auth.open(toAuthRequest(request, view), openSink(response)) }).context
  }

  function answerError(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    const sent = sendFault(response, error)
    if (!sent || response.statusCode === 503) onError(error, request)
    if (!response.headersSent) sendJson(response, INTERNAL_ERROR)
    else if (!response.writableEnded) response.destroy()
  }

  return Object.freeze<NodeAuth<User, Claims, Data>>({
    listener: (handler, readBody) => (request, response) => {
      open(request, response, readBody && { body: () => readBody(request) })
      const run = async () => handler(request, response)
      run().catch((error: unknown) => answerError(error, request, response))
    },
    requireAuth(requirement) {
      const guard = auth.guard(requirement)
      return (handler) => async (request, response) => {
        const denial = await guard(authOf(request))
        return denial === undefined ? handler(request, response) : onDenied(denial, request, response)
      }
    },
    routes: (handlers) => (handler) => async (request, response) => {
      const answer = await handlers.handle(authOf(request), () => request)
      return answer === undefined ? handler(request, response) : sendJson(response, answer)
    },
    authOf,
    open,
    sendDenial: sendJson,
    upgrade: (request) => open(request),
  })
}

const warn = (error: unknown): void =>
  process.emitWarning(error instanceof Error ? error : 'A request handler threw something that is no Error')
