import { connect } from 'node:net'
import { createLoginLimiter, createPasswordHasher } from '@latchkey/password'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ADAPTERS } from './app.ts'
import {
  cookieOf,
  createPatientLimiter,
  expectComplete,
  JSON_HEADERS,
  loadItems,
  mailOf,
  startTarget,
  toBytes,
  type CorpusRequest,
  type Item,
  type RawAnswer,
  type Target,
} from './attack-corpus.fixture.ts'
import { FAST_HASHER, PASSWORD } from './server.fixture.ts'

const ITEMS = loadItems('login')

const NO_REDIRECT = 'no answer redirects, so there is no return address; see "takes no return address"'

/** Items that are not run. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  [
    'LGN-005',
    'asks for more: a hash of cheaper parameters is verified at its own cost until the next login replaces it',
  ],
  [
    'LGN-008',
    'asks for more: registration makes the account at once, and so says that an address is taken; see "tells"',
  ],
  ['LGN-010', 'there are no one-time codes'],
  ['LGN-027', 'asks for more: of repeated JSON members the last one counts, for the lookup and the limiter alike'],
  ['LGN-098', 'no function that compares is offered; the hasher uses timingSafeEqual on digests of one length'],
  ['LGN-111', 'asks for more: the counters in memory are bounded by address, not in all; see "lets one address"'],
  ['LGN-113', 'asks for more: windows are fixed, so that around an edge twice the attempts can fall close together'],
  ['LGN-116', NO_REDIRECT],
  ...[
    118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 132, 133, 136, 137, 138, 139, 140, 141, 142, 144, 147, 149, 150,
  ].map((number) => [`LGN-${number}`, NO_REDIRECT] as const),
  ['LGN-155', 'there is no second factor; that a reset logs nobody in, see "logs nobody in"'],
  ['LGN-157', 'an address is not verified, so nothing is claimed by verifying it'],
  ['LGN-166', 'an address is not verified'],
])

/** Where another status than the corpus names is decided, or where it leaves the result open. */
const DECIDED: ReadonlyMap<string, number> = new Map([
  // One form of an address: trimmed, lower case, NFC. A byte order mark counts as a blank; U+212A is an upper-case k.
  ...(['LGN-051', 'LGN-052', 'LGN-056', 'LGN-060', 'LGN-064'] as const).map((id) => [id, 200] as const),
  // A dotless i is another letter; a control character makes it no address.
  ['LGN-053', 401],
  ['LGN-055', 401],
  ['LGN-059', 401],
  // The body's own limit of 64 KiB comes first; a password just above its limit is 400.
  ['LGN-078', 413],
  ['LGN-160', 413],
  // Passwords of at least 8 characters are taken.
  ['LGN-081', 201],
])

/** The `error` that an answer of a class has. */
const ERRORS: Readonly<Record<string, readonly unknown[]>> = {
  valid: [undefined],
  invalid_credentials: ['invalid_credentials'],
  malformed: ['invalid_request', 'invalid_json', 'body_too_large', 'unsupported_media_type'],
  size_limit: ['body_too_large'],
  csrf: ['unsupported_media_type'],
  policy: ['method_not_allowed', 'password_common', 'password_context', 'invalid_credentials', undefined],
}

interface Step {
  /** A server with the limits that the application has. */
  readonly strict: (options?: Parameters<typeof startTarget>[1]) => Promise<Target>
  /** A server without limits. */
  readonly patient: (options?: Parameters<typeof startTarget>[1]) => Promise<Target>
}

async function fail(target: Target, times: number, email = mailOf('alice'), from?: string): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = []
  for (let guess = 0; guess < times; guess += 1) answers.push(await target.login(email, `guess ${guess}`, from))
  return answers
}

const statusesOf = (answers: readonly RawAnswer[]): number[] => answers.map(({ status }) => status)
const withoutNumbers = ({ text }: RawAnswer): string => text.replaceAll(/^retry-after: \d+/gim, '')
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status)

