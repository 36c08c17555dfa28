/**
 * A running application under attack, and what is needed to attack it.
 *
 * @module
 */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  createAuth,
  createEffects,
  storedSessions,
  type Authentication,
  type AuthConfig,
  type AuthEvent,
  type JsonObject,
  type SessionEngine,
  type SessionStrategy,
  type StoredSessionOptions,
} from '@latchkey/core'
import {
  createFaultySessionStore,
  createTestRequest,
  createTestRuntime,
  interceptSessionStore,
  TEST_SECRETS,
  type FaultySessionStore,
  type SessionStoreCallName,
  type TestRuntime,
} from '@latchkey/testing'
import type { Adapter } from '../app.ts'
import { APP_ORIGIN, sendBytes, toBytes, type CorpusRequest, type RawAnswer } from '../attack-corpus.fixture.ts'
import { READY_MADE, type CorpusAuth } from './application.fixture.ts'
import { CREATE_SERVER } from './servers.fixture.ts'
import { MEMORY, type CorpusStore, type StoreKind } from './stores.fixture.ts'

/** The name that the session cookie has in the corpus. */
export const COOKIE = '__Host-sid'

/** What a test may choose. */
export interface TargetOptions {
  readonly store?: StoreKind
  readonly sessions?: StoredSessionOptions
  /** Replaces options of `createAuth`. */
  readonly config?: Partial<AuthConfig<{ readonly id: string }, JsonObject>>
  /** Changes the strategy that the sessions are kept by. */
  readonly wrap?: (strategy: SessionStrategy<JsonObject>) => SessionStrategy<JsonObject>
}

/** A request that is held at a gate. */
export interface Held {
  /** Resolves when the request has come there. */
  readonly reached: Promise<void>
  release(): void
}

/** The application, its surroundings, and ways to send to it. */
export interface CorpusTarget {
  readonly adapter: Adapter
  readonly auth: CorpusAuth
  readonly port: number
  readonly runtime: TestRuntime
  readonly events: readonly AuthEvent[]
  /** What ended in a 500 or 503. */
  readonly errors: readonly unknown[]
  /** The store as the application uses it; it counts calls and fails when told to. */
  readonly store: FaultySessionStore
  readonly kept: CorpusStore
  /** How the library judges a request that no server passes on, behind a guard without a requirement. */
  judge(headers: Readonly<Record<string, string>>, method?: string): Promise<Authentication>
  /** Sends raw bytes. */
  raw(request: CorpusRequest): Promise<RawAnswer>
  /** Sends a request from a page of the application, with the session cookie of that value. */
  send(line: string, sid?: string, more?: Pick<CorpusRequest, 'headers' | 'body'>): Promise<RawAnswer>
  /** Logs in; the value of the session cookie. */
  logIn(subject?: string): Promise<string>
  /** Logs a device in; the answer has tokens. Of a page, it has a cookie besides. */
  logInWithTokens(scope?: string, prefix?: string): Promise<RawAnswer>
  /** The codes by which credentials were refused, and the reasons of suspicion, since `from`. */
  verdicts(from: number): readonly string[]
  /** Holds the next store call of a name, before it reaches the store. */
  holdStore(name: SessionStoreCallName): Held
  /** Holds the next request that pauses. */
  holdPause(): Held
  close(): Promise<void>
}

interface Gate extends Held {
  readonly pass: () => Promise<void>
}

