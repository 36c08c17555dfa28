/**
 * An application that consists of the ready-made routes alone, for their tests.
 *
 * @module
 */

import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { AccessTokenClaims } from '../authentication.ts'
import type { HandlerAnswer } from '../http/answer.ts'
import type { JsonObject } from '../json.ts'
import { createMemoryRevocationStore } from '../memory/revocation-store.ts'
import type { TestUser } from '../auth.fixture.ts'
import type { Context } from './context.ts'
import type { Handlers, HandlersOptions } from './handlers.ts'

type TestContext = Context<TestUser, AccessTokenClaims, JsonObject>

/** What a browser sends with a request that changes something. */
export const SAME_ORIGIN: Readonly<Record<string, string>> = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }
/** The form encoding. */
export const FORM: Readonly<Record<string, string>> = { 'content-type': 'application/x-www-form-urlencoded' }

/** An answer as it reaches the client. */
export interface SentAnswer extends Omit<HandlerAnswer, 'body'> {
  // oxlint-disable-next-line typescript/no-explicit-any -- A test looks into bodies of every shape.
  readonly body: any
  readonly cookies: readonly string[]
}

/** What a request has besides its line. */
export interface SentRequest {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The application. */
export interface HandlersApp extends TestAuth {
  readonly handlers: Handlers<TestContext>
  /** Sends a request, such as `POST /auth/refresh`. Undefined: none of the routes is meant. */
  send(line: string, request?: SentRequest): Promise<SentAnswer | undefined>
  /** The same for a route that there is. */
  ask(line: string, request?: SentRequest): Promise<SentAnswer>
}

/** Creates the application. Its `token` route logs in whoever names a user and the password `right`. */
export function createHandlersApp(
  options: HandlersOptions<TestContext> = {},
  overrides: Parameters<typeof createTestAuth>[0] = {},
): HandlersApp {
  const app = createTestAuth({ revocations: { store: createMemoryRevocationStore() }, ...overrides })
  const handlers = app.auth.handlers({
    token: async ({ user, password }, context) =>
      password === 'right'
        ? app.auth.login(context, { subject: String(user), deliver: 'tokens', scopes: ['notes'], amr: ['pwd'] })
        : undefined,
    ...options,
  })
  async function send(line: string, { body, headers = {} }: SentRequest = {}): Promise<SentAnswer | undefined> {
    const [method = '', url = ''] = line.split(' ')
    const exchange = app.open({ method, url, headers })
    const answer = await handlers.handle(exchange.context, () => body)
    return answer && { ...answer, body: answer.body, cookies: exchange.cookies }
  }
  return {
    ...app,
    handlers,
    send,
    async ask(line, request) {
      const answer = await send(line, request)
      if (answer === undefined) throw new Error(`No route answers ${line}`)
      return answer
    },
  }
}

/** The cookie of a `Set-Cookie` line, as the next request sends it. */
export function pairOf(line: string | undefined): string {
  return line?.split(';')[0] ?? ''
}
