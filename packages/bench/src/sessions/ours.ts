/**
 * Our side of the session cases: a login, and requests that come with its cookie.
 *
 * @module
 */

import { createAuth, storedSessions, type Auth, type SessionStoreParts, type SessionStrategy } from '@latchkey/core'
import { sealedSessions } from '@latchkey/iron'
import { createTestRequest, TEST_SECRETS } from '@latchkey/testing'
import { cookieRequest, UNSENT } from './requests.ts'

type Values = Record<string, string | number>

/** An application that keeps sessions. */
export interface OurSessions {
  readonly auth: Auth<unknown, Values>
  /** The cookie of a login, as a browser sends it. */
  readonly cookie: string
  /** One request: past a guard, into the session, a value out of it. Gives the value; null when the guard refuses. */
  visit(cookie: string, index: number): Promise<string | null>
  /** Writes a value under a key by a request of its own. */
  write(key: string, value: number): Promise<void>
}

/** Creates the application on a store, logs a user in, and keeps a value in the session. */
export function createOurSessions(store: SessionStoreParts): Promise<OurSessions> {
  return logIn(storedSessions<Values>(store))
}

/** The same with the values sealed into the cookie. */
export function createOurSealedSessions(): Promise<OurSessions> {
  return logIn(sealedSessions<Values>())
}

async function logIn(sessions: SessionStrategy<Values>): Promise<OurSessions> {
  const origin = 'https://app.test'
  const auth = createAuth({ origin, secrets: TEST_SECRETS, sessions })
  const guard = auth.guard()
  let line = ''
  const sink = { ...UNSENT, setCookie: (_name: string, set: string) => void (line = set) }
  const request = createTestRequest({ method: 'POST', headers: { origin } })
  const login = await auth.login(auth.open(request, sink), { subject: 'user-1', deliver: 'cookie' })
  if (!login.ok) throw new Error(login.code)
  await login.session.set('name', 'Ada')
  const cookie = line.slice(0, line.indexOf(';'))
  return {
    auth,
    cookie,
    async visit(presented, index) {
      const context = auth.open(cookieRequest(presented, index), UNSENT)
      if ((await guard(context)) !== undefined) return null
      return String((await context.session()).get('name'))
    },
    async write(key, value) {
      const context = auth.open(cookieRequest(cookie, value), UNSENT)
      if ((await guard(context)) !== undefined) throw new Error('The session is not alive')
      await (await context.session()).set(key, value)
    },
  }
}
