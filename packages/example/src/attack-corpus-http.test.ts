import { createAuth, createEffects, createMemorySessionStore, storedSessions } from '@latchkey/core'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS, type Adapter } from './app.ts'
import {
  APP_ORIGIN,
  createPatientLimiter,
  expectComplete,
  JSON_HEADERS,
  loadItems,
  mailOf,
  sendBytes,
  startTarget,
  toBytes,
  type CorpusRequest,
  type Item,
  type RawAnswer,
  type Target,
} from './attack-corpus.fixture.ts'
import { PASSWORD, SECRET } from './server.fixture.ts'

const ITEMS = loadItems('http')

/** Items that are not run. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ['HTP-031', 'a line break ends the header in which it is sent: what follows is another header, and is ignored'],
  ['HTP-045', 'headers reach the library through an adapter, as one text or none; repeated lines: "takes no repeated"'],
  ['HTP-059', 'the example gives out no CSRF tokens: a write says by its origin where it comes from'],
  ['HTP-063', 'no answer of the example may be cached'],
  ['HTP-084', 'the store cannot be held back from outside; a handler without its guard finds no caller and fails'],
  ['HTP-085', 'no guard of the example calls `next` itself; the tests of the adapter for Express do'],
  ['HTP-099', 'one root secret is configured, and the key of each use is derived from it under a label of its own'],
  ['HTP-102', 'no function that compares is offered'],
])

/** Where another status than the corpus names is decided, in all adapters or in one. */
const DECIDED: ReadonlyMap<string, number | Readonly<Record<Adapter, number>>> = new Map<
  string,
  number | Readonly<Record<Adapter, number>>
>([
  // Blanks around a value are no part of it (RFC 9110 section 5.5); Node drops them.
  ['HTP-009', 200],
  // Node itself refuses NUL in a header, and a header block over 16 KiB.
  ['HTP-030', 400],
  ['HTP-034', 431],
  // A guard stands at its route, not at a path: what is no route is not found, and what is one is guarded. Hono resolves a path before it
  // looks for the route, as the URL standard says; Express and node:http take it as it was sent.
  ['HTP-070', { hono: 401, express: 404, node: 404 }],
  ['HTP-071', { hono: 401, express: 404, node: 404 }],
  ['HTP-073', 404],
  ['HTP-075', 404],
  ['HTP-076', 404],
  ['HTP-079', { hono: 400, express: 404, node: 404 }],
  ['HTP-081', { hono: 401, express: 401, node: 404 }],
])

/** The `error` that an answer of a class has. */
const ERRORS: Readonly<Record<string, readonly unknown[]>> = {
  valid: [undefined],
  header_syntax: ['invalid_token', 'invalid_request', 'authentication_required', undefined],
  missing: ['authentication_required', 'not_found', 'invalid_request'],
  ambiguous_credentials: ['ambiguous_credentials'],
  malformed: ['invalid_token'],
  signature: ['invalid_token'],
  size_limit: ['unsupported_media_type', undefined],
}

interface Step {
  readonly target: Target
  readonly start: () => Promise<Target>
}

const bearer = (token: string): CorpusRequest => ({
  method: 'GET',
  target: '/me',
  headers: [['authorization', `Bearer ${token}`]],
})
const withCookie = ({ sid }: Target): Record<string, string> => ({ cookie: `__Host-session=${sid}` })

/** Makes another instance, and gives an access token of it for a user of the target. */
function tokenOf(options: { secret?: string; id?: number; audience?: string; origin?: string }): Promise<string> {
  const { secret = SECRET, id = 1, audience = APP_ORIGIN, origin = APP_ORIGIN } = options
  const other = createAuth({
    origin,
    secrets: { [id]: secret },
    tokens: { issuer: origin, audience },
    runtime: {
      now: () => 1_800_000_000_000,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      startTimer: () => () => {},
    },
  })
  return other.issueAccessToken('id-alice')
}

function expectRefused(answer: RawAnswer): void {
  expect([answer.status, answer.error]).toEqual([401, 'invalid_token'])
  expect(answer.headers.get('www-authenticate')).toEqual(['Bearer realm="api", error="invalid_token"'])
}

function expectUncached(headers: Headers, vary = false): void {
  expect(headers.get('cache-control')).toBe('no-store')
  if (vary) expect(headers.get('vary')).toContain('Cookie')
}

