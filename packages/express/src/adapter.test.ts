import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isFault } from '@latchkey/core'
import { callerOf, describeAdapter, type StartAdapter } from '@latchkey/testing'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { expressAuth } from './index.ts'

const start: StartAdapter = async (auth, { pause, handlers }) => {
  const { mount, requireAuth, routes, authOf, sendDenial, faults } = expressAuth(auth)
  const app = express()
  app.use(mount)
  app.use(express.json())
  app.use(routes(handlers))

  const who: RequestHandler = async (request, response) => {
    response.json(await callerOf(authOf(request)))
  }
  app.get('/me', requireAuth(), who)
  app.post('/me', requireAuth(), who)
  app.get('/maybe', requireAuth({ optional: true }), who)
  app.get('/passive', requireAuth({ passive: true }), who)
  app.get('/bearer', requireAuth({ via: 'bearer' }), who)
  app.get('/scope', requireAuth({ scope: 'admin' }), who)
  app.get('/step-up', requireAuth({ maxAge: '5m' }), who)
  app.get('/unguarded', who)
  app.post('/login', async (request, response) => {
    const subject = String(request.query['subject'])
    const result = await auth.login(authOf(request), { subject, scopes: ['read'], deliver: 'cookie' })
    if (!result.ok) return sendDenial(response, result.denial)
    response.json({ ok: true })
  })
  app.post('/logout', async (request, response) => {
    const result = await auth.logout(authOf(request))
    if (!result.ok) return sendDenial(response, result.denial)
    response.json({ revoked: result.revoked })
  })
  app.post(
    '/write',
    requireAuth({ optional: true }),
    async (request, _, next) => {
      const session = await authOf(request).session()
      await session.set('value', String(request.query['value']))
      next()
    },
    who,
  )
  app.get('/read', requireAuth({ optional: true }), async (request, response) => {
    const session = await authOf(request).session()
    response.json({ value: session.get('value') ?? null })
  })
  app.get('/redirect', requireAuth(), (_, response) => {
    response.status(302).location('/me').end()
  })
  app.get('/throw', requireAuth(), (_, response) => {
    response.set('Content-Language', 'en')
    throw new Error('internal detail')
  })
  app.get('/raw', requireAuth(), (request, response) => {
    if (request.query['form'] === 'array') {
      response.writeHead(200, ['Content-Type', 'text/plain', 'X-One', '1']).end('raw')
    } else {
      response.writeHead(200, 'Fine', { 'Content-Type': 'text/plain', 'X-One': 1 }).end('raw')
    }
  })
  app.get('/own-cookies', requireAuth(), (_, response) => {
    response.cookie('theme', 'dark').cookie('__Host-session', 'planted', { secure: true }).send('own')
  })
  app.get('/private', requireAuth(), (_, response) => {
    response.set({ 'Cache-Control': 'private, max-age=60', Vary: 'Accept' }).send('private')
  })
  app.get('/stream', requireAuth({ optional: true }), async (request, response) => {
    response.write('first ')
    await pause()
    try {
      const session = await authOf(request).session()
      await session.set('value', 'streamed')
      response.end('written')
    } catch (error) {
      response.end(isFault(error) && error.code === 'ERR_USAGE' ? error.reason : 'something else')
    }
  })
  app.post('/conflict', requireAuth(), async (request, response) => {
    const session = await authOf(request).session()
    session.get('value')
    await pause()
    await session.set('value', 'mine')
    response.json({ ok: true })
  })
  app.use(faults)
  const internalError: ErrorRequestHandler = (_error, _request, response, _next) => {
    response.status(500).json({ error: 'internal_error' })
  }
  app.use(internalError)

  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describeAdapter('express', start)
