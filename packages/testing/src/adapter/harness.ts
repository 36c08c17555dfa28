/**
 * What the contract suite asks of an adapter, and what its tests work with.
 *
 * @module
 */

import {
  createAuth,
  createKeyring,
  createMemorySessionStore,
  storedSessions,
  type AccessTokenClaims,
  type ApiKeyVerifier,
  type Auth,
  type AuthEvent,
  type Context,
  type Handlers,
  type TokenLocation,
} from '@latchkey/core'
import { mintAccessToken, type MintOptions } from '../access-token.ts'
import { createFaultySessionStore, type FaultySessionStore } from '../faulty-session-store.ts'
import { TEST_KEYS, TEST_SECRETS } from '../keys.ts'
import { createTestRuntime, type TestRuntime } from '../runtime.ts'
import { sendRequest, type Answer, type HeaderLines, type SendOptions } from './client.ts'

/** A user of the application under test. */
export interface AdapterTestUser {
  /** The subject. */
  readonly id: string
  /** `Name of ` and the subject. */
  readonly name: string
}

/** The values in its sessions. */
export interface AdapterTestData {
  /** What `/write` sets. */
  value: string
}

/** The `Auth` that the application under test is built on. */
export type AdapterTestAuth = Auth<AdapterTestUser, AdapterTestData>

/** What the routes of the application under test answer: null for an anonymous caller. */
export interface Caller {
  /** Who is authenticated. */
  readonly subject: string | null
  /** By what. */
  readonly via: 'bearer' | 'session' | null
  /** The user's name. */
  readonly name: string | null
}

/** Looks at who is calling, in the way a handler does. */
export async function callerOf(context: Context<AdapterTestUser, AccessTokenClaims, AdapterTestData>): Promise<Caller> {
  const { authentication } = context
  const user = await context.user()
  return authentication.status === 'authenticated'
    ? { subject: authentication.principal.subject, via: authentication.via, name: user?.name ?? null }
    : { subject: null, via: null, name: null }
}

/** What the application under test is given besides. */
export interface AdapterTestOptions {
  /** What `/stream` and `/conflict` await half-way. */
  readonly pause: () => Promise<void>
  /** The ready-made routes, at their default paths, to be mounted by the adapter's `routes`. */
  readonly handlers: Handlers<Context<AdapterTestUser, AccessTokenClaims, AdapterTestData>>
}

/** A server that listens. */
export interface RunningApplication {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Stops it and closes its connections. */
  close(): Promise<void>
}

/**
 * Builds the application under test on an adapter, in the idiom of its framework, and lets it listen on a port of the
 * loopback interface. JSON bodies are parsed: in the framework's own way, where it has one, else by a function that the adapter is given. Its routes, each for HEAD as well where it
 * says GET; "who" is what `callerOf` gives:
 *
 * - `GET /me` and `POST /me`: guarded; who. `GET /maybe`: `optional`; who. `GET /passive`: `passive`; who. `GET /bearer`: `via: 'bearer'`; who.
 * - `GET /scope`: `scope: 'admin'`; who. `GET /step-up`: `maxAge: '5m'`; who.
 * - `POST /login?subject=S`: no guard; logs S in with the scope `read`; `{ ok: true }`, or the denial is sent.
 * - `POST /logout`: no guard; `{ revoked }`, or the denial is sent.
 * - `POST /write?value=V`: `optional`; sets the session's `value` to V; who. `GET /read`: `optional`; `{ value }`, null for none.
 * - `GET /redirect`: guarded; 302 to `/me`.
 * - `GET /throw`: guarded; throws an `Error` with the message `internal detail`.
 * - `GET /raw?form=object` and `?form=array`: guarded; text `raw`, sent in the framework's rawest way with headers in that
 *   form, or in a response whose headers are immutable.
 * - `GET /own-cookies`: guarded; sets the cookies `theme=dark` and `__Host-session=planted`; text `own`.
 * - `GET /private`: guarded; with `Cache-Control: private, max-age=60` and `Vary: Accept`; text `private`.
 * - `GET /stream`: `optional`; writes the chunk `first `, awaits `pause`, sets the session's `value` to `streamed`, and writes
 *   `written`, or the `reason` of the fault.
 * - `POST /conflict`: guarded; reads the session's `value`, awaits `pause`, sets it to `mine`; `{ ok: true }`.
 * - `handlers`, by the adapter's `routes`.
 * - `GET /unguarded`: reads the context's `authentication` without a guard; who.
 *
 * A fault is answered by the adapter; any other error with 500 and the JSON `{ error: 'internal_error' }`, by the adapter or by the
 * application, and printed by nobody.
 */
