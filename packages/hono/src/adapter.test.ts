import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { isFault } from '@latchkey/core'
import { callerOf, describeAdapter, type StartAdapter } from '@latchkey/testing'
import { Hono, type Context } from 'hono'
import { stream } from 'hono/streaming'
import { honoAuth } from './index.ts'

const start: StartAdapter = async (auth, { pause, handlers }) => {
  const { mount, requireAuth, routes, authOf, sendDenial, sendFault } = honoAuth(auth)
  const app = new Hono()
  app.use(mount)
  app.use(routes(handlers))
  app.onError((error, c) => sendFault(c, error) ?? c.json({ error: 'internal_error' }, 500))

  const who = async (c: Context) => c.json(await callerOf(authOf(c)))
  app.get('/me', requireAuth(), who)
  app.post('/me', requireAuth(), who)
  app.get('/maybe', requireAuth({ optional: true }), who)
  app.get('/passive', requireAuth({ passive: true }), who)
  app.get('/bearer', requireAuth({ via: 'bearer' }), who)
  app.get('/scope', requireAuth({ scope: 'admin' }), who)
  app.get('/step-up', requireAuth({ maxAge: '5m' }), who)
  app.get('/unguarded', who)
  app.post('/login', async (c) => {
    const subject = c.req.query('subject') ?? ''
    const result = await auth.login(authOf(c), { subject, scopes: ['read'], deliver: 'cookie' })
    return result.ok ? c.json({ ok: true }) : sendDenial(c, result.denial)
  })
  app.post('/logout', async (c) => {
    const result = await auth.logout(authOf(c))
    return result.ok ? c.json({ revoked: result.revoked }) : sendDenial(c, result.denial)
  })
  app.post('/write', requireAuth({ optional: true }), async (c) => {
    const session = await authOf(c).session()
    await session.set('value', c.req.query('value') ?? '')
    return who(c)
  })
  app.get('/read', requireAuth({ optional: true }), async (c) => {
    const session = await authOf(c).session()
    return c.json({ value: session.get('value') ?? null })
  })
  app.get('/redirect', requireAuth(), (c) => c.redirect('/me'))
  app.get('/throw', requireAuth(), (c) => {
    c.header('Content-Language', 'en')
    throw new Error('internal detail')
  })
  app.get('/raw', requireAuth(), (c) => {
    if (c.req.query('form') === 'array') return new Response('raw', { headers: [['Content-Type', 'text/plain']] })
    // What fetch gives has immutable headers.
    return fetch('data:text/plain,raw')
  })
  app.get('/own-cookies', requireAuth(), (c) => {
    c.header('Set-Cookie', 'theme=dark; Path=/')
    c.header('Set-Cookie', '__Host-session=planted; Path=/; Secure', { append: true })
    return c.text('own')
  })
  app.get('/private', requireAuth(), (c) =>
    c.text('private', 200, { 'Cache-Control': 'private, max-age=60', Vary: 'Accept' }),
  )
  app.get('/stream', requireAuth({ optional: true }), (c) =>
    stream(c, async (body) => {
      await body.write('first ')
      await pause()
      try {
        const session = await authOf(c).session()
        await session.set('value', 'streamed')
        await body.write('written')
      } catch (error) {
        await body.write(isFault(error) && error.code === 'ERR_USAGE' ? error.reason : 'something else')
      }
    }),
  )
  app.post('/conflict', requireAuth(), async (c) => {
    const session = await authOf(c).session()
    session.get('value')
    await pause()
    await session.set('value', 'mine')
    return c.json({ ok: true })
  })

  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  if (!server.listening) await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describeAdapter('hono', start)
