/**
 * Others' sessions, set up as their documentation says.
 *
 * @module
 */

import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import session, { type SessionData, type Store } from 'express-session'
import { connectRequest } from './requests.ts'

/** A way to keep sessions: a cookie of a login, and a visit that reads a value by it. */
export interface PeerSessions {
  readonly cookie: string
  /** The value in the session; null when the cookie is not taken. */
  visit(cookie: string, index: number): Promise<string | null>
}

/** What express-session signs its cookies with. */
export const EXPRESS_SECRET = 'a secret of thirty-two characters'

/** express-session on its own memory store, or on another. */
export async function createExpressSessions(store: Store = new session.MemoryStore()): Promise<PeerSessions> {
  const secret = EXPRESS_SECRET
  const middleware = session({ secret, store, resave: false, saveUninitialized: false, cookie: { secure: true } })

  type Visited = SessionData & { name?: string }
  function run(cookie: string, index: number, use: (data: Visited) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const { request, response } = connectRequest(cookie, index)
      let set = ''
      const own = {
        ...response,
        setHeader: (_name: string, value: unknown) => void (set = String(value)),
        end: () => resolve(set),
      }
      middleware(request as never, own as never, (problem?: unknown) => {
        if (problem instanceof Error) {
          reject(problem)
          return
        }
        use((request as { readonly session: Visited }).session)
        own.end()
      })
    })
  }
  const line = await run('none=1', 0, (data) => {
    data.name = 'Ada'
  })
  return {
    cookie: line.slice(0, line.indexOf(';')),
    async visit(cookie, index) {
      let name: string | undefined
      await run(cookie, index, (data) => {
        name = data.name
      })
      return name ?? null
    },
  }
}

/** better-auth on SQLite, with its cookie cache or without. */
export async function createBetterAuthSessions({
  cookieCache,
}: {
  readonly cookieCache: boolean
}): Promise<PeerSessions> {
  const options = {
    baseURL: 'https://app.test',
    secret: 'a secret of thirty-two characters',
    database: new DatabaseSync(':memory:'),
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: cookieCache, maxAge: 300 } },
    telemetry: { enabled: false },
    logger: { disabled: true },
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = betterAuth(options)
  const { headers } = await auth.api.signUpEmail({
    body: { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' },
    returnHeaders: true,
  })
  const cookie = headers
    .getSetCookie()
    .map((line) => line.slice(0, line.indexOf(';')))
    .join('; ')
  return {
    cookie,
    async visit(presented, index) {
      const found = await auth.api.getSession({
        headers: new Headers({ cookie: `a=${index}; ${presented}; theme=dark` }),
      })
      return found?.user.name ?? null
    },
  }
}
