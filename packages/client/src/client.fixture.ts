import { createAuth, createMemorySessionStore, storedSessions, type Auth, type TokenResponse } from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS, type TestRuntime } from '@latchkey/testing'
import type { AuthFetchOptions } from './options.ts'
import {
  createMemoryStorage,
  type BasicFetch,
  type ClientLocks,
  type ClientRuntime,
  type SendToken,
} from './platform.ts'

export const API = 'https://api.test'

/** The server: the real exchange of refresh tokens, on a clock that is set. */
export interface TestServer {
  readonly auth: Auth
  readonly runtime: TestRuntime
  readonly logIn: () => Promise<TokenResponse>
  readonly refresh: SendToken
  readonly revoke: SendToken
  /** A resource that asks for a token and tells what it was sent. */
  readonly resource: BasicFetch
}

export function respond(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function createTestServer(): TestServer {
  const runtime = createTestRuntime()
  const auth = createAuth({
    origin: 'https://app.test',
    secrets: TEST_SECRETS,
    tokens: { issuer: API, audience: 'api' },
    sessions: storedSessions(createMemorySessionStore(), { storeTimeout: '1m' }),
    runtime,
  })
  return {
    auth,
    runtime,
    async logIn() {
      const sink = { open: true, setCookie() {}, setHeader() {} }
      const context = auth.open(createTestRequest({ method: 'POST' }), sink)
      const login = await auth.login(context, { subject: 'user-1', deliver: 'tokens' })
      if (!login.ok) throw new Error(login.code)
      return login.tokens
    },
    async refresh(token) {
      const result = await auth.refresh(token)
      if (result.ok) return respond(200, result.tokens)
      return respond(result.denial.status, result.denial.body, result.denial.headers)
    },
    async revoke(token) {
      await auth.revokeRefreshToken(token)
      return respond(200, {})
    },
    async resource(_input, init) {
      const authorization = new Headers(init?.['headers'] as Record<string, string>).get('authorization')
      const verified = await auth.verifyAccessToken(authorization?.replace('Bearer ', ''))
      if (verified.ok) return respond(200, { subject: verified.principal.subject })
      const error = authorization === null ? '' : ', error="invalid_token"'
      return respond(401, {}, { 'www-authenticate': `Bearer realm="api"${error}` })
    },
  }
}

export interface QuickRuntime {
  readonly runtime: ClientRuntime
  /** The pauses that were waited, in milliseconds. */
  readonly pauses: readonly number[]
  /** Makes every time limit strike that runs. */
  readonly strike: () => void
}

/** Pauses that are over at once, and move the clock; time limits that never strike, unless a test strikes them. */
export function createQuickRuntime(server: Pick<TestServer, 'runtime'>, timeLimit = 8_000): QuickRuntime {
  const pauses: number[] = []
  const limits = new Set<() => void>()
  const runtime: ClientRuntime = {
    now: server.runtime.now,
    random: () => 0.5,
    startTimer(milliseconds, callback) {
      if (milliseconds === timeLimit) {
        limits.add(callback)
        return () => void limits.delete(callback)
      }
      pauses.push(milliseconds)
      const pause = setImmediate(() => {
        server.runtime.advance(milliseconds / 1_000)
        callback()
      })
      return () => clearImmediate(pause)
    },
  }
  return {
    runtime,
    pauses,
    strike() {
      for (const limit of limits) limit()
    },
  }
}

/** Locks as browsers have them, in the order in which they were asked for. */
export function createTestLocks(): ClientLocks {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request(_name, callback) {
      const before = last
      const run = (async () => {
        await before
        return callback()
      })()
      last = run.catch(() => {})
      return run
    },
  }
}

/** What a client on the test server is told. */
export function optionsFor(
  server: TestServer,
  options: Partial<AuthFetchOptions<BasicFetch>> = {},
): AuthFetchOptions<BasicFetch> {
  return {
    refresh: server.refresh,
    revoke: server.revoke,
    origins: [API],
    fetch: server.resource,
    storage: createMemoryStorage(),
    locks: null,
    runtime: createQuickRuntime(server).runtime,
    ...options,
  }
}