export type StartAdapter = (auth: AdapterTestAuth, options: AdapterTestOptions) => Promise<RunningApplication>

/** The origin of the application under test, as browsers know it. */
export const APP_ORIGIN = 'https://app.test'
/** What a browser sends with a request that changes something. */
export const SAME_ORIGIN: HeaderLines = { Origin: APP_ORIGIN, 'Sec-Fetch-Site': 'same-origin' }

/** The line that gives a visitor a session. */
export const ISSUED_COOKIE: RegExp =
  /^__Host-session=lks_[0-9a-f]{32}\.0\.[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/
/** The line that deletes its cookie: the attributes are those of the setting one, or a browser keeps it. */
export const DELETED_COOKIE =
  '__Host-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax'

/** The application of the test that runs. */
export interface TestApplication {
  readonly auth: AdapterTestAuth
  readonly runtime: TestRuntime
  readonly store: FaultySessionStore
  readonly events: readonly AuthEvent[]
  /** Sends a request, such as `GET /me`. */
  send(line: string, headers?: HeaderLines, options?: SendOptions): Promise<Answer>
  /** Logs in as a browser does and gives the cookie that it sends from then on. */
  logIn(subject?: string): Promise<string>
  /** Mints a token that is good now, unless the options say otherwise. */
  bearer(options?: MintOptions): string
  /** Says what the half-way stops of `/stream` and `/conflict` await. Default: nothing. */
  onPause(pause: () => Promise<void>): void
  /** Counts the records in the store, and empties it. */
  drainStore(): Promise<number>
  close(): Promise<void>
}

/** The one API key that is good: of `user-1`, with the scope `read`. */
export const GOOD_API_KEY = 'suite_good'

const API_KEYS: ApiKeyVerifier = {
  prefix: 'suite',
  async verify(key) {
    if (key !== GOOD_API_KEY) return { ok: false, code: 'unknown' }
    return { ok: true, principal: { subject: 'user-1', keyId: 'k1', scopes: ['read'], authenticatedAt: 0 } }
  },
}

/** Gives the application of the test that runs. */
export type CurrentApplication = () => TestApplication

/**
 * Builds everything anew.
 *
 * @param locations Where tokens may stand. Default: the header alone.
 */
export async function startTestApplication(
  start: StartAdapter,
  locations?: readonly TokenLocation[],
): Promise<TestApplication> {
  const runtime = createTestRuntime()
  const memory = createMemorySessionStore()
  const store = createFaultySessionStore(memory)
  const events: AuthEvent[] = []
  const auth = createAuth<AdapterTestUser, AdapterTestData>({
    origin: APP_ORIGIN,
    secrets: TEST_SECRETS,
    tokens: {
      issuer: 'https://api.test',
      audience: 'api',
      keys: await createKeyring([TEST_KEYS.HS256]),
      ...(locations && { locations }),
    },
    sessions: storedSessions<AdapterTestData>(store.store),
    apiKeys: API_KEYS,
    users: { findById: (id) => ({ id, name: `Name of ${id}` }) },
    onEvent: (event) => events.push(event),
    runtime,
  })
  const handlers = auth.handlers({
    token: async ({ user, password }, context) =>
      password === 'right' ? auth.login(context, { subject: String(user), deliver: 'tokens' }) : undefined,
  })
  let pause = async (): Promise<void> => {}
  const { origin, close } = await start(auth, { pause: () => pause(), handlers })
  const send: TestApplication['send'] = (line, headers, options) => sendRequest(origin, line, headers, options)
  return {
    auth,
    runtime,
    store,
    events,
    send,
    async logIn(subject = 'user-1') {
      const answer = await send(`POST /login?subject=${subject}`, SAME_ORIGIN)
      if (answer.status !== 200) throw new Error(`The login was answered with ${answer.status}`)
      store.forgetCalls()
      return cookiePair(answer)
    },
    bearer: (options) => `Bearer ${mintAccessToken({ now: runtime.now(), ...options })}`,
    onPause(next) {
      pause = next
    },
    drainStore: () => memory.deleteExpired(100_000, { now: Number.MAX_SAFE_INTEGER }),
    close,
  }
}

/** The session cookie that an answer sets, as a browser sends it back; empty when it sets none. */
export function cookiePair({ setCookies }: Answer): string {
  return setCookies.find((line) => line.startsWith('__Host-session='))?.split(';')[0] ?? ''
}
