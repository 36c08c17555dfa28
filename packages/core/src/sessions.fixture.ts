/**
 * Sessions without the rest, for their tests.
 *
 * @module
 */

import { createTestRuntime, interceptSessionStore, TEST_SECRETS, type TestRuntime } from '@latchkey/testing'
import type { AuthEvent } from './events.ts'
import { createEffects, type Effects } from './http/effects.ts'
import { toResponseHeaders } from './http/fetch-headers.ts'
import { createMemorySessionStore } from './memory/session-store.ts'
import { createSessions, type OpenedSession, type Sessions, type SessionsOptions } from './sessions.ts'
import { storedSessions, type SessionStoreParts } from './session/stored.ts'

/** The origin of the test application. */
export const ORIGIN = 'https://app.test'

/** What the tests keep. */
export interface Values {
  readonly cart: readonly number[]
  readonly theme: 'dark' | 'light'
}

/** What a response would carry. */
export interface Sent {
  readonly cookies: readonly string[]
  readonly headers: Headers
  /** The first cookie, as a browser sends it back. */
  readonly pair: string
}

/** The test application. */
export interface TestSessions {
  readonly sessions: Sessions<Values>
  readonly runtime: TestRuntime
  readonly store: SessionStoreParts
  readonly events: AuthEvent[]
  /** The names of the store calls made so far. */
  readonly storeCalls: string[]
  /** Opens the session of a request as the Fetch standard has it. */
  readonly open: (
    init?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
    options?: { readonly passive?: boolean },
  ) => Promise<{ readonly opened: OpenedSession<Values>; readonly effects: Effects }>
  /** Logs in, and gives the cookie. */
  readonly logIn: (subject: string) => Promise<string>
}

/** Closes a response. */
export function send(effects: Effects): Sent {
  const headers = new Headers()
  effects.flush(toResponseHeaders(headers))
  const cookies = headers.getSetCookie()
  return { cookies, headers, pair: cookies[0]?.split(';')[0] ?? '' }
}

/** The session that was opened, or the test fails. */
export function opened<Data extends object>(
  result: OpenedSession<Data>,
): Extract<OpenedSession<Data>, { readonly ok: true }> {
  if (!result.ok) throw new Error(result.code)
  return result
}

/** Creates sessions on a memory store that is watched, with a clock that is set. */
export function createTestSessions(overrides: Partial<SessionsOptions<Values>> = {}): TestSessions {
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const storeCalls: string[] = []
  const store = interceptSessionStore(createMemorySessionStore(), { before: (name) => void storeCalls.push(name) })
  const sessions = createSessions<Values>({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions<Values>(store),
    onEvent: (event) => events.push(event),
    runtime,
    ...overrides,
  })

  const open: TestSessions['open'] = async (init, options) => {
    const effects = createEffects()
    return { opened: await sessions.open(new Request(`${ORIGIN}/`, init), effects, options), effects }
  }

  return {
    sessions,
    runtime,
    store,
    events,
    storeCalls,
    open,
    async logIn(subject) {
      const visit = await open({ method: 'POST', headers: { origin: ORIGIN } })
      await opened(visit.opened).login({ subject })
      return send(visit.effects).pair
    },
  }
}
