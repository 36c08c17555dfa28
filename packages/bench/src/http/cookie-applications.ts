/**
 * The same small service, guarded by a cookie: it answers when the session behind it has its value.
 *
 * @module
 */

import { createServer, type RequestListener, type Server } from 'node:http'
import { createMemorySessionStore } from '@latchkey/core'
import { expressAuth } from '@latchkey/express'
import { nodeAuth } from '@latchkey/node'
import express from 'express'
import session, { type SessionData } from 'express-session'
import { getIronSession, nodeCookies, sealData } from 'iron-session'
import { createOurSealedSessions, createOurSessions, type OurSessions } from '../sessions/ours.ts'
import { createBetterAuthSessions, createExpressSessions, EXPRESS_SECRET } from '../sessions/peers.ts'
import { cookies, send, type Application } from './applications.ts'

const NAME = 'Ada'
const IRON = { password: 'a password of thirty-two characters', cookieName: 'iron', ttl: 3_600 }

/** A service of ours on `node:http`. */
function startOurs({ auth }: OurSessions): Server {
  const { listener, requireAuth, authOf } = nodeAuth(auth)
  const guarded = requireAuth({ optional: true })(async (request, response) => {
    const values = await authOf(request).session()
    answer(values.get('name'), request, response)
  })
  return createServer(listener(guarded))
}

function answer(found: unknown, ...[request, response]: Parameters<RequestListener>): void {
  if (found === NAME) send(request, response)
  else response.writeHead(401).end()
}

const foundBy =
  (find: (...exchange: Parameters<RequestListener>) => Promise<unknown>): RequestListener =>
  async (request, response) => {
    answer(await find(request, response), request, response)
  }

const BARE: Application = {
  name: 'node:http, bare',
  role: 'floor',
  isGuarded: false,
  start: () => createServer(send),
}

/** The services on `node:http` that keep their sessions. */
export async function nodeCookieApplications(): Promise<readonly Application[]> {
  const ours = await createOurSessions(createMemorySessionStore())
  const better = await createBetterAuthSessions({ cookieCache: false })
  return [
    {
      name: 'latchkey on node:http, memory',
      role: 'ours',
      isGuarded: true,
      credential: cookies(ours.cookie),
      start: () => startOurs(ours),
    },
    BARE,
    {
      name: 'better-auth on node:http, SQLite',
      role: 'peer',
      isGuarded: true,
      credential: cookies(better.cookie),
      start: () => createServer(foundBy((request) => better.visit(request.headers.cookie ?? '', 0))),
    },
  ]
}

/** The services on `node:http` whose sessions are in their cookies. */
export async function nodeSealedApplications(): Promise<readonly Application[]> {
  const ours = await createOurSealedSessions()
  const seal = await sealData({ name: NAME }, IRON)
  return [
    {
      name: 'latchkey on node:http, sealed',
      role: 'ours',
      isGuarded: true,
      credential: cookies(ours.cookie),
      start: () => startOurs(ours),
    },
    BARE,
    {
      name: 'iron-session on node:http',
      role: 'peer',
      isGuarded: true,
      credential: cookies(`${IRON.cookieName}=${seal}`),
      start: () =>
        createServer(
          foundBy(async (request, response) => {
            const found = await getIronSession<{ name?: string }>(nodeCookies(request, response), IRON)
            return found.name
          }),
        ),
    },
  ]
}

/** The services on Express. */
export async function expressCookieApplications(): Promise<readonly Application[]> {
  const ours = await createOurSessions(createMemorySessionStore())
  const store = new session.MemoryStore()
  const peer = await createExpressSessions(store)
  const start = (...handlers: express.RequestHandler[]): Server => {
    const app = express().disable('x-powered-by').disable('etag')
    for (const handler of handlers) app.use(handler)
    app.get('/', (_request, response) => void response.json({ ok: true }))
    return createServer(app)
  }
  return [
    {
      name: 'latchkey on Express, memory',
      role: 'ours',
      isGuarded: true,
      credential: cookies(ours.cookie),
      start() {
        const { mount, requireAuth, authOf } = expressAuth(ours.auth)
        return start(mount, requireAuth(), async (request, response, next) => {
          const values = await authOf(request).session()
          if (values.get('name') === NAME) next()
          else response.status(401).end()
        })
      },
    },
    { name: 'Express, bare', role: 'floor', isGuarded: false, start: () => start() },
    {
      name: 'express-session, memory',
      role: 'peer',
      isGuarded: true,
      credential: cookies(peer.cookie),
      start: () =>
        start(
          session({ secret: EXPRESS_SECRET, store, resave: false, saveUninitialized: false }),
          (request, response, next) => {
            if ((request.session as SessionData & { name?: string }).name === NAME) next()
            else response.status(401).end()
          },
        ),
    },
  ]
}
