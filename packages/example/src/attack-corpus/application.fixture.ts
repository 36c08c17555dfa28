/**
 * A small application with what the attack corpus asks for, without a framework: routes as data.
 *
 * @module
 */

import { isFault, type Auth, type JsonObject, type JsonValue, type Requirement } from '@latchkey/core'

/** The `Auth` of the application. */
export type CorpusAuth = Auth<{ readonly id: string }>

/** What the application sends. */
export interface CorpusAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

/** A request that a guard, where the route has one, has admitted. */
export interface CorpusExchange {
  readonly auth: CorpusAuth
  readonly context: ReturnType<CorpusAuth['open']>
  readonly query: URLSearchParams
  /** The body as text. */
  body(): Promise<string>
  /** Waits for as long as the test wants. */
  pause(): Promise<void>
}

/** A route. */
export interface CorpusRoute {
  readonly methods: readonly string[]
  readonly path: string
  /** Null: no guard. */
  readonly requirement: Requirement | null
  /** Begins the response, with `x `, before it answers; then the body alone is sent. */
  readonly streamed?: true
  /** Stands in a part of the application with a mount of its own. */
  readonly mountedTwice?: true
  answer(exchange: CorpusExchange): Promise<CorpusAnswer>
}

/** Every method but the safe ones, and two that no parser lets through. */
const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']
const VISITOR: Requirement = { via: 'session', optional: true }
const DONE: CorpusAnswer = { status: 204 }

async function showCaller({ context }: CorpusExchange): Promise<CorpusAnswer> {
  const { authentication } = context
  const subject = authentication.status === 'authenticated' ? authentication.principal.subject : null
  return { status: 200, body: { subject } }
}

const transfer = async (): Promise<CorpusAnswer> => ({ status: 200, body: { transferred: true } })

/** A field of a form, as parsers of forms give it: a list where it comes several times. Or a member of a JSON object. */
function fieldOf(text: string, name: string): unknown {
  if (text.startsWith('{')) return (JSON.parse(text) as Record<string, unknown>)[name]
  const values = new URLSearchParams(text).getAll(name)
  return values.length > 1 ? values : values[0]
}

