import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json as readJson } from 'node:stream/consumers'
import { isFault } from '@latchkey/core'
import { callerOf, describeAdapter, type StartAdapter } from '@latchkey/testing'
import { nodeAuth, type NodeHandler } from './index.ts'

const start: StartAdapter = async (auth, { pause, handlers }) => {
  const { listener, requireAuth, routes: mounted, authOf, sendDenial } = nodeAuth(auth, { onError: () => {} })

  const queryOf = (url: string | undefined) => new URL(url ?? '', 'http://localhost').searchParams
  const json = (response: Parameters<NodeHandler>[1], value: object) =>
    void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
  const who: NodeHandler = async (request, response) => json(response, await callerOf(authOf(request)))

  const routes = new Map<string, NodeHandler>([
    ['GET /me', requireAuth()(who)],
    ['POST /me', requireAuth()(who)],
    ['GET /maybe', requireAuth({ optional: true })(who)],
    ['GET /passive', requireAuth({ passive: true })(who)],
    ['GET /bearer', requireAuth({ via: 'bearer' })(who)],
    ['GET /scope', requireAuth({ scope: 'admin' })(who)],
    ['GET /step-up', requireAuth({ maxAge: '5m' })(who)],
    ['GET /unguarded', who],
    [
      'POST /login',
      async (request, response) => {
        const subject = queryOf(request.url).get('subject') ?? ''
        const result = await auth.login(authOf(request), { subject, scopes: ['read'], deliver: 'cookie' })
        if (!result.ok) return sendDenial(response, result.denial)
        json(response, { ok: true })
      },
    ],
    [
      'POST /logout',
      async (request, response) => {
        const result = await auth.logout(authOf(request))
        if (!result.ok) return sendDenial(response, result.denial)
        json(response, { revoked: result.revoked })
      },
    ],
    [
      'POST /write',
      requireAuth({ optional: true })(async (request, response) => {
        const session = await authOf(request).session()
        await session.set('value', queryOf(request.url).get('value') ?? '')
        await who(request, response)
      }),
    ],
    [
      'GET /read',
      requireAuth({ optional: true })(async (request, response) => {
        const session = await authOf(request).session()
        json(response, { value: session.get('value') ?? null })
      }),
    ],
    [
      'GET /redirect',
      requireAuth()((_, response) => {
        response.statusCode = 302
        response.setHeader('Location', '/me')
        response.end()
      }),
    ],
    [
      'GET /throw',
      requireAuth()((_, response) => {
        response.setHeader('Content-Length', '5')
        response.setHeader('Content-Encoding', 'gzip')
        throw new Error('internal detail')
      }),
    ],
    [
      'GET /raw',
      requireAuth()((request, response) => {
        if (queryOf(request.url).get('form') === 'array') {
          response.writeHead(200, ['Content-Type', 'text/plain', 'X-One', '1']).end('raw')
        } else {
          response.writeHead(200, 'Fine', { 'Content-Type': 'text/plain', 'X-One': 1 }).end('raw')
        }
      }),
    ],
    [
      'GET /own-cookies',
      requireAuth()((_, response) => {
        response.setHeader('Set-Cookie', 'theme=dark; Path=/')
        response.appendHeader('Set-Cookie', '__Host-session=planted; Path=/; Secure')
        response.end('own')
      }),
    ],
    [
      'GET /private',
      requireAuth()((_, response) => {
        response.writeHead(200, { 'Cache-Control': 'private, max-age=60', Vary: 'Accept' }).end('private')
      }),
    ],
    [
      'GET /stream',
      requireAuth({ optional: true })(async (request, response) => {
        response.write('first ')
        await pause()
        try {
          const session = await authOf(request).session()
          await session.set('value', 'streamed')
          response.end('written')
        } catch (error) {
          response.end(isFault(error) && error.code === 'ERR_USAGE' ? error.reason : 'something else')
        }
      }),
    ],
    [
      'POST /conflict',
      requireAuth()(async (request, response) => {
        const session = await authOf(request).session()
        session.get('value')
        await pause()
        await session.set('value', 'mine')
        json(response, { ok: true })
      }),
    ],
  ])

  const handle: NodeHandler = (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const handler = routes.get(`${method} ${request.url?.split('?')[0]}`)
    if (handler === undefined) return void response.writeHead(404).end()
    return handler(request, response)
  }
  const server = createServer(listener(mounted(handlers)(handle), readJson)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describeAdapter('node:http', start)