/** Starts the application on a free port of 127.0.0.1, on a clock that stands still. */
export async function startTarget(adapter: Adapter, options: TargetOptions = {}): Promise<CorpusTarget> {
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const errors: unknown[] = []
  const kept = await (options.store ?? MEMORY).open()
  const gates = new Map<SessionStoreCallName | 'pause', Gate>()
  const passGate = async (name: SessionStoreCallName | 'pause'): Promise<void> => {
    const gate = gates.get(name)
    gates.delete(name)
    await gate?.pass()
  }
  const store = createFaultySessionStore(interceptSessionStore(kept.store, { before: passGate }))
  const strategy = storedSessions(store.store, options.sessions)
  const auth: CorpusAuth = createAuth<{ readonly id: string }>({
    origin: APP_ORIGIN,
    secrets: TEST_SECRETS,
    tokens: { issuer: APP_ORIGIN, audience: APP_ORIGIN, leeway: 0 },
    sessions: options.wrap?.(strategy) ?? strategy,
    cookie: { name: COOKIE },
    users: { findById: (id) => (id === 'gone' ? null : { id }) },
    runtime,
    onEvent: (event) => events.push(event),
    ...options.config,
  })
  const server = CREATE_SERVER[adapter]({
    auth,
    pause: () => passGate('pause'),
    onError: (error) => errors.push(error),
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function hold(name: SessionStoreCallName | 'pause'): Held {
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const pass = async (): Promise<void> => {
      reached.resolve()
      await released.promise
    }
    const gate = { reached: reached.promise, release: released.resolve, pass }
    gates.set(name, gate)
    return gate
  }

  const target: CorpusTarget = {
    adapter,
    auth,
    port,
    runtime,
    events,
    errors,
    store,
    kept,
    async judge(headers, method = 'GET') {
      const request = createTestRequest({ method, url: '/', headers })
      return (await auth.authenticate(request, createEffects())).authentication
    },
    raw: (request) => sendBytes(port, toBytes(request)),
    send(line, sid, { headers = [], ...rest } = {}) {
      const [method = '', path = ''] = line.split(' ')
      const cookie = sid === undefined ? [] : [['cookie', `${COOKIE}=${sid}`] as const]
      return target.raw({ method, target: path, headers: [['origin', APP_ORIGIN], ...cookie, ...headers], ...rest })
    },
    async logIn(subject = 'alice') {
      return sidOf(await target.send(`POST /login?as=${encodeURIComponent(subject)}`)) ?? ''
    },
    logInWithTokens(scope = '', prefix = READY_MADE.device) {
      const headers = [['content-type', 'application/json']] as const
      return target.send(`POST ${prefix}/token`, undefined, { headers, body: JSON.stringify({ scope }) })
    },
    verdicts(from) {
      return events.slice(from).flatMap((event) => {
        if (event.type === 'rejected') return [event.code]
        return event.type === 'suspicious' ? [event.reason] : []
      })
    },
    holdStore: hold,
    holdPause: () => hold('pause'),
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
      await kept.close()
    },
  }
  return target
}

/** Makes a strategy whose engine is changed. */
export function changeEngine(
  change: (engine: SessionEngine) => Partial<SessionEngine>,
): (strategy: SessionStrategy<JsonObject>) => SessionStrategy<JsonObject> {
  return (strategy) => ({
    bind(ground) {
      const engine = strategy.bind(ground)
      return { ...engine, ...change(engine) }
    },
  })
}

/** The value of the session cookie that an answer sets: empty where it deletes it; undefined where it does neither. */
export function sidOf({ headers }: RawAnswer, name: string = COOKIE): string | undefined {
  const line = headers.get('set-cookie')?.find((each) => each.startsWith(`${name}=`))
  return line?.slice(name.length + 1).split(';', 1)[0]
}

/** Targets of one test file, closed together. */
export interface Targets {
  start(options?: TargetOptions): Promise<CorpusTarget>
  /** Those that were started. */
  all(): readonly CorpusTarget[]
  closeAll(): Promise<void>
}

/** Keeps the targets that the tests of an adapter start. */
export function createTargets(adapter: Adapter): Targets {
  const started: CorpusTarget[] = []
  return {
    async start(options) {
      const target = await startTarget(adapter, options)
      started.push(target)
      return target
    },
    all: () => started,
    async closeAll() {
      for (const target of started.splice(0)) await target.close()
    },
  }
}
