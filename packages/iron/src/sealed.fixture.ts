/**
 * An application on sealed sessions without a server, for the tests of this package.
 *
 * @module
 */

import {
  createAuth,
  createEffects,
  type Auth,
  type AuthConfig,
  type AuthEvent,
  type Context,
  type AccessTokenClaims,
  type JsonObject,
  type LoginOptions,
  type Session,
} from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS, type TestRuntime } from '@latchkey/testing'
import { sealedSessions, type SealedSessionOptions } from './index.ts'

/** The origin of the test application. */
export const ORIGIN = 'https://app.test'
/** A second root secret. */
export const OTHER_SECRET = 'latchkey-other-secret:q9fT2mXz7LbR4wYh0KdVnCs5'

/** One request, and what its response would carry. */
export interface SealedExchange {
  readonly context: Context<unknown, AccessTokenClaims, JsonObject>
  /** The session's handle; the request is let in first. */
  session(): Promise<Session>
  /** Sends the headers. */
  flush(): void
  /** Sends the headers, and gives the session cookie's value as the browser has it then; empty when it was deleted. */
  cookie(): string
  /** Sends the headers, and gives the `Set-Cookie` lines. */
  lines(): readonly string[]
}

/** The test application. */
export interface SealedApp {
  readonly auth: Auth
  readonly runtime: TestRuntime
  readonly events: readonly AuthEvent[]
  /** A request of a browser that has this cookie. */
  open(cookie?: string): SealedExchange
  /** What a guard says to a request with this cookie: `in`, or the code that the events tell. */
  judge(cookie: string): Promise<string>
  /** Makes an anonymous session with these values, and gives its cookie. */
  begin(values: JsonObject): Promise<string>
  /** Logs in, and gives the cookie. */
  logIn(subject: string, options?: Partial<LoginOptions> & { readonly cookie?: string }): Promise<string>
  /** The values in a cookie. */
  values(cookie: string): Promise<JsonObject>
}

/** Creates an `Auth` on sealed sessions, with a clock that is set. */
export function createSealedApp(
  options: SealedSessionOptions = {},
  config: Partial<AuthConfig<unknown, JsonObject>> = {},
): SealedApp {
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: sealedSessions(options),
    onEvent: (event) => events.push(event),
    runtime,
    ...config,
  })
  const name = config.cookie?.name ?? '__Host-session'
  const { now } = config.runtime ?? runtime

  function open(cookie = ''): SealedExchange {
    const effects = createEffects()
    let lines: readonly string[] = []
    const headers = { origin: ORIGIN, ...(cookie === '' ? {} : { cookie: `${name}=${cookie}` }) }
    const context = auth.open(createTestRequest({ method: 'POST', headers }), effects)
    const flush = () =>
      effects.flush({
        get: () => undefined,
        set: () => {},
        getSetCookie: () => lines,
        replaceSetCookie: (all) => {
          lines = all
        },
      })
    return {
      context,
      async session() {
        await auth.guard({ optional: true })(context)
        return context.session()
      },
      flush,
      cookie() {
        flush()
        return lines.length === 0 ? cookie : (lines[0]?.split(';')[0]?.slice(name.length + 1) ?? '')
      },
      lines() {
        flush()
        return lines
      },
    }
  }

  return {
    auth,
    runtime: Object.assign(runtime, { now }),
    events,
    open,
    async judge(cookie) {
      const seen = events.length
      const denial = await auth.guard()(open(cookie).context)
      const rejected = events.slice(seen).find((event) => event.type === 'rejected')
      return denial === undefined ? 'in' : rejected?.type === 'rejected' ? rejected.code : `${denial.status}`
    },
    async begin(values) {
      const exchange = open()
      await (await exchange.session()).update(values)
      return exchange.cookie()
    },
    async logIn(subject, { cookie = '', ...rest } = {}) {
      const exchange = open(cookie)
      const result = await auth.login(exchange.context, { subject, ...rest, deliver: 'cookie' })
      if (!result.ok) throw new Error(result.code)
      return exchange.cookie()
    },
    async values(cookie) {
      const session = await open(cookie).session()
      return Object.fromEntries(session.keys().map((key) => [key, session.get(key) ?? null]))
    },
  }
}
