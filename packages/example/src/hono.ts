/**
 * The API on Hono.
 *
 * @module
 */

import type { RequestListener } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { honoAuth } from '@latchkey/hono'
import { Hono, type Context as HonoContext } from 'hono'
import { createMiddleware } from 'hono/factory'
import { headersOf, INTERNAL_ERROR, INVALID_REQUEST, json, type Answer } from './answer.ts'
import type { Client } from './client.ts'
import { logError } from './log.ts'
import type { ServerParts } from './parts.ts'
import { answerUnrouted, checkBodyHeaders, checkPath, readBody } from './request.ts'

/** Creates the request listener. */
export function createHonoListener({ api, auth, log }: ServerParts): RequestListener {
  const { accounts, devices, forgotten, jwks, keys, notebook, passwords, stepUp, values } = api
  const { mount, requireAuth, authOf, sendFault } = honoAuth(auth)
  const signedIn = requireAuth()
  // What is at stake is the account itself, so that the stores are asked whether token, session and user still stand.
  const owner = requireAuth({ scope: 'account', authoritative: true })
  // No API key has the scope above; of these it has those that it was made with.
  const reader = requireAuth({ scope: 'notes:read' })
  const writer = requireAuth({ scope: 'notes:write' })
  // Who proved its identity a while ago does so again, at /auth/step-up.
  const recent = requireAuth({ maxAge: '5m' })
  // Everybody may pass; the session cookie is looked at, and an access token is not.
  const visitor = requireAuth({ via: 'session', optional: true })

  const app = new Hono()
  app.use(mount)
  app.use(async (c, next) => {
    const refused = checkPath(pathOf(c))
    return refused === undefined ? next() : send(refused)
  })

  app.get('/healthz', () => send(json(200, { status: 'ok' })))

  app.post('/auth/register', withBody, async (c) => send(await accounts.register(c.var.body)))
  app.post('/auth/login', withBody, async (c) => send(await accounts.login(authOf(c), c.var.body, clientOf(c))))
  app.post('/auth/token', withBody, async (c) => send(await accounts.token(authOf(c), c.var.body, clientOf(c))))
  app.post('/auth/refresh', withBody, async (c) => send(await accounts.refresh(authOf(c), c.var.body)))
  app.post('/auth/revoke', withBody, async (c) => send(await accounts.revoke(authOf(c), c.var.body)))
  app.post('/auth/step-up', owner, withBody, async (c) => send(await stepUp(authOf(c), c.var.body, clientOf(c))))
  app.post('/auth/logout', async (c) => send(await accounts.logout(authOf(c))))

  app.post('/auth/password/forgot', visitor, withBody, async (c) =>
    send(await forgotten.forgot(c.var.body, clientOf(c))),
  )
  app.post('/auth/password/reset', visitor, withBody, async (c) => send(await forgotten.reset(c.var.body)))

  app.get('/.well-known/jwks.json', async (c) => send(await jwks(authOf(c))))

  app.get('/me', signedIn, async (c) => send(await accounts.me(authOf(c))))

  app.put('/me/password', owner, recent, withBody, async (c) =>
    send(await passwords.change(authOf(c), c.var.body, clientOf(c))),
  )

  app.post('/me/api-keys', owner, withBody, async (c) => send(await keys.create(authOf(c), c.var.body)))
  app.get('/me/api-keys', owner, async (c) => send(await keys.list(authOf(c))))
  app.delete('/me/api-keys', owner, async (c) => send(await keys.revokeAll(authOf(c))))
  app.delete('/me/api-keys/:id', owner, async (c) => send(await keys.revoke(authOf(c), c.req.param('id'))))

  app.get('/session', visitor, async (c) => send(await values.read(authOf(c))))
  app.put('/session/:key', visitor, withBody, async (c) =>
    send(await values.set(authOf(c), c.req.param('key'), c.var.body)),
  )
  app.delete('/session/:key', visitor, async (c) => send(await values.remove(authOf(c), c.req.param('key'))))

  app.get('/auth/sessions', owner, async (c) => send(await devices.list(authOf(c))))
  app.delete('/auth/sessions', owner, async (c) => send(await devices.revokeOthers(authOf(c))))
  app.delete('/auth/sessions/:id', owner, async (c) => send(await devices.revoke(authOf(c), c.req.param('id'))))

  app.get('/notes', reader, async (c) => send(await notebook.list(authOf(c))))
  app.post('/notes', writer, withBody, async (c) => send(await notebook.create(authOf(c), c.var.body)))
  app.get('/notes/:id', reader, async (c) => send(await notebook.read(authOf(c), c.req.param('id'))))
  app.put('/notes/:id', writer, withBody, async (c) =>
    send(await notebook.replace(authOf(c), c.req.param('id'), c.var.body)),
  )
  app.delete('/notes/:id', writer, async (c) => send(await notebook.remove(authOf(c), c.req.param('id'))))

  app.notFound((c) => send(answerUnrouted(c.req.method, pathOf(c))))
  app.onError((error, c) => {
    logError(log, error)
    return sendFault(c, error) ?? send(INTERNAL_ERROR)
  })
  const listener = getRequestListener(app.fetch, {
    // What no `Request` can be made of, such as a malformed Host header, does not reach Hono.
    errorHandler: (error) => send(error instanceof RequestError ? INVALID_REQUEST : INTERNAL_ERROR),
  })
  return (request, response) => void listener(request, response)
}

// Hono's own `bodyLimit` answers while the client is still sending, and the client may then never see the answer.
const withBody = createMiddleware<{ Variables: { body: unknown } }>(async (c, next) => {
  const refused = checkBodyHeaders({
    contentType: c.req.header('content-type'),
    contentEncoding: c.req.header('content-encoding'),
    contentLength: c.req.header('content-length'),
  })
  if (refused !== undefined) return send(refused)
  const body = await readBody(c.req.raw.body ?? [])
  if (!body.ok) return send(body.answer)
  c.set('body', body.value)
  return next()
})

function clientOf(c: HonoContext): Client {
  return { address: getConnInfo(c).remote.address, userAgent: c.req.header('user-agent') }
}

/** The path as it was sent; `c.req.path` is decoded in part. */
function pathOf(c: HonoContext): string {
  return new URL(c.req.url).pathname
}

function send(answer: Answer): Response {
  const { status, body } = answer
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers: headersOf(answer) })
}