function expectConfigError(option: string, overrides: object): void {
  const tokens = { issuer: APP_ORIGIN, audience: APP_ORIGIN }
  const options = { origin: APP_ORIGIN, secrets: { 1: SECRET }, tokens, ...overrides }
  expect(() => createAuth(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  expect(() => createAuth(options)).toThrow(new RegExp(option))
}
const tokenOption = (name: string, value: unknown) => () => {
  expectConfigError(name, { tokens: { issuer: APP_ORIGIN, audience: APP_ORIGIN, [name]: value } })
  return Promise.resolve()
}
const secretsOption = (value: unknown) => () => {
  expectConfigError('secrets', { secrets: value })
  return Promise.resolve()
}

/** Items that are procedures, or that need more than one request. */
const PROCEDURES: Readonly<Record<string, (step: Step) => Promise<void>>> = {
  async 'HTP-048'({ target }) {
    const answer = await target.raw({ method: 'GET', target: '/me' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toEqual(['Bearer realm="api"'])
  },
  async 'HTP-051'({ target }) {
    const [, claims = '', signature = ''] = target.access.split('.')
    const header = { alg: 'HS256', typ: 'at+jwt', kid: 'x", error="y\r\nSet-Cookie: a=b' }
    const answer = await target.raw(
      bearer(`${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.${signature}`),
    )
    expectRefused(answer)
    expect(answer.headers.has('set-cookie')).toBe(false)
  },
  async 'HTP-052'({ target }) {
    const [, claims, signature] = target.access.split('.')
    const idToken = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: '1' })).toString('base64url')
    const tokens = [
      `${target.access.slice(0, -5)}AAAAA`,
      `${idToken}.${claims}.${signature}`,
      await tokenOf({ id: 2 }),
      await tokenOf({ audience: 'https://other.test' }),
      await tokenOf({ origin: 'https://other.test' }),
    ]
    const before = target.entries.length
    const answers: RawAnswer[] = []
    for (const token of tokens) answers.push(await target.raw(bearer(token)))
    for (const answer of answers) expectRefused(answer)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const codes = ['token_signature', 'token_type', 'token_key', 'token_audience', 'token_issuer']
    expect(target.entries.slice(before)).toEqual(codes.map((code) => ({ type: 'rejected', code })))
    // What was wrong with them is all that was wrong.
    expect((await target.raw(bearer(await tokenOf({})))).status).toBe(200)
  },
  async 'HTP-053'({ start }) {
    const target = await start()
    await target.db.schema.alterTable('latchkey_sessions').renameTo('elsewhere').execute()
    const { status, text } = await target.send('GET', '/me', { headers: withCookie(target) })
    // The store is out of reach: 503, by which a client knows that it may try again.
    expect([status, text]).toEqual([503, '{"error":"unavailable"}'])
  },
  async 'HTP-056'({ start }) {
    const target = await start()
    const headers = { ...withCookie(target), origin: APP_ORIGIN }
    const { status, headers: received } = await target.send('POST', '/auth/logout', { headers })
    expect(status).toBe(204)
    expectUncached(received)
  },
  async 'HTP-057'({ target }) {
    const account = { email: mailOf('alice'), password: PASSWORD }
    const { json } = await target.send('POST', '/auth/token', { json: account, headers: { origin: APP_ORIGIN } })
    const { refresh_token } = json as { refresh_token: string }
    const refreshed = await target.send('POST', '/auth/refresh', { json: { refresh_token } })
    expect(refreshed.status).toBe(200)
    expectUncached(refreshed.headers)
  },
  async 'HTP-058'({ target }) {
    const answer = await target.send('GET', '/me', { headers: withCookie(target) })
    expect(answer.status).toBe(200)
    expectUncached(answer.headers, true)
  },
  async 'HTP-060'({ target }) {
    const answer = await target.send('GET', '/me')
    expect(answer.status).toBe(401)
    expectUncached(answer.headers, true)
  },
  async 'HTP-061'({ target }) {
    const headers = { ...withCookie(target), origin: 'https://evil.test' }
    const answer = await target.send('POST', '/notes', { json: { title: 'a' }, headers })
    expect(answer.status).toBe(403)
    expectUncached(answer.headers, true)
  },
  async 'HTP-064'({ start }) {
    const target = await start()
    const cookie = withCookie(target)
    const first = await target.send('GET', '/me', { headers: cookie })
    expect([first.status, first.headers.has('etag')]).toEqual([200, false])
    await target.send('POST', '/auth/logout', { headers: { ...cookie, origin: APP_ORIGIN } })
    const second = await target.send('GET', '/me', { headers: { ...cookie, 'if-none-match': '*' } })
    expect(second.status).toBe(401)
  },
  async 'HTP-065'({ target }) {
    const plain = await target.send('GET', '/me', { headers: withCookie(target) })
    const headers = { ...withCookie(target), 'x-original-url': '/notes', 'x-forwarded-host': 'evil.test' }
    const answer = await target.send('GET', '/me', { headers })
    expect([answer.status, answer.text]).toEqual([200, plain.text])
  },
  async 'HTP-086'({ start }) {
    const target = await start()
    await target.db.schema.alterTable('latchkey_subjects').renameTo('elsewhere').execute()
    expect((await target.send('GET', '/me', { headers: withCookie(target) })).status).toBe(503)
  },
  async 'HTP-091'({ target }) {
    const { principal } = await authenticateWith(target.access)
    const roles: unknown = Reflect.get(principal, 'claims')
    expect([Object.isFrozen(principal), Object.isFrozen(principal.scopes), Object.isFrozen(roles)]).toEqual([
      true,
      true,
      true,
    ])
    expect((await authenticateWith(target.access)).principal).not.toBe(principal)
  },
  async 'HTP-093'({ target }) {
    const headers = Array.from({ length: 2_000 }, (_, index) => [`X-${index}`, 'v'] as const)
    expect((await target.raw({ ...bearer(target.access), headers })).status).toBe(431)
  },
  async 'HTP-094'({ target }) {
    const answer = await sendBytes(
      target.port,
      `GET /me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n` +
        `1\r\na\r\n0\r\nAuthorization: Bearer ${target.access}\r\n\r\n`,
    )
    expect([answer.status, answer.error]).toEqual([401, 'authentication_required'])
  },
  async 'HTP-095'({ target }) {
    const bomb = gzipSync(Buffer.alloc(100_000_000, '['))
    expect(bomb.length).toBeGreaterThan(10_000)
    const head = toBytes({
      method: 'POST',
      target: '/auth/login',
      headers: [...JSON_HEADERS, ['content-encoding', 'gzip'], ['content-length', `${bomb.length}`]],
    })
    const answer = await sendBytes(target.port, Buffer.concat([head, bomb]))
    // Compressed bodies are not taken at all.
    expect([answer.status, answer.error]).toEqual([415, 'unsupported_media_type'])
  },
  async 'HTP-096'({ target }) {
    expectRefused(await target.raw(bearer(await tokenOf({ secret: SECRET.toLowerCase() }))))
    expectRefused(await target.raw(bearer(await tokenOf({ origin: 'https://other.test' }))))
  },
  async 'HTP-097'() {
    const polluted = {
      secure: false,
      insecurePlainHttp: true,
      sameSite: 'none',
      cookie: { name: 'evil' },
      leeway: '1h',
    }
    Object.assign(Object.prototype, polluted)
    let line = ''
    try {
      const auth = createAuth({
        origin: APP_ORIGIN,
        secrets: { 1: SECRET },
        sessions: storedSessions(createMemorySessionStore()),
      })
      const sink = { open: true, setHeader() {}, setCookie: (_name: string, value: string) => void (line = value) }
      const context = auth.open({ method: 'POST', url: '/', headers: { get: () => null } }, sink)
      await auth.login(context, { subject: 'id-alice', deliver: 'cookie' })
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
    expect(line).toMatch(/^__Host-session=lks_[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  },
  async 'HTP-101'() {
    const auth = createAuth({
      origin: APP_ORIGIN,
      secrets: { 1: SECRET },
      tokens: { issuer: APP_ORIGIN, audience: APP_ORIGIN },
    })
    const guard = auth.guard({ optional: true })
    const open = (authorization: string | null) =>
      auth.open(
        { method: 'GET', url: '/', headers: { get: (name) => (name === 'authorization' ? authorization : null) } },
        createEffects(),
      )
    expect(await guard(open('Bearer garbage'))).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(await guard(open(null))).toBeUndefined()
  },
  'HTP-103': tokenOption('issuer', ''),
  'HTP-104': tokenOption('audience', ''),
  'HTP-107': tokenOption('typ', ''),
  'HTP-109': tokenOption('algorithms', ['none']),
  'HTP-110': tokenOption('algorithms', ['RS256', 'HS256']),
  async 'HTP-111'() {
    for (const leeway of ['NaN', Number.NaN]) await tokenOption('leeway', leeway)()
  },
  async 'HTP-112'() {
    for (const leeway of ['Infinity', Number.POSITIVE_INFINITY]) await tokenOption('leeway', leeway)()
  },
  'HTP-113': tokenOption('issuer', /^https/),
  'HTP-114': tokenOption('lifetime', -1),
  'HTP-115': secretsOption(null),
  'HTP-116': secretsOption(() => Promise.resolve(undefined)),
}

async function authenticateWith(token: string) {
  const auth = createAuth({
    origin: APP_ORIGIN,
    secrets: { 1: SECRET },
    tokens: { issuer: APP_ORIGIN, audience: APP_ORIGIN },
    runtime: {
      now: () => 1_800_000_000_000,
      randomBytes: (length) => new Uint8Array(length),
      startTimer: () => () => {},
    },
  })
  const get = (name: string): string | null => (name === 'authorization' ? `Bearer ${token}` : null)
  return auth.authenticate({ method: 'GET', url: '/', headers: { get } }, createEffects())
}

/** The request of an item in the terms of the example. */
function toRequest({ id, construct: { request } }: Item, target: Target): CorpusRequest {
  if (request === undefined) return expect.unreachable(id)
  const fill = (text: string): string =>
    text
      .replaceAll(/\{\{access(?:_[AB])?\}\}/g, target.access)
      .replaceAll('{{sid}}', target.sid)
      .replaceAll('{{100000 x space}}', ' '.repeat(100_000))
      .replace(/^__Host-(?:sid|at)=.*$/, `__Host-session=${target.sid}`)
  const headers = (request.headers ?? []).map(([name, value]) => [name, fill(value)] as const)
  // `/me` cannot be posted to; a list can.
  const path = request.method === 'POST' ? request.target.replace(/^\/me/, '/notes') : request.target
  return { ...request, target: fill(path), headers }
}

const REQUESTS = ITEMS.filter(({ id }) => !NOT_APPLICABLE.has(id) && !Object.hasOwn(PROCEDURES, id) && id !== 'HTP-054')

describe('the HTTP items of the attack corpus', () => {
  it('are complete: each runs, or is not applicable for a stated reason', () => {
    const run = REQUESTS.map(({ id }) => id)
    expectComplete(ITEMS, [NOT_APPLICABLE.keys(), Object.keys(PROCEDURES), run, ['HTP-054']])
    expect([...DECIDED.keys()].filter((id) => !run.includes(id))).toEqual([])
  })
})

describe.each(ADAPTERS)('an attack over HTTP on %s', { timeout: 30_000 }, (adapter) => {
  let target: Target
  const started: Target[] = []
  const rejections: unknown[] = []
  const onRejection = (reason: unknown): unknown => rejections.push(reason)
  const start = async (): Promise<Target> => {
    const own = await startTarget(adapter, { limiter: createPatientLimiter() })
    started.push(own)
    return own
  }
  beforeAll(async () => {
    process.on('unhandledRejection', onRejection).on('uncaughtExceptionMonitor', onRejection)
    target = await start()
  })
  afterAll(async () => {
    process.off('unhandledRejection', onRejection).off('uncaughtExceptionMonitor', onRejection)
    for (const each of started) await each.close()
  })

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    const answer = await target.raw(toRequest(item, target))
    const decided = DECIDED.get(item.id) ?? item.expect.http
    const expected = typeof decided === 'object' ? decided[adapter] : decided
    if (expected !== undefined) expect(answer.status).toBe(expected)
    const accepted = expected === undefined ? item.expect.result === 'accept' : expected < 400
    expect(answer.status < 400).toBe(accepted)
    expect(ERRORS[item.expect.reason]).toContain(answer.error)
    expect(answer.body.includes('alice')).toBe(accepted && item.construct.request?.method === 'GET')
  })

  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', ({ id }) => PROCEDURES[id]?.({ target, start }))

  it('takes no repeated Authorization line', async () => {
    const line = ['authorization', `Bearer ${target.access}`] as const
    for (const other of ['Bearer bad', 'Basic dTpw', line[1]]) {
      for (const headers of [
        [line, ['authorization', other] as const],
        [['authorization', other] as const, line],
      ]) {
        const answer = await target.raw({ method: 'GET', target: '/me', headers })
        expect([400, 401]).toContain(answer.status)
      }
    }
  })

  it('HTP-054: leaves no promise without a handler', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    expect(rejections).toEqual([])
  })
})
