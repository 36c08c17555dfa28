import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
import { TEST_SECRETS } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS } from '../app.ts'
import { APP_ORIGIN, expectComplete, loadItems, type Item, type RawAnswer } from '../attack-corpus.fixture.ts'
import { changeEngine, COOKIE, createTargets, sidOf, type CorpusTarget, type Targets } from './target.fixture.ts'

const ITEMS = loadItems('cookie')

/** Items on sealed cookies run where these are made. */
const SEALED: ReadonlyMap<string, string> = new Map(
  ITEMS.filter(({ feature }) => feature === 'sealed-cookie').map(({ id }) => [id, 'run by packages/iron'] as const),
)

/** Items whose request Node itself refuses with 400. What the library says to such a header is asked without a server. */
const REFUSED_BY_NODE: ReadonlySet<string> = new Set(['CKE-019', 'CKE-020'])

/** What is decided where the corpus leaves it open. */
const NEUTRAL: ReadonlyMap<string, 'accept' | 'reject'> = new Map([
  // The same value twice is one.
  ['CKE-009', 'accept'],
])

/** What an answer says, and how the credentials were judged, by the class of reasons. */
const SAID: Readonly<Record<string, readonly (readonly [error: string | undefined, verdicts: readonly string[]])[]>> = {
  valid: [[undefined, []]],
  policy: [[undefined, []]],
  injection_neutralised: [[undefined, []]],
  cookie_ambiguous: [['session_invalid', ['cookie_ambiguous', 'session_ambiguous']]],
  // What does not stand under the one name is no credential at all.
  session_unknown: [['authentication_required', []]],
  cookie_syntax: [['authentication_required', []]],
  cookie_prefix: [['authentication_required', []]],
  size_limit: [
    ['authentication_required', []],
    ['session_invalid', ['session_unknown']],
  ],
}

interface Step {
  readonly target: CorpusTarget
  readonly start: Targets['start']
}

/** The text of a header in which each byte is a character; what is more than a byte stands in UTF-8. */
function toHeader(text: string): string {
  return /[^\u0000-\u00ff]/.test(text) ? Buffer.from(text).toString('latin1') : text
}

/** The `Cookie` header of an item. */
function headerOf({ id, construct: { args = [], argsGenerator } }: Item, sid: string): string {
  if (argsGenerator !== undefined) return (argsGenerator.prefix ?? '') + argsGenerator.char.repeat(argsGenerator.count)
  const [header] = args
  return typeof header === 'string' ? toHeader(header.replaceAll('{{sid}}', sid)) : expect.unreachable(id)
}

function expectConfigError(option: string, config: object): void {
  const sessions = storedSessions(createMemorySessionStore())
  const create = () => createAuth({ origin: APP_ORIGIN, secrets: TEST_SECRETS, sessions, ...config })
  expect(create).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
}

/** Sends the header of an item to an application whose session cookie has another name, and gives the value that it found there. */
async function readValue({ start }: Step, item: Item, name: string): Promise<string | undefined> {
  const found: string[] = []
  const target = await start({
    config: { cookie: { name } },
    wrap: changeEngine((engine) => ({
      load: async (text) => {
        found.push(text)
        return engine.load(text)
      },
    })),
  })
  await target.raw({ method: 'GET', target: '/me', headers: [['cookie', headerOf(item, '')]] })
  expect(found.length).toBeLessThanOrEqual(1)
  return found[0]
}

const expectValues =
  (values: Readonly<Record<string, string>>) =>
  async (step: Step, item: Item): Promise<void> => {
    for (const [name, value] of Object.entries(values)) expect(await readValue(step, item, name)).toBe(value)
  }

/** The library writes one cookie. Its name is configured, and refused where the application is put together. */
const expectNameRefused = async (_: Step, { construct: { args = [] } }: Item): Promise<void> => {
  expectConfigError('cookie.name', { cookie: { name: args[0] } })
}

/** Its value is a credential: here of a strategy that gives out what the item has, which reaches no client. */
const expectValueRefused = async ({ start }: Step, { construct: { args = [] } }: Item): Promise<void> => {
  const credential = String(args[1]).replace('{{4097 x A}}', 'A'.repeat(4_097))
  const target = await start({ wrap: changeEngine(() => ({ credentialOf: async () => credential })) })
  const answer = await target.send('POST /login')
  expect([answer.status, answer.error]).toEqual([422, credential.length > 4_096 ? 'cookie_too_large' : 'argument'])
  expect(answer.headers.has('set-cookie')).toBe(false)
  expect(await target.auth.listSessions('alice')).toEqual([])
}