/** The routes of the application. */
export const ROUTES: readonly CorpusRoute[] = [
  {
    methods: ['GET'],
    path: '/',
    requirement: VISITOR,
    async answer(exchange) {
      const session = await exchange.context.session()
      const values = Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))
      return { status: 200, body: { subject: session.subject, values } }
    },
  },
  { methods: ['GET'], path: '/me', requirement: {}, answer: showCaller },
  { methods: ['GET'], path: '/maybe', requirement: VISITOR, answer: showCaller },
  { methods: ['GET'], path: '/asks-the-store', requirement: { authoritative: true }, answer: showCaller },
  { methods: ['GET'], path: '/mfa', requirement: { amr: ['otp'] }, answer: showCaller },
  { methods: ['GET'], path: '/ws', requirement: {}, answer: showCaller },
  {
    methods: ['POST'],
    path: '/login',
    requirement: null,
    async answer({ auth, context, query }) {
      const carry = query.get('carry')
      const result = await auth.login(context, {
        subject: query.get('as') ?? 'alice',
        deliver: 'cookie',
        amr: ['pwd'],
        ...(carry === null ? {} : { carry: [carry] }),
      })
      // A cookie of the application's own goes out beside the session's.
      return result.ok ? { status: 204, headers: { 'set-cookie': 'theme=dark; Path=/' } } : result.denial
    },
  },
  {
    methods: ['POST'],
    path: '/logout',
    requirement: null,
    async answer({ auth, context }) {
      const result = await auth.logout(context)
      return result.ok ? DONE : result.denial
    },
  },
  {
    methods: ['POST'],
    path: '/logout-all',
    requirement: {},
    async answer({ auth, context }) {
      return { status: 200, body: { ended: await auth.revokeAllSessions(context.principal.subject) } }
    },
  },
  {
    methods: ['POST'],
    path: '/reauth',
    requirement: {},
    async answer({ context }) {
      await (await context.session()).rotate()
      return DONE
    },
  },
  { methods: ['POST'], path: '/change-email', requirement: { maxAge: 300 }, answer: async () => DONE },
  {
    methods: ['POST'],
    path: '/write',
    requirement: VISITOR,
    async answer({ context, query, body }) {
      const session = await context.session()
      const text = await body()
      const value = text === '' ? (query.get('value') ?? '') : (JSON.parse(text) as JsonValue)
      await session.set(query.get('key') ?? 'value', value)
      return DONE
    },
  },
  {
    methods: ['POST'],
    path: '/slow-write',
    requirement: {},
    async answer({ context, query, pause }) {
      const session = await context.session()
      await pause()
      await session.set(query.get('key') ?? 'value', 'late')
      return DONE
    },
  },
  {
    methods: ['GET'],
    path: '/stream',
    requirement: VISITOR,
    streamed: true,
    async answer({ context }) {
      await (await context.session()).set('value', 'streamed')
      return DONE
    },
  },
  {
    methods: ['GET'],
    path: '/sessions',
    requirement: {},
    async answer({ auth, context }) {
      return { status: 200, body: (await auth.listSessions(context.principal.subject)).map(({ id }) => id) }
    },
  },
  {
    methods: ['DELETE'],
    path: '/sessions',
    requirement: {},
    async answer({ auth, context, query }) {
      const ended = await auth.revokeSession(context.principal.subject, query.get('id') ?? '')
      return ended ? DONE : { status: 404 }
    },
  },
  { methods: WRITING, path: '/transfer', requirement: {}, answer: transfer },
  { methods: WRITING, path: '/checked/transfer', requirement: { csrfToken: true }, answer: transfer },
  {
    methods: ['POST'],
    path: '/form/transfer',
    requirement: {},
    async answer({ auth, context, body }) {
      return (await auth.checkCsrfToken(context, fieldOf(await body(), '_csrf'))) ?? transfer()
    },
  },
  {
    methods: ['GET'],
    path: '/csrf',
    requirement: {},
    async answer({ auth, context }) {
      return { status: 200, body: { token: await auth.csrfToken(context) } }
    },
  },
  { methods: WRITING, path: '/part/transfer', requirement: {}, mountedTwice: true, answer: transfer },
]

/** Runs a route. What the client sent and the session cannot hold is the client's mistake here, and answered by its reason. */
export async function answerRoute(route: CorpusRoute, exchange: CorpusExchange): Promise<CorpusAnswer> {
  try {
    return await route.answer(exchange)
  } catch (error) {
    if (isFault(error) && error.code === 'ERR_USAGE') return { status: 422, body: { error: error.reason } }
    throw error
  }
}

/** Answers a request that no route took. */
export function answerUnrouted(method: string, path: string): CorpusAnswer {
  const allow = ROUTES.filter((route) => route.path === path).flatMap(({ methods }) => methods)
  if (allow.length === 0) return { status: 404 }
  const headers = { allow: [...allow, 'OPTIONS'].join(', ') }
  return { status: method === 'OPTIONS' ? 204 : 405, headers }
}

/** The ready-made routes, for pages and for devices. */
export const READY_MADE = { page: '/auth', device: '/device' } as const

/** The name of the cookie that refresh tokens have under `READY_MADE.page`. It has a path of its own, which `__Host-` excludes. */
export const REFRESH_COOKIE = '__Secure-rt'

/** Makes the ready-made routes: refresh tokens travel in a cookie for pages, in bodies for devices. */
export function createReadyMade(auth: CorpusAuth): readonly ReturnType<CorpusAuth['handlers']>[] {
  const options: Parameters<CorpusAuth['handlers']>[0] = {
    introspect: { scope: 'introspect', via: 'bearer' },
    token: ({ as = 'alice', scope = '' }, context) =>
      auth.login(context, { subject: String(as), deliver: 'tokens', scopes: String(scope).split(' ').filter(Boolean) }),
  }
  return [
    auth.handlers({
      ...options,
      prefix: READY_MADE.page,
      refreshCookie: { name: REFRESH_COOKIE, path: READY_MADE.page },
    }),
    auth.handlers({ ...options, prefix: READY_MADE.device }),
  ]
}

/** The values of a session, as the page at `/` shows them. */
export interface ShownSession {
  readonly subject: string | null
  readonly values: JsonObject
}