/** Logs in with what was registered, and with something like it. */
async function expectDistinct(target: Target, password: string, others: readonly string[]): Promise<void> {
  await target.db
    .updateTable('users')
    .set({ password_hash: await FAST_HASHER.hash(password) })
    .where('email', '=', mailOf('alice'))
    .execute()
  for (const other of others) expect((await target.login(mailOf('alice'), other)).error).toBe('invalid_credentials')
  expect((await target.login(mailOf('alice'), password)).status).toBe(200)
}

function forgot(target: Target, email: string): Promise<RawAnswer> {
  const body = JSON.stringify({ email })
  return target.raw({ method: 'POST', target: '/auth/password/forgot', headers: JSON_HEADERS, body })
}

/** Asks for a reset token, and takes it from the mail. */
async function resetTokenOf(target: Target, name: string): Promise<string | undefined> {
  const count = target.mails.length
  await forgot(target, mailOf(name))
  await vi.waitFor(() => expect(target.mails).toHaveLength(count + 1))
  return /^Token: (\S+)$/m.exec(target.mails.at(-1)?.text ?? '')?.[1]
}

async function expectStoredHashRefused(target: Target, stored: string, reason: string): Promise<void> {
  await target.db.updateTable('users').set({ password_hash: stored }).where('email', '=', mailOf('alice')).execute()
  const answer = await target.login(mailOf('alice'))
  expect([answer.status, answer.error]).toEqual([401, 'invalid_credentials'])
  expect(target.entries.at(-1)).toEqual({ type: 'password_refused', reason, subject: 'id-alice' })
}

