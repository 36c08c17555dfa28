/**
 * An application without a server, for the tests of this package.
 *
 * @module
 */

import {
  createTestRequest,
  createTestRuntime,
  interceptSessionStore,
  TEST_SECRETS,
  type TestRequestInit,
  type TestRuntime,
} from '@latchkey/testing'
import { createAuth, type Auth } from './auth.ts'
import type { AccessTokenClaims, Requirement } from './authentication.ts'
import type { AuthConfig } from './config.ts'
import type { AuthEvent } from './events.ts'
import type { Context } from './flow/context.ts'
import type { LoginOptions } from './flow/login.ts'
import type { Denial } from './http/denial.ts'
import { createEffects, type Effects } from './http/effects.ts'
import type { JsonObject } from './json.ts'
import { createMemorySessionStore } from './memory/session-store.ts'
import { storedSessions, type StoredSessionOptions } from './session/stored.ts'

/** The origin of the test application. */
export const ORIGIN = 'https://app.test'

/** A user of the test application. */
export interface TestUser {
  readonly id: string
  readonly email: string
}

type Overrides = {
  readonly [Name in keyof AuthConfig<TestUser, object>]?: AuthConfig<TestUser, object>[Name] | undefined
}

/** One request, and what its response would carry. */
export interface TestExchange {
  readonly context: Context<TestUser, AccessTokenClaims, JsonObject>
  readonly effects: Effects
  /** The response's headers but `Set-Cookie`; complete once flushed. */
  readonly headers: ReadonlyMap<string, string>
  readonly flush: () => void
  /** Flushes, and gives the first cookie as the next request sends it. */
  readonly cookiePair: () => string
  /** Flushes, and gives the `Set-Cookie` lines. */
  readonly cookies: readonly string[]
}

/** The test application. */
export interface TestAuth {
  readonly auth: Auth<TestUser>
  readonly runtime: TestRuntime
  readonly events: AuthEvent[]
  /** The names of the store calls made so far. */
  readonly storeCalls: string[]
  /** What runs around each store call; to be set by a test. */
  readonly hooks: { before?: (name: string) => unknown; after?: (name: string) => unknown }
  readonly open: (request?: TestRequestInit) => TestExchange
  /** Sends a request past a guard. */
  readonly visit: (
    request?: TestRequestInit,
    requirement?: Requirement,
  ) => Promise<TestExchange & { readonly denial: Denial | undefined }>
  /** Logs in and gives the cookie as a browser sends it. */
  readonly logIn: (subject: string, options?: Partial<LoginOptions>) => Promise<string>
}

/** Creates an `Auth` on a memory store that is watched, a clock that is set, and requests that are made up. */
export function createTestAuth(overrides: Overrides = {}, sessionOptions: StoredSessionOptions = {}): TestAuth {
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const storeCalls: string[] = []
  const hooks: TestAuth['hooks'] = {}
  const store = interceptSessionStore(createMemorySessionStore(), {
    before: (name) => {
      storeCalls.push(name)
      return hooks.before?.(name)
    },
    after: (name) => hooks.after?.(name),
  })
  const auth: Auth<TestUser> = createAuth<TestUser>({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    tokens: { issuer: 'https://api.test', audience: 'api' },
    sessions: storedSessions(store, sessionOptions),
    users: { findById: (id) => (id === 'gone' ? null : { id, email: `${id}@app.test` }) },
    onEvent: (event) => events.push(event),
    runtime,
    ...overrides,
  } as AuthConfig<TestUser, never>)

  function open(request: TestRequestInit = {}): TestExchange {
    const effects = createEffects()
    const headers = new Map<string, string>()
    let cookies: readonly string[] = []
    const flush = () =>
      effects.flush({
        get: (name) => headers.get(name),
        set: (name, value) => void headers.set(name, value),
        getSetCookie: () => cookies,
        replaceSetCookie: (lines) => {
          cookies = lines
        },
      })
    return {
      context: auth.open(createTestRequest(request), effects),
      effects,
      headers,
      flush,
      cookiePair: () => {
        flush()
        return cookies[0]?.split(';')[0] ?? ''
      },
      get cookies() {
        flush()
        return cookies
      },
    }
  }

  return {
    auth,
    runtime,
    events,
    storeCalls,
    hooks,
    open,
    async visit(request, requirement) {
      const exchange = open(request)
      const denial = await auth.guard(requirement)(exchange.context)
      return Object.assign(exchange, { denial })
    },
    async logIn(subject, options = {}) {
      const exchange = open({ method: 'POST', headers: { origin: ORIGIN } })
      const result = await auth.login(exchange.context, { subject, ...options, deliver: 'cookie' })
      if (!result.ok) throw new Error(result.code)
      return exchange.cookiePair()
    },
  }
}
