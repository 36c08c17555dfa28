/**
 * The API on node:http, without a framework.
 *
 * @module
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { nodeAuth } from '@latchkey/node'
import { json, type Answer } from './answer.ts'
import { clientOf } from './client.ts'
import { logError } from './log.ts'
import type { ServerParts } from './parts.ts'
import { answerUnrouted, checkBodyHeaders, checkPath, pathOf, readBody } from './request.ts'
import { send } from './send.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

/** Creates the request listener. */
export function createNodeListener({ api, auth, log }: ServerParts): RequestListener {
  const { accounts, devices, forgotten, jwks, keys, notebook, passwords, stepUp, values } = api
  const { listener, requireAuth, authOf } = nodeAuth(auth, { onError: (error) => logError(log, error) })
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

  const routes = new Map<string, Handler>(
    Object.entries({
      'GET /healthz': (_request, response) => send(response, json(200, { status: 'ok' })),

      'POST /auth/register': withBody((_request, body) => accounts.register(body)),
      'POST /auth/login': withBody((request, body) => accounts.login(authOf(request), body, clientOf(request))),
      'POST /auth/token': withBody((request, body) => accounts.token(authOf(request), body, clientOf(request))),
      'POST /auth/refresh': withBody((request, body) => accounts.refresh(authOf(request), body)),
      'POST /auth/revoke': withBody((request, body) => accounts.revoke(authOf(request), body)),
      'POST /auth/step-up': owner(withBody((request, body) => stepUp(authOf(request), body, clientOf(request)))),
      'POST /auth/logout': answering((request) => accounts.logout(authOf(request))),

      'POST /auth/password/forgot': visitor(withBody((request, body) => forgotten.forgot(body, clientOf(request)))),
      'POST /auth/password/reset': visitor(withBody((_request, body) => forgotten.reset(body))),

      'GET /.well-known/jwks.json': answering((request) => jwks(authOf(request))),

      'GET /me': signedIn(answering((request) => accounts.me(authOf(request)))),

      'PUT /me/password': owner(
        recent(withBody((request, body) => passwords.change(authOf(request), body, clientOf(request)))),
      ),

      'POST /me/api-keys': owner(withBody((request, body) => keys.create(authOf(request), body))),
      'GET /me/api-keys': owner(answering((request) => keys.list(authOf(request)))),
      'DELETE /me/api-keys': owner(answering((request) => keys.revokeAll(authOf(request)))),
      'DELETE /me/api-keys/*': owner(answering((request) => keys.revoke(authOf(request), lastSegment(request)))),

      'GET /session': visitor(answering((request) => values.read(authOf(request)))),
      'PUT /session/*': visitor(withBody((request, body) => values.set(authOf(request), lastSegment(request), body))),
      'DELETE /session/*': visitor(answering((request) => values.remove(authOf(request), lastSegment(request)))),

      'GET /auth/sessions': owner(answering((request) => devices.list(authOf(request)))),
      'DELETE /auth/sessions': owner(answering((request) => devices.revokeOthers(authOf(request)))),
      'DELETE /auth/sessions/*': owner(answering((request) => devices.revoke(authOf(request), lastSegment(request)))),

      'GET /notes': reader(answering((request) => notebook.list(authOf(request)))),
      'POST /notes': writer(withBody((request, body) => notebook.create(authOf(request), body))),
      'GET /notes/*': reader(answering((request) => notebook.read(authOf(request), lastSegment(request)))),
      'PUT /notes/*': writer(
        withBody((request, body) => notebook.replace(authOf(request), lastSegment(request), body)),
      ),
      'DELETE /notes/*': writer(answering((request) => notebook.remove(authOf(request), lastSegment(request)))),
    }),
  )
  return listener((request, response) => {
    const { method = '', url = '' } = request
    const path = pathOf(url)
    const refused = checkPath(path)
    if (refused !== undefined) return send(response, refused)
    const verb = method === 'HEAD' ? 'GET' : method
    const handler = routes.get(`${verb} ${path}`) ?? routes.get(`${verb} ${patternOf(path)}`)
    return handler === undefined ? send(response, answerUnrouted(method, path)) : handler(request, response)
  })
}

function answering(operation: (request: IncomingMessage) => Promise<Answer>): Handler {
  return async (request, response) => send(response, await operation(request))
}

function withBody(operation: (request: IncomingMessage, body: unknown) => Promise<Answer>): Handler {
  return answering(async (request) => {
    const refused = checkBodyHeaders({
      contentType: request.headers['content-type'],
      contentEncoding: request.headers['content-encoding'],
      contentLength: request.headers['content-length'],
    })
    if (refused !== undefined) return refused
    const body = await readBody(request)
    return body.ok ? operation(request, body.value) : body.answer
  })
}

/** The path with `*` for its last segment, unless that is empty. */
function patternOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return folder === path ? path : `${folder}*`
}

function lastSegment(request: IncomingMessage): string {
  const path = pathOf(request.url ?? '')
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
}