/** Items that are procedures, or that need more than one request. */
const PROCEDURES: Readonly<Record<string, (step: Step) => Promise<void>>> = {
  async 'LGN-003'({ patient }) {
    const target = await patient()
    const [unknown, wrong] = [
      await target.login(mailOf('nobody'), 'wrong'),
      await target.login(mailOf('alice'), 'wrong'),
    ]
    expect(unknown.status).toBe(401)
    expect(unknown.text).toBe(wrong.text)
  },
  async 'LGN-004'({ strict, patient }) {
    const target = await patient()
    await target.db.updateTable('users').set({ password_hash: '' }).where('email', '=', mailOf('mallory')).execute()
    for (const name of ['nobody', 'alice', 'disabled', 'mallory', 'no address @']) {
      const before = target.verified()
      expect((await target.login(mailOf(name), 'wrong')).status).toBe(401)
      expect(target.verified() - before).toBe(1)
    }
    const throttled = await strict()
    for (const name of ['nobody', 'alice']) {
      await fail(throttled, 10, mailOf(name))
      const before = throttled.verified()
      expect((await throttled.login(mailOf(name))).status).toBe(429)
      expect(throttled.verified()).toBe(before)
    }
  },
  async 'LGN-006'({ patient }) {
    const target = await patient()
    const wrong = await target.login(mailOf('alice'), 'wrong')
    expect((await target.login(mailOf('disabled'), 'wrong')).text).toBe(wrong.text)
    expect((await target.login(mailOf('disabled'))).text).toBe(wrong.text)
  },
  async 'LGN-007'({ strict }) {
    const target = await strict()
    await fail(target, 10)
    await fail(target, 10, mailOf('nobody'))
    const answers = [
      await target.login(mailOf('alice')),
      await target.login(mailOf('alice'), 'wrong'),
      await target.login(mailOf('nobody')),
    ]
    expect(statusesOf(answers)).toEqual([429, 429, 429])
    expect(new Set(answers.map(withoutNumbers)).size).toBe(1)
  },
  async 'LGN-009'({ patient }) {
    const target = await patient()
    const answers: RawAnswer[] = []
    for (const name of ['nobody', 'disabled', 'alice']) answers.push(await forgot(target, mailOf(name)))
    expect(statusesOf(answers)).toEqual([202, 202, 202])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    // Nothing of the answer waits for the mail.
    await vi.waitFor(() => expect(target.mails.map(({ to }) => to)).toEqual([mailOf('alice')]))
  },
  async 'LGN-065'({ patient }) {
    const target = await patient()
    const lists = [
      'alice@app.test,mallory@app.test',
      'alice@app.test, mallory@app.test',
      'alice@app.test;mallory@app.test',
      'Mallory <alice@app.test>',
      '"alice@app.test" mallory@app.test',
      'alice@app.test\r\nBcc: mallory@app.test',
      'alice@app.test\0@evil.test',
    ]
    for (const list of lists) expect((await forgot(target, list)).status).toBe(202)
    expect((await forgot(target, mailOf('alice'))).status).toBe(202)
    // To the address that is stored, once, and for no list at all.
    await vi.waitFor(() => expect(target.mails.map(({ to }) => to)).toEqual([mailOf('alice')]))
  },
  async 'LGN-068'({ patient }) {
    await expectDistinct(await patient(), `${'\u20ac'.repeat(24)}x`, [`${'\u20ac'.repeat(24)}y`, '\u20ac'.repeat(24)])
  },
  async 'LGN-070'({ patient }) {
    await expectDistinct(await patient(), 'abc\0def123456', ['abc\0xyz123456', 'abc', 'abc\0def12345', 'abcdef123456'])
  },
  async 'LGN-074'({ patient }) {
    await expectDistinct(await patient(), ' Passw0rd lang ', ['passw0rd lang', 'Passw0rd lang', ' passw0rd lang '])
  },
  async 'LGN-076'({ patient }) {
    await expectDistinct(await patient(), '\u{1f600}'.repeat(16), ['\u{1f600}'.repeat(15), '\u{1f601}'.repeat(16)])
  },
  async 'LGN-077'({ patient }) {
    const target = await patient()
    const json = { email: 'new@app.test', password: 'aaaaaaaaaaaaaa\ud800' }
    expect(await target.send('POST', '/auth/register', { json })).toMatchObject({
      status: 422,
      json: { error: 'password_malformed' },
    })
    const answer = await target.login(mailOf('alice'), 'aaaaaaaaaaaaaa\udfff')
    expect([answer.status, answer.error]).toEqual([400, 'invalid_request'])
  },
  async 'LGN-080'({ patient }) {
    const target = await patient()
    const password = Array.from({ length: 16 }, (_, index) => `${(index * 7_919) % 10_007}`.padStart(4, 'p')).join('')
    expect(password).toHaveLength(64)
    const json = { email: 'new@app.test', password }
    expect((await target.send('POST', '/auth/register', { json })).status).toBe(201)
    expect((await target.login('new@app.test', password)).status).toBe(200)
  },
  async 'LGN-082'({ patient }) {
    const target = await patient()
    const seven = '\u{1f600}\u{1f680}\u{1f308}\u{1f43b}\u{1f9ed}\u{1f3b9}\u{1f955}'
    expect(seven).toHaveLength(14)
    const json = { email: 'new@app.test', password: seven }
    expect(await target.send('POST', '/auth/register', { json })).toMatchObject({
      status: 422,
      json: { error: 'password_too_short' },
    })
  },
  async 'LGN-084'({ patient }) {
    const target = await patient()
    const json = { email: 'new@app.test', password: 'correcthorsebattery' }
    expect((await target.send('POST', '/auth/register', { json })).status).toBe(201)
  },
  async 'LGN-085'({ patient }) {
    const target = await patient()
    const weaker = createPasswordHasher({
      algorithm: 'scrypt',
      scrypt: { cost: 2 ** 14 },
      insecureParametersForTests: true,
    })
    const hash = await weaker.hash(PASSWORD)
    await target.db.updateTable('users').set({ password_hash: hash }).where('email', '=', mailOf('alice')).execute()
    const stored = async (): Promise<string | undefined> =>
      (await target.db.selectFrom('users').selectAll().where('email', '=', mailOf('alice')).executeTakeFirst())
        ?.password_hash
    expect((await target.login(mailOf('alice'), 'wrong')).status).toBe(401)
    expect(await stored()).toBe(hash)
    expect((await target.login(mailOf('alice'))).status).toBe(200)
    expect(await stored()).toMatch(/^\$argon2id\$/)
    expect((await target.login(mailOf('alice'))).status).toBe(200)
  },
  'LGN-087': async ({ patient }) => expectStoredHashRefused(await patient(), '', 'hash_unreadable'),
  'LGN-088': async ({ patient }) => expectStoredHashRefused(await patient(), 'not-a-hash', 'hash_unreadable'),
  'LGN-089': async ({ patient }) =>
    expectStoredHashRefused(await patient(), '5f4dcc3b5aa765d61d8327deb882cf99', 'hash_unreadable'),
  'LGN-090': async ({ patient }) =>
    expectStoredHashRefused(await patient(), '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA', 'hash_unreadable'),
  'LGN-093': async ({ patient }) =>
    expectStoredHashRefused(await patient(), '$2b$31$......................', 'hash_unreadable'),
  'LGN-094': async ({ patient }) =>
    expectStoredHashRefused(await patient(), '$scrypt$ln=40,r=8,p=1$c2FsdA$AAAA', 'hash_unreadable'),
  'LGN-095': async ({ patient }) => expectStoredHashRefused(await patient(), PASSWORD, 'hash_unreadable'),
  'LGN-096': async ({ patient }) =>
    expectStoredHashRefused(await patient(), '$argon2id$v=19$m=8,t=1,p=1$$', 'hash_unreadable'),
  async 'LGN-099'({ strict }) {
    const target = await strict()
    const json = (index: number) => ({ json: { email: `nobody${index}@app.test`, password: 'wrong' } })
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => target.send('POST', '/auth/login', json(index))),
    )
    const statuses = answers.map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    expect(target.verified()).toBeLessThanOrEqual(100)
    expect(statuses.filter((status) => status === 401)).toHaveLength(target.verified())
  },
  async 'LGN-100'({ patient }) {
    const target = await patient()
    const body = JSON.stringify({ email: mailOf('alice'), password: 'wrong' })
    const bytes = toBytes({ method: 'POST', target: '/auth/login', headers: JSON_HEADERS, body })
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        const socket = connect(target.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(bytes, () => socket.destroy())
        await new Promise((resolve) => socket.on('close', resolve))
      }),
    )
    expect((await target.login(mailOf('alice'))).status).toBe(200)
  },
  async 'LGN-101'({ strict }) {
    const target = await strict()
    for (let host = 2; host <= 11; host += 1) {
      expect(statusesOf(await fail(target, 1, mailOf('mallory'), `127.0.0.${host}`))).toEqual([401])
    }
    const answer = await target.login(mailOf('mallory'), 'wrong', '127.0.0.12')
    expect([answer.status, answer.error]).toEqual([429, 'too_many_attempts'])
    expect(Number(answer.headers.get('retry-after')?.[0])).toBeGreaterThan(0)
  },
  async 'LGN-106'({ strict }) {
    const target = await strict()
    const spellings = ['alice@app.test', 'ALICE@app.test', ' alice@app.test', 'Alice@APP.test ', '\ufeffalice@app.test']
    for (const email of spellings) expect(statusesOf(await fail(target, 2, email))).toEqual([401, 401])
    for (const email of spellings) expect((await target.login(email)).status).toBe(429)
    // With an invisible character it is no address, so that no guess at it is one at alice.
    expect((await target.login('a\u200blice@app.test')).status).toBe(401)
  },
  async 'LGN-107'({ strict }) {
    const target = await strict()
    const body = JSON.stringify({ email: mailOf('alice'), password: 'wrong' })
    const guess = (path: string): Promise<RawAnswer> =>
      target.raw({ method: 'POST', target: path, headers: JSON_HEADERS, body })
    for (const path of [
      '/auth/login',
      '//auth/login',
      '/auth/login/',
      '/AUTH/LOGIN',
      '/auth/login?x=1',
      '/auth/%6cogin',
    ]) {
      for (let count = 0; count < 5; count += 1) expect([401, 404, 429]).toContain((await guess(path)).status)
    }
    expect(target.verified()).toBe(10)
    expect((await target.login(mailOf('alice'))).status).toBe(429)
  },
  async 'LGN-108'({ strict }) {
    const target = await strict()
    const answers = await Promise.all(Array.from({ length: 100 }, () => target.login(mailOf('mallory'), 'wrong')))
    expect(target.verified()).toBe(10)
    expect(statusesOf(answers).filter((status) => status === 401)).toHaveLength(10)
    expect(statusesOf(answers).filter((status) => status === 429)).toHaveLength(90)
  },
  async 'LGN-109'({ strict }) {
    const target = await strict()
    expect(statusesOf(await fail(target, 9))).toEqual(times(9, 401))
    expect((await target.login(mailOf('mallory'))).status).toBe(200)
    expect(statusesOf(await fail(target, 3))).toEqual([401, 429, 429])
  },
  async 'LGN-110'({ strict }) {
    const target = await strict()
    const guesses = await Promise.all(
      Array.from({ length: 1_000 }, () => target.login(mailOf('alice'), 'wrong', '127.0.0.2')),
    )
    expect(statusesOf(guesses)).toContain(429)
    expect((await target.login(mailOf('alice'), PASSWORD, '127.0.0.3')).status).toBe(429)
    // From here alice has logged in before.
    expect((await target.login(mailOf('alice'))).status).toBe(200)
  },
  async 'LGN-112'({ strict }) {
    const throws = (): Promise<never> => Promise.reject(new Error('out of reach'))
    const counter = { consume: throws, reward: throws, get: throws, set: throws, delete: throws }
    let isBroken = false
    const working = createLoginLimiter()
    const failing = createLoginLimiter({ createCounter: () => counter })
    const target = await strict({ limiter: { reserve: (attempt) => (isBroken ? failing : working).reserve(attempt) } })
    isBroken = true
    const answer = await target.login(mailOf('alice'))
    expect([answer.status, answer.error, target.verified()]).toEqual([503, 'unavailable', 0])
    expect(answer.body).not.toContain('reach')
  },
  async 'LGN-153'({ patient }) {
    const target = await patient()
    const tokens = [await resetTokenOf(target, 'alice'), await resetTokenOf(target, 'alice')]
    const reset = async (token: string | undefined): Promise<number> =>
      (await target.send('POST', '/auth/password/reset', { json: { token, password: 'blue teapots sing' } })).status
    expect(await reset(tokens[0])).toBe(400)
    const headers = { cookie: `__Host-session=${target.sid}`, origin: 'https://app.test' }
    const change = { current: PASSWORD, new: 'green kettles hum' }
    expect((await target.send('PUT', '/me/password', { json: change, headers })).status).toBe(204)
    expect(await reset(tokens[1])).toBe(400)
    expect((await target.login(mailOf('alice'), 'green kettles hum')).status).toBe(200)
  },
  async 'LGN-156'({ patient }) {
    const target = await patient()
    const headers = { cookie: `__Host-session=${target.sid}`, origin: 'https://app.test' }
    const change = (json: unknown) => target.send('PUT', '/me/password', { json, headers })
    expect(await change({ new: 'blue teapots sing' })).toMatchObject({ status: 422, json: { fields: ['current'] } })
    expect(await change({ current: 'wrong', new: 'blue teapots sing' })).toMatchObject({ status: 401 })
    expect((await target.login(mailOf('alice'))).status).toBe(200)
  },
  async 'LGN-159'({ patient }) {
    const target = await patient()
    const head = 'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
    const answer = await target.raw({
      method: 'POST',
      target: '/auth/login',
      headers: JSON_HEADERS,
      body: 'A'.repeat(1_048_576),
    })
    expect(answer.status).toBe(413)
    // The whole of it announced, and none of it sent: the answer does not wait.
    const socket = connect(target.port, '127.0.0.1')
    socket.write(`${head}Content-Length: 104857600\r\n\r\n`)
    const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data: Buffer) => resolve([data])))
    expect(chunk?.toString()).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
    expect(target.verified()).toBe(0)
  },
  async 'LGN-162'({ patient }) {
    const target = await patient()
    const old = `__Host-session=${target.sid}`
    const body = JSON.stringify({ email: mailOf('alice'), password: PASSWORD })
    const headers = [...JSON_HEADERS, ['cookie', old] as const]
    const fresh = cookieOf(await target.raw({ method: 'POST', target: '/auth/login', headers, body }))
    expect(fresh).not.toBe(old)
    const open = async (cookie = ''): Promise<number> =>
      (await target.send('GET', '/me', { headers: { cookie } })).status
    expect([await open(old), await open(fresh)]).toEqual([401, 200])
  },
  async 'LGN-163'({ patient }) {
    const target = await patient()
    await target.db.schema.alterTable('users').renameTo('elsewhere').execute()
    const answer = await target.login(mailOf('alice'))
    expect([answer.status, answer.error, cookieOf(answer)]).toEqual([503, 'unavailable', undefined])
    expect(answer.body).not.toMatch(/users|select|sql/i)
  },
}