const expectOptionRefused = (option: string, cookie: object) => async (): Promise<void> =>
  expectConfigError(option, { cookie })

const cookieLine = (answer: RawAnswer, name = COOKIE): string =>
  answer.headers.get('set-cookie')?.find((line) => line.startsWith(`${name}=`)) ?? ''

/** Items that are no single request with the session cookie. */
const PROCEDURES: Readonly<Record<string, (step: Step, item: Item) => Promise<void>>> = {
  'CKE-003': expectValues({ a: 'b=c==' }),
  'CKE-005': expectValues({ a: '1', b: '2' }),
  // Quotes are a part of the value, and none is ever written.
  'CKE-006': expectValues({ a: '"x"' }),
  async 'CKE-012'({ target }) {
    const headers = [
      ['cookie', 'a=1'],
      ['cookie', `${COOKIE}=${await target.logIn()}`],
    ] as const
    expect((await target.raw({ method: 'GET', target: '/me', headers })).body).toContain('alice')
  },
  async 'CKE-041'({ target }, item) {
    const answer = await target.raw({ method: 'GET', target: '/maybe', headers: [['cookie', headerOf(item, '')]] })
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('{"subject":null}')])
  },
  'CKE-048': expectValues({ a: '\u00e9' }),
  ...Object.fromEntries(
    ITEMS.filter(({ slug }) => slug.startsWith('w-name-')).map(({ id }) => [id, expectNameRefused] as const),
  ),
  ...Object.fromEntries(
    ITEMS.filter(({ slug }) => /^w-val-|^w-oversize$/.test(slug)).map(({ id }) => [id, expectValueRefused] as const),
  ),
  'CKE-076': expectOptionRefused('cookie.domain', { domain: 'x; HttpOnly=0\r\nX: 1' }),
  'CKE-077': expectOptionRefused('cookie.path', { path: 'x; HttpOnly=0\r\nX: 1' }),
  'CKE-079': expectOptionRefused('cookie.priority', { priority: 'x; HttpOnly=0\r\nX: 1' }),
  // How long the cookie lives follows from the session's timeouts; there is no option to set it.
  'CKE-080': expectOptionRefused('cookie.expires', { expires: 'x; HttpOnly=0\r\nX: 1' }),
  async 'CKE-081'({ start }) {
    const polluted = { domain: 'evil.test', sameSite: 'none', partitioned: true, insecurePlainHttp: true }
    Object.assign(Object.prototype, polluted)
    try {
      const target = await start()
      expect(cookieLine(await target.send('POST /login'))).toMatch(
        /^__Host-sid=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
  },
  // `Path` cannot be left out: without the option the line says `/`, and any other path is refused under this name.
  async 'CKE-084'({ target }) {
    expect(cookieLine(await target.send('POST /login'))).toContain('; Path=/;')
    expectConfigError('cookie.name', { cookie: { name: COOKIE, path: '/app' } })
    expectConfigError('cookie.name', { cookie: { name: COOKIE, domain: 'app.test' } })
  },
  'CKE-085': expectOptionRefused('cookie.name', { name: COOKIE, insecurePlainHttp: true }),
  // `HttpOnly` cannot be left out either.
  async 'CKE-088'({ start }) {
    expectConfigError('cookie.httpOnly', { cookie: { name: '__Host-Http-sid', httpOnly: false } })
    const target = await start({ config: { cookie: { name: '__Host-Http-sid' } } })
    expect(cookieLine(await target.send('POST /login'), '__Host-Http-sid')).toContain('; Path=/; HttpOnly; Secure;')
  },
  'CKE-089': expectOptionRefused('cookie.sameSite', { name: 'a', sameSite: 'none', insecurePlainHttp: true }),
  async 'CKE-092'() {
    for (const timeout of [Number.NaN, Number.POSITIVE_INFINITY, 'NaN', '60', '1.5s', -1, 0]) {
      const strategy = () => storedSessions(createMemorySessionStore(), { idleTimeout: timeout as number })
      expect(strategy).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'sessions.idleTimeout' }))
    }
    expectConfigError('cookie.maxAge', { cookie: { maxAge: 60 } })
  },
  'CKE-094': expectOptionRefused('cookie.expires', { expires: new Date('Invalid Date') }),
  'CKE-096': expectOptionRefused('cookie.path', { name: 'a', path: `/${'a'.repeat(1_024)}` }),
  async 'CKE-097'({ start }) {
    const target = await start({ config: { cookie: {} } })
    expect(cookieLine(await target.send('POST /login'), '__Host-session')).toMatch(
      /^__Host-session=lks_[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  },
  async 'CKE-098'({ start }) {
    const wide = { name: COOKIE, partitioned: true, sameSite: 'none', priority: 'high' } as const
    for (const cookie of [{ name: COOKIE }, wide, { name: '__Secure-sid', domain: 'app.test', path: '/' }]) {
      const target = await start({ config: { cookie } })
      const { name } = cookie
      const login = await target.send('POST /login')
      const headers = [['cookie', `${name}=${sidOf(login, name)}`]] as const
      const [cleared, ...scope] = cookieLine(await target.send('POST /logout', undefined, { headers }), name).split(
        '; ',
      )
      const [, ...scopeBefore] = cookieLine(login, name).split('; ')
      expect(cleared).toBe(`${name}=`)
      expect(scope.slice(0, 2)).toEqual(['Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'])
      expect(scope.slice(2)).toEqual(scopeBefore.filter((each) => !each.startsWith('Max-Age')))
    }
  },
  async 'CKE-099'({ target }) {
    const lines = (await target.send('POST /login')).headers.get('set-cookie') ?? []
    expect(lines).toHaveLength(2)
    expect(lines).toEqual(expect.arrayContaining(['theme=dark; Path=/', expect.stringMatching(/^__Host-sid=lks_/)]))
    expect(lines.filter((line) => line.includes(','))).toEqual([])
  },
  async 'CKE-101'({ start }) {
    const target = await start()
    const answer = await target.send('GET /stream')
    expect(answer.body).toMatch(/x [^]*"headers_sent"/)
    expect(answer.headers.has('set-cookie')).toBe(false)
    // Nothing was kept that nobody has a cookie for, and a session that is there is written while the answer streams.
    expect(target.store.calls).not.toContain('create')
    const sid = await target.logIn()
    expect((await target.send('GET /stream', sid)).status).toBe(200)
    expect((await target.send('GET /', sid)).body).toContain('{"value":"streamed"}')
  },
  async 'CKE-102'({ target }) {
    const headers = [['x-forwarded-proto', 'https']] as const
    for (const more of [{}, { headers }]) {
      expect(cookieLine(await target.send('POST /login', undefined, more))).toContain('; Secure;')
    }
    expectConfigError('origin', { origin: 'http://app.test' })
    expectConfigError('cookie.insecurePlainHttp', { cookie: { insecurePlainHttp: true } })
  },
}

const REQUESTS = ITEMS.filter(({ id }) => !SEALED.has(id) && !Object.hasOwn(PROCEDURES, id))

describe('the cookie items of the attack corpus', () => {
  it('are complete: each runs here, or where sealed cookies are made', () => {
    expectComplete(ITEMS, [SEALED.keys(), Object.keys(PROCEDURES), REQUESTS.map(({ id }) => id)])
    expect(SEALED.size).toBe(16)
    const open = REQUESTS.filter(({ expect: { result } }) => result === 'neutral').map(({ id }) => id)
    expect(open).toEqual([...NEUTRAL.keys()])
  })
})

describe.each(ADAPTERS)('an attack with cookies on %s', { timeout: 30_000 }, (adapter) => {
  const targets = createTargets(adapter)
  let target: CorpusTarget
  let sid = ''
  beforeAll(async () => {
    target = await targets.start()
    sid = await target.logIn()
  })
  afterAll(targets.closeAll)

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    const result = NEUTRAL.get(item.id) ?? item.expect.result
    const before = target.events.length
    target.store.forgetCalls()
    const answer = await target.raw({ method: 'GET', target: '/me', headers: [['cookie', headerOf(item, sid)]] })
    // Other cookies cost no call of the store, whatever they are; ours, where it could be one, costs one read.
    expect(target.store.calls).toEqual(result === 'accept' ? ['read'] : [])
    expect(Object.keys(Object.prototype)).toEqual([])
    if (REFUSED_BY_NODE.has(item.id)) {
      expect(answer.status).toBe(400)
      return expect(await target.judge({ cookie: headerOf(item, sid) })).toEqual({ status: 'anonymous' })
    }
    expect(answer.status).toBe(result === 'accept' ? 200 : 401)
    expect(answer.body.includes('alice')).toBe(result === 'accept')
    expect(SAID[item.expect.reason]).toContainEqual([answer.error, target.verdicts(before)])
  })

  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', (item) =>
    PROCEDURES[item.id]?.({ target, start: targets.start }, item),
  )
})
