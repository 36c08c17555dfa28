/**
 * The application of the attack corpus on each of the three adapters.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { getRequestListener } from '@hono/node-server'
import { expressAuth } from '@latchkey/express'
import { honoAuth } from '@latchkey/hono'
import { nodeAuth, type NodeHandler } from '@latchkey/node'
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import type { Adapter } from '../app.ts'
import {
  answerRoute,
  answerUnrouted,
  createReadyMade,
  ROUTES,
  type CorpusAnswer,
  type CorpusAuth,
  type CorpusExchange,
  type CorpusRoute,
} from './application.fixture.ts'

/** What a server is made of. */
export interface CorpusServerParts {
  readonly auth: CorpusAuth
  /** See `CorpusExchange`. */
  readonly pause: () => Promise<void>
  /** Receives what an adapter answers with 500 or 503. */
  readonly onError: (error: unknown) => void
}

/** Longer headers than Node takes by default, so that the library judges them and not Node. */
const OPTIONS = { maxHeaderSize: 4_194_304 }

/** Makes a server that does not listen yet. */
export const CREATE_SERVER: Readonly<Record<Adapter, (parts: CorpusServerParts) => Server>> = {
  node: createNodeServer,
  express: createExpressServer,
  hono: createHonoServer,
}

function createNodeServer({ auth, pause, onError }: CorpusServerParts): Server {
  const { listener, requireAuth, authOf, upgrade, routes } = nodeAuth(auth, { onError })

  function toHandler(route: CorpusRoute): NodeHandler {
    const run: NodeHandler = async (request, response) => {
      if (route.streamed) response.write('x ')
      send(response, await answerRoute(route, exchangeOf(auth, authOf(request), request, pause)))
    }
    const guarded = route.requirement === null ? run : requireAuth(route.requirement)(run)
    return route.mountedTwice ? (request, response) => listener(guarded)(request, response) : guarded
  }

  const handlers = new Map(
    ROUTES.flatMap((route) => route.methods.map((method) => [`${method} ${route.path}`, toHandler(route)] as const)),
  )
  const own: NodeHandler = (request, response) => {
    const { method = '' } = request
    const path = pathOf(request.url)
    const handler = handlers.get(`${method === 'HEAD' ? 'GET' : method} ${path}`)
    return handler === undefined ? send(response, answerUnrouted(method, path)) : handler(request, response)
  }
  const all = createReadyMade(auth).reduce((handler, each) => routes(each)(handler), own)
  const server = createServer(OPTIONS, listener(all))
  const admit = auth.guard()
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => socket.destroy())
    admit(upgrade(request)).then(
      (denial) => socket.end(`HTTP/1.1 ${denial?.status ?? 101} Answer\r\n\r\n${JSON.stringify(denial?.body ?? {})}`),
      () => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'),
    )
  })
  return server
}

function createExpressServer({ auth, pause, onError }: CorpusServerParts): Server {
  const { mount, requireAuth, authOf, routes, faults } = expressAuth(auth)
  const app = express()
  const part = express.Router()
  app.use(mount)
  for (const each of createReadyMade(auth)) app.use(routes(each))
  part.use(mount)
  app.use('/part', part)

  function toHandler(route: CorpusRoute): RequestHandler {
    return async (request, response) => {
      if (route.streamed) response.write('x ')
      send(response, await answerRoute(route, exchangeOf(auth, authOf(request), request, pause)))
    }
  }
  for (const route of ROUTES) {
    const router: Router = route.mountedTwice ? part : app
    const path = route.mountedTwice ? route.path.slice('/part'.length) : route.path
    const guards = route.requirement === null ? [] : [requireAuth(route.requirement)]
    for (const method of route.methods) {
      router[method.toLowerCase() as 'post'](path, ...guards, toHandler(route))
    }
  }
  const report: ErrorRequestHandler = (error, _request, _response, next) => {
    onError(error)
    next(error)
  }
  const internalError: ErrorRequestHandler = (_error, _request, response, _next) => {
    send(response, { status: 500, body: { error: 'internal_error' } })
  }
  app.use((request, response) => send(response, answerUnrouted(request.method, request.path)))
  app.use(report, faults, internalError)
  return createServer(OPTIONS, app)
}

function createHonoServer({ auth, pause, onError }: CorpusServerParts): Server {
  const { mount, requireAuth, authOf, routes, sendFault } = honoAuth(auth)
  const app = new Hono()
  const part = new Hono()
  app.use(mount)
  for (const each of createReadyMade(auth)) app.use(routes(each))
  part.use(mount)

  function exchange(c: Context): CorpusExchange {
    const query = new URL(c.req.url).searchParams
    return { auth, context: authOf(c), query, body: () => c.req.text(), pause }
  }
  for (const route of ROUTES) {
    const router = route.mountedTwice ? part : app
    const path = route.mountedTwice ? route.path.slice('/part'.length) : route.path
    const guards: MiddlewareHandler[] = route.requirement === null ? [] : [requireAuth(route.requirement)]
    router.on([...route.methods], [path], ...guards, async (c) => {
      const answer = (): Promise<CorpusAnswer> => answerRoute(route, exchange(c))
      return route.streamed ? toStream(answer) : toResponse(await answer())
    })
  }
  app.route('/part', part)
  app.notFound((c) => toResponse(answerUnrouted(c.req.method, c.req.path)))
  app.onError((error, c) => {
    onError(error)
    return sendFault(c, error) ?? c.json({ error: 'internal_error' }, 500)
  })
  const listen = getRequestListener(app.fetch)
  return createServer(OPTIONS, (request, response) => void listen(request, response))
}

function exchangeOf(
  auth: CorpusAuth,
  context: CorpusExchange['context'],
  request: IncomingMessage,
  pause: () => Promise<void>,
): CorpusExchange {
  const query = new URLSearchParams(request.url?.split('?')[1])
  return { auth, context, query, body: () => text(request), pause }
}

function pathOf(target = ''): string {
  return target.split('?', 1)[0] ?? ''
}

function send(response: ServerResponse, { status, headers = {}, body }: CorpusAnswer): void {
  if (!response.headersSent) {
    response.statusCode = status
    response.setHeaders(new Map(Object.entries({ ...typeOf(body), ...headers })))
  }
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

function toResponse({ status, headers = {}, body }: CorpusAnswer): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { ...typeOf(body), ...headers },
  })
}

function toStream(answer: () => Promise<CorpusAnswer>): Response {
  const encoder = new TextEncoder()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  // The first write is answered when the response is being read, and its headers are gone by then.
  const write = async (): Promise<void> => {
    await writer.write(encoder.encode('x '))
    await writer.write(encoder.encode(JSON.stringify((await answer()).body) ?? ''))
    await writer.close()
  }
  write().catch((error: unknown) => writer.abort(error).catch(() => {}))
  return new Response(readable)
}

function typeOf(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' }
}