/** The requests of an item in the terms of the example: its paths, and e-mail addresses for names. */
function toRequests({ id, construct: { request }, expect: expected }: Item): CorpusRequest[] {
  if (request === undefined) return expect.unreachable(id)
  const { method, headers = [] } = request
  const target = request.target.replace(/^\/(login|register)/, '/auth/$1')
  const common = { method, target, headers: headers.length > 0 || method === 'GET' ? headers : JSON_HEADERS }
  const body = request.body
    ?.replaceAll('{{pw}}', PASSWORD)
    .replace('{{1048576 x A}}', 'A'.repeat(1_048_576))
    .replace('{{100000 x [}}', '['.repeat(100_000))
    .replaceAll('"username"', '"email"')
    .replaceAll('username=', 'email=')
  if (body === undefined) return [common]
  const withAddress = { ...common, body: withAddresses(body) }
  // A name alone is no address, and must be refused as well.
  return expected.result === 'reject' ? [{ ...common, body }, withAddress] : [withAddress]
}

const NAME = /"email": ?"(?!")((?:[^"\\]|\\.)*)"/g

function withAddresses(body: string): string {
  return body.replaceAll(NAME, (member, name: string) => {
    if (name.includes('@')) return member
    const letters = /(?:al.ce|admin|disabled|.evin|r\S*n\S*)/u.exec(JSON.parse(`"${name}"`) as string)?.[0]
    const typed = JSON.parse(`"${name}"`) as string
    const address = letters === undefined ? `${typed}@app.test` : typed.replace(letters, `${letters}@app.test`)
    return `"email":${JSON.stringify(address)}`
  })
}

const REQUESTS = ITEMS.filter(({ id }) => !NOT_APPLICABLE.has(id) && !Object.hasOwn(PROCEDURES, id))

describe('the login items of the attack corpus', () => {
  it('are complete: each runs, or is not applicable for a stated reason', () => {
    expectComplete(ITEMS, [NOT_APPLICABLE.keys(), Object.keys(PROCEDURES), REQUESTS.map(({ id }) => id)])
    expect([...DECIDED.keys()].filter((id) => !REQUESTS.some((item) => item.id === id))).toEqual([])
    const open = REQUESTS.filter((item) => item.expect.result === 'neutral' && !DECIDED.has(item.id))
    expect(open).toEqual([])
  })
})

describe.each(ADAPTERS)('an attack on the login on %s', { timeout: 30_000 }, (adapter) => {
  let target: Target
  const started: Target[] = []
  beforeAll(async () => {
    target = await startTarget(adapter, { limiter: createPatientLimiter() })
    started.push(target)
  })
  afterAll(async () => {
    for (const each of started) await each.close()
  })

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    for (const request of toRequests(item)) {
      const before = target.entries.length
      const answer = await target.raw(request)
      const expected = DECIDED.get(item.id) ?? item.expect.http
      if (expected !== undefined) expect(answer.status).toBe(expected)
      const accepted = expected === undefined ? item.expect.result === 'accept' : expected < 400
      expect(answer.status < 400).toBe(accepted)
      expect(ERRORS[item.expect.reason]).toContain(answer.error)
      expect(cookieOf(answer) !== undefined).toBe(accepted && request.target === '/auth/login')
      expect(answer.headers.has('location')).toBe(false)
      expect(JSON.stringify(target.entries.slice(before))).not.toMatch(/alice(?!")|select|drop|\\u001b|\\n|horse/i)
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(await target.db.selectFrom('users').selectAll().execute()).not.toHaveLength(0)
  })

  const step: Step = {
    async strict(options) {
      const own = await startTarget(adapter, options)
      started.push(own)
      return own
    },
    patient: (options) => step.strict({ limiter: createPatientLimiter(), ...options }),
  }
  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', ({ id }) => PROCEDURES[id]?.(step))

  it('logs nobody in by a reset, and takes no session over it', async () => {
    const own = await step.patient()
    const planted = `__Host-session=${own.sid}`
    const json = { token: await resetTokenOf(own, 'alice'), password: 'blue teapots sing' }
    const headers = { cookie: planted, origin: 'https://app.test' }
    const answer = await own.send('POST', '/auth/password/reset', { json, headers })
    expect([answer.status, answer.cookie]).toEqual([204, undefined])
    expect((await own.send('GET', '/me', { headers: { cookie: planted } })).status).toBe(401)
  })

  it('takes no return address', async () => {
    const login = { method: 'POST', headers: JSON_HEADERS }
    const body = JSON.stringify({ email: mailOf('alice'), password: PASSWORD })
    for (const to of ['//evil.test', '/\\evil.test', 'javascript:alert(1)', 'https://evil.test', '/dashboard']) {
      const answer = await target.raw({ ...login, target: `/auth/login?returnTo=${encodeURIComponent(to)}`, body })
      expect([answer.status, answer.headers.has('location')]).toEqual([200, false])
      expect(answer.text).not.toContain('evil')
    }
  })

  it('tells that an address is taken', async () => {
    const json = { email: mailOf('alice'), password: 'blue teapots sing' }
    expect(await target.send('POST', '/auth/register', { json })).toMatchObject({ status: 409 })
    // Also by another spelling of it: nobody can have an account that looks like this one's address.
    for (const email of [
      '\u212aevin@app.test',
      're\u0301ne\u0301@app.test',
      ' ALICE@app.test',
      '\ufeffalice@app.test',
    ]) {
      const again = { json: { ...json, email } }
      expect(await target.send('POST', '/auth/register', again)).toMatchObject({ status: 409 })
    }
  })

  it('takes the last of repeated JSON members, for the lookup and the limiter alike', async () => {
    const own = await step.strict()
    const body = `{"email":"alice@app.test","email":"admin@app.test","password":"wrong"}`
    const guess = (): Promise<RawAnswer> =>
      own.raw({ method: 'POST', target: '/auth/login', headers: JSON_HEADERS, body })
    for (let count = 0; count < 10; count += 1) expect((await guess()).status).toBe(401)
    expect((await guess()).status).toBe(429)
    expect((await own.login(mailOf('admin'))).status).toBe(429)
    expect((await own.login(mailOf('alice'))).status).toBe(200)
    expect(own.entries).toContainEqual({ type: 'password_refused', reason: 'mismatch', subject: 'id-admin' })
  })

  it('lets one address fail at 100 names in a quarter of an hour', async () => {
    const own = await step.strict()
    const statuses: number[] = []
    for (let name = 0; name <= 100; name += 1) statuses.push((await own.login(`nobody${name}@app.test`)).status)
    expect(statuses).toEqual([...times(100, 401), 429])
  })
})
