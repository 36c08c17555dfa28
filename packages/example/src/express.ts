/**
 * The API on Express.
 *
 * @module
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { expressAuth } from '@latchkey/express'
import express, { type ErrorRequestHandler, type Express, type NextFunction, type Request } from 'express'
import { BODY_TOO_LARGE, INTERNAL_ERROR, INVALID_JSON, json, UNSUPPORTED_MEDIA_TYPE } from './answer.ts'
import { clientOf } from './client.ts'
import { logError, type Log } from './log.ts'
import type { ServerParts } from './parts.ts'
import { answerUnrouted, checkBodyHeaders, checkPath, MAX_BODY_SIZE } from './request.ts'
import { send } from './send.ts'

type WithId = Request<{ id: string }>
type WithKey = Request<{ key: string }>

/** Creates the request listener. */
export function createExpressListener({ api, auth, log }: ServerParts): RequestListener {
  const { accounts, devices, forgotten, jwks, keys, notebook, passwords, stepUp, values } = api
  const { mount, requireAuth, authOf, faults } = expressAuth(auth)
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

  const app = createExpress()
  app.use(mount)
  app.use((req, res, next) => {
    const refused = checkPath(req.path)
    if (refused === undefined) next()
    else send(res, refused)
  })

  app.get('/healthz', (_req, res) => send(res, json(200, { status: 'ok' })))

  app.post('/auth/register', readBody, async (req, res) => send(res, await accounts.register(req.body)))
  app.post('/auth/login', readBody, async (req, res) =>
    send(res, await accounts.login(authOf(req), req.body, clientOf(req))),
  )
  app.post('/auth/token', readBody, async (req, res) =>
    send(res, await accounts.token(authOf(req), req.body, clientOf(req))),
  )
  app.post('/auth/refresh', readBody, async (req, res) => send(res, await accounts.refresh(authOf(req), req.body)))
  app.post('/auth/revoke', readBody, async (req, res) => send(res, await accounts.revoke(authOf(req), req.body)))
  app.post('/auth/step-up', owner, readBody, async (req, res) =>
    send(res, await stepUp(authOf(req), req.body, clientOf(req))),
  )
  app.post('/auth/logout', async (req, res) => send(res, await accounts.logout(authOf(req))))

  app.post('/auth/password/forgot', visitor, readBody, async (req, res) =>
    send(res, await forgotten.forgot(req.body, clientOf(req))),
  )
  app.post('/auth/password/reset', visitor, readBody, async (req, res) => send(res, await forgotten.reset(req.body)))

  app.get('/.well-known/jwks.json', async (req, res) => send(res, await jwks(authOf(req))))

  app.get('/me', signedIn, async (req, res) => send(res, await accounts.me(authOf(req))))

  app.put('/me/password', owner, recent, readBody, async (req, res) =>
    send(res, await passwords.change(authOf(req), req.body, clientOf(req))),
  )

  app.post('/me/api-keys', owner, readBody, async (req, res) => send(res, await keys.create(authOf(req), req.body)))
  app.get('/me/api-keys', owner, async (req, res) => send(res, await keys.list(authOf(req))))
  app.delete('/me/api-keys', owner, async (req, res) => send(res, await keys.revokeAll(authOf(req))))
  app.delete('/me/api-keys/:id', owner, async (req: WithId, res) =>
    send(res, await keys.revoke(authOf(req), req.params.id)),
  )

  app.get('/session', visitor, async (req, res) => send(res, await values.read(authOf(req))))
  app.put('/session/:key', visitor, readBody, async (req: WithKey, res) =>
    send(res, await values.set(authOf(req), req.params.key, req.body)),
  )
  app.delete('/session/:key', visitor, async (req: WithKey, res) =>
    send(res, await values.remove(authOf(req), req.params.key)),
  )

  app.get('/auth/sessions', owner, async (req, res) => send(res, await devices.list(authOf(req))))
  app.delete('/auth/sessions', owner, async (req, res) => send(res, await devices.revokeOthers(authOf(req))))
  app.delete('/auth/sessions/:id', owner, async (req: WithId, res) =>
    send(res, await devices.revoke(authOf(req), req.params.id)),
  )

  app.get('/notes', reader, async (req, res) => send(res, await notebook.list(authOf(req))))
  app.post('/notes', writer, readBody, async (req, res) => send(res, await notebook.create(authOf(req), req.body)))
  app.get('/notes/:id', reader, async (req: WithId, res) => send(res, await notebook.read(authOf(req), req.params.id)))
  app.put('/notes/:id', writer, readBody, async (req: WithId, res) =>
    send(res, await notebook.replace(authOf(req), req.params.id, req.body)),
  )
  app.delete('/notes/:id', writer, async (req: WithId, res) =>
    send(res, await notebook.remove(authOf(req), req.params.id)),
  )

  app.use((req, res) => send(res, answerUnrouted(req.method, req.path)))
  app.use(bodyErrors, errorsTo(log), faults, lastResort)
  return app
}

function createExpress(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  return app
}

const parseJson = express.json({ limit: MAX_BODY_SIZE, strict: false, type: () => true })

function readBody(req: IncomingMessage, res: ServerResponse, next: NextFunction): void {
  const refused = checkBodyHeaders({
    contentType: req.headers['content-type'],
    contentEncoding: req.headers['content-encoding'],
    contentLength: req.headers['content-length'],
  })
  if (refused === undefined) parseJson(req, res, next)
  else send(res, refused)
}

/** What `express.json` refuses is the client's fault; `http-errors` says so by a status. */
const bodyErrors: ErrorRequestHandler = (error: { status?: unknown }, _req, res, next) => {
  if (error.status === 400) send(res, INVALID_JSON)
  else if (error.status === 413) send(res, BODY_TOO_LARGE)
  else if (error.status === 415) send(res, UNSUPPORTED_MEDIA_TYPE)
  else next(error)
}

function errorsTo(log: Log): ErrorRequestHandler {
  return (error, _req, _res, next) => {
    logError(log, error)
    next(error)
  }
}

const lastResort: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) next(error)
  else send(res, INTERNAL_ERROR)
}
