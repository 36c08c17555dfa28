/**
 * An application without HTTP, and the session handles of its requests.
 *
 * @module
 */

import {
  createAuth,
  createEffects,
  createMemorySessionStore,
  storedSessions,
  type AccessTokenClaims,
  type Auth,
  type AuthConfig,
  type Context,
  type JsonObject,
  type Session,
  type SessionStoreParts,
  type StoredSessionOptions,
} from '@latchkey/core'
import { TEST_SECRETS } from './keys.ts'
import { createTestRequest } from './request.ts'
import { createTestRuntime } from './runtime.ts'

const ORIGIN = 'https://app.test'

/** What `createTestApplication` may be told. */
export interface TestApplicationOptions {
  /** What `createAuth` is told besides. Default: a test runtime, `TEST_SECRETS`, and users who are all there. */
  readonly config?: Partial<AuthConfig<unknown, JsonObject>>
  /** What `storedSessions` is told. Default: nothing. */
  readonly sessions?: StoredSessionOptions
}

/** One request of a browser. */
export interface TestVisit<Data extends object = JsonObject> {
  /** What `auth.logout` and `auth.elevate` take. */
  readonly context: Context<unknown, AccessTokenClaims, JsonObject>
  /** The session's handle. */
  readonly session: Session<Data>
  /** Sends the response's headers, and gives the session cookie that the browser has afterwards: `name=value`, or empty text. */
  cookie(): string
}

/** An application in the hands of a test. Cookies are `name=value`, and empty text stands for none. */
export interface TestApplication {
  /** The functions that the application binds. */
  readonly auth: Auth
  /** A request that a browser with this cookie sends. */
  visit(cookie?: string): Promise<TestVisit>
  /** Makes the session of a visitor who has not logged in, by writing these values, and gives its cookie. */
  begin(values?: JsonObject): Promise<string>
  /** Logs in, and gives the cookie; undefined where the login was refused. `epoch` is that of `auth.epochOf`, read before. */
  logIn(subject: string, options?: { readonly epoch?: number; readonly cookie?: string }): Promise<string | undefined>
}

/** Creates an application on a store. */
export function createTestApplication(
  store: SessionStoreParts,
  { config = {}, sessions = {} }: TestApplicationOptions = {},
): TestApplication {
  const auth: Auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions(store, sessions),
    users: { findById: (id) => ({ id }) },
    runtime: createTestRuntime(),
    ...config,
  })

  function open(cookie: string) {
    const effects = createEffects()
    const headers = { origin: ORIGIN, ...(cookie === '' ? {} : { cookie }) }
    const context = auth.open(createTestRequest({ method: 'POST', headers }), effects)
    const takeCookie = (): string => {
      let lines: readonly string[] | undefined
      effects.flush({
        get: () => undefined,
        set() {},
        getSetCookie: () => lines ?? [],
        replaceSetCookie: (changed) => (lines = changed),
      })
      const [pair = ''] = lines?.[0]?.split(';') ?? [cookie]
      return pair.endsWith('=') ? '' : pair
    }
    return { context, takeCookie }
  }

  async function visit(cookie = ''): Promise<TestVisit> {
    const { context, takeCookie } = open(cookie)
    await auth.guard({ optional: true })(context)
    return { context, session: await context.session(), cookie: takeCookie }
  }

  return {
    auth,
    visit,
    async begin(values = { begun: true }) {
      const { session, cookie } = await visit()
      await session.update(values)
      return cookie()
    },
    async logIn(subject, { cookie = '', ...options } = {}) {
      const { context, takeCookie } = open(cookie)
      const result = await auth.login(context, { subject, deliver: 'cookie', ...options })
      return result.ok ? takeCookie() : undefined
    },
  }
}

/** What `createTestSession` may be told. */
export interface TestSessionOptions {
  /** Who has logged in. Default: nobody. */
  readonly subject?: string
  /** Where the session is kept. Default: a memory store of its own. */
  readonly store?: SessionStoreParts
}

/**
 * Creates a session for the unit test of a function that takes one: the real handle, on a real store, without a server or a request.
 * It behaves in every way as in a request: values are checked and frozen, and a session that was ended stays so.
 *
 * @param values What it holds at first. Without values and without a subject it begins with the first write, as a new visitor's does.
 */
export async function createTestSession<Data extends object = JsonObject>(
  values: Partial<Data> = {},
  { subject, store = createMemorySessionStore() }: TestSessionOptions = {},
): Promise<Session<Data>> {
  const application = createTestApplication(store)
  const login = subject === undefined ? '' : await application.logIn(subject)
  const { session } = await application.visit(login)
  if (Object.keys(values).length > 0) await session.update(values as Partial<JsonObject>)
  return session as unknown as Session<Data>
}
