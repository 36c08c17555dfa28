import { inspect } from 'node:util'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  createAuth,
  createEffects,
  createMemorySessionStore,
  storedSessions,
  systemRuntime,
  UnavailableError,
  type SessionRecord,
  type TokenResponse,
} from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ADAPTERS } from '../app.ts'
import {
  APP_ORIGIN,
  expectComplete,
  loadItems,
  sendBytes,
  type Item,
  type RawAnswer,
} from '../attack-corpus.fixture.ts'
import { PASSWORD } from '../server.fixture.ts'
import type { ShownSession } from './application.fixture.ts'
import { createPasswords } from './passwords.fixture.ts'
import { describeOnStores, expectSeveralStores, type Step, type StoreItems } from './on-stores.fixture.ts'
import { MEMORY, REDIS, SQL_STORES, STORES } from './stores.fixture.ts'
import { changeUnusedBits, jsonOf, swapLastCase } from './texts.fixture.ts'
import { changeEngine, COOKIE, createTargets, sidOf, type CorpusTarget } from './target.fixture.ts'

const ITEMS = loadItems('session')

/** Items that are not run. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ['SES-059', 'there is no limit on how many sessions a subject has'],
  [
    'SES-068',
    'a store is one place: that its reads go to the primary is for whoever connects it, and docs/stores.md says so',
  ],
  ['SES-086', 'tenants are told apart by an `Auth` each, with secrets of its own; the Host header is never believed'],
])

/** Where the result is another one than that of the corpus, by decision. */
const DECIDED: ReadonlyMap<string, 'accept' | 'reject'> = new Map([
  // Blanks around a value are no part of it (RFC 9110 section 5.5); Node drops them.
  ['SES-046', 'accept'],
])

/** Items whose request Node itself refuses with 400. What the library says to such a header is asked without a server. */
const REFUSED_BY_NODE: ReadonlySet<string> = new Set(['SES-041'])

/** The values that a credential is turned into, by what the corpus calls them. */
const VARIANTS: Readonly<Record<string, (sid: string) => string>> = {
  sid: (sid) => sid,
  '10000 x A': () => 'A'.repeat(10_000),
  'sid with the case of one letter swapped': swapLastCase,
  'sid with trailing bits changed': changeUnusedBits,
}

function fill(text: string, sid: string): string {
  return text.replaceAll(/\{\{([^}]*)\}\}/g, (_, name: string) => VARIANTS[name]?.(sid) ?? expect.unreachable(name))
}

/** Whether a value could be a credential: only then is the store asked. */
const WELL_FORMED = /^lks_[0-9a-f]{32}\.0\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

const idOf = (sid: string): string => sid.slice('lks_'.length).split('.', 1)[0] ?? ''
const shown = (answer: RawAnswer): ShownSession => jsonOf(answer) as ShownSession
const readRecord = (target: CorpusTarget, sid: string): Promise<SessionRecord | null> =>
  target.kept.store.read(idOf(sid), { now: target.runtime.now() })

/** Expects a credential to open nothing: 401, deleted in the browser, and one of these reasons told to the application. */
async function expectDead(target: CorpusTarget, sid: string, ...codes: readonly string[]): Promise<void> {
  const before = target.events.length
  const answer = await target.send('GET /me', sid)
  expect([answer.status, answer.error, sidOf(answer)]).toEqual([401, 'session_invalid', ''])
  expect(codes).toContain(target.verdicts(before).at(-1))
}

async function expectAlive(target: CorpusTarget, sid: string, subject = 'alice'): Promise<void> {
  const answer = await target.send('GET /me', sid)
  expect([answer.status, shown(answer)]).toEqual([200, { subject }])
}

/** Items on one application, in memory. */
const PROCEDURES: Readonly<Record<string, (step: Step, item: Item) => Promise<void>>> = {
  async 'SES-002'({ target }) {
    const before = sidOf(await target.send('POST /write?value=1')) ?? ''
    const after = sidOf(await target.send('POST /login', before)) ?? ''
    expect(idOf(after)).not.toBe(idOf(before))
    await expectDead(target, before, 'session_unknown')
    expect(await readRecord(target, before)).toBeNull()
    await expectAlive(target, after)
    // The same for an id of the client's own making.
    const planted = `lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`
    expect(idOf(sidOf(await target.send('POST /login', planted)) ?? '')).not.toBe(idOf(planted))
    expect(await readRecord(target, planted)).toBeNull()
  },
  async 'SES-003'({ target }) {
    const planted = `lks_${Buffer.alloc(16, 7).toString('hex')}.0.${Buffer.alloc(32, 7).toString('base64url')}`
    for (const sid of [planted, Buffer.alloc(32, 7).toString('base64url')]) {
      expect(sidOf(await target.send('GET /', sid))).toBe('')
      const written = await target.send('POST /write?value=1', sid)
      expect(idOf(sidOf(written) ?? '')).not.toBe(idOf(sid))
      expect(written.status).toBe(204)
    }
    expect(await readRecord(target, planted)).toBeNull()
  },
  async 'SES-005'({ target }) {
    const before = await target.logIn()
    const after = sidOf(await target.send('POST /reauth', before)) ?? ''
    await expectDead(target, before, 'session_unknown')
    await expectAlive(target, after)
  },
  async 'SES-006'({ target }) {
    const before = sidOf(await target.send('POST /write?key=role&value=admin')) ?? ''
    const after = sidOf(await target.send('POST /login', before)) ?? ''
    expect(shown(await target.send('GET /', after))).toEqual({ subject: 'alice', values: {} })
    const named = sidOf(await target.send('POST /write?key=cart&value=1')) ?? ''
    const carried = sidOf(await target.send('POST /login?carry=cart', named)) ?? ''
    expect(shown(await target.send('GET /', carried))).toEqual({ subject: 'alice', values: { cart: '1' } })
  },
  async 'SES-009'({ target }) {
    const sid = await target.logIn()
    for (const each of [sid, sid, `lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`, undefined]) {
      expect((await target.send('POST /logout', each)).status).toBe(204)
    }
  },
  async 'SES-013'({ target }) {
    const [a, b] = [await target.logIn('a'), await target.logIn('b')]
    expect((await target.send('POST /logout-all', a)).status).toBe(200)
    await expectDead(target, a, 'session_unknown')
    await expectAlive(target, b, 'b')
  },
  async 'SES-014'({ target }) {
    const [here, elsewhere] = [await target.logIn(), await target.logIn()]
    const { login } = await createPasswords(target.auth)
    const change = { subject: 'alice', current: PASSWORD, next: 'quiet amber lanterns', except: idOf(here) }
    expect(await login.changePassword(change)).toMatchObject({ ok: true })
    await expectDead(target, elsewhere, 'session_unknown')
    await expectAlive(target, here)
  },
  async 'SES-015'({ target }) {
    const sid = await target.logIn()
    const tokens = jsonOf(await target.logInWithTokens()) as TokenResponse
    const { reset, mailed } = await createPasswords(target.auth)
    await reset.request('alice')
    await vi.waitFor(() => expect(mailed()).toBeDefined())
    expect(await reset.reset(mailed(), 'quiet amber lanterns')).toMatchObject({ ok: true })
    await expectDead(target, sid, 'session_unknown')
    expect(await target.auth.refresh(tokens.refresh_token)).toMatchObject({ ok: false, code: 'refresh_unknown' })
  },
  async 'SES-027'({ start }) {
    const target = await start({ sessions: { idleTimeout: 60, absoluteTimeout: 60, touchEvery: 1 } })
    const sid = await target.logIn()
    target.runtime.advance('59s')
    const renewed = await target.send('GET /me', sid)
    expect(renewed.status).toBe(200)
    expect(renewed.headers.get('set-cookie')?.[0]).toContain('; Max-Age=1;')
    target.runtime.advance('2s')
    await expectDead(target, sid, 'session_unknown', 'session_expired')
  },
  async 'SES-050'({ start }) {
    const runtime = createTestRuntime()
    const target = await start({
      config: {
        runtime: {
          ...runtime,
          randomBytes() {
            throw new Error('No randomness')
          },
        },
      },
    })
    const answer = await target.send('POST /login')
    expect([answer.status, answer.headers.has('set-cookie')]).toEqual([500, false])
    expect(target.store.calls).not.toContain('create')
    expect(target.errors).toEqual([expect.objectContaining({ message: 'No randomness' })])
  },
  /** However much of a secret is right, the same calls are made, the same is said, and a MAC of fixed length is what compares. */
  async 'SES-052'({ target }) {
    const sid = await target.logIn()
    const at = sid.lastIndexOf('.') + 1
    const seen = new Set<string>()
    for (let length = 0; length < 43; length += 1) {
      const wrong = sid.charAt(at + length) === 'A' ? 'E' : 'A'
      const guess = sid.slice(0, at + length) + wrong + sid.slice(at + length + 1)
      target.store.forgetCalls()
      const before = target.events.length
      const { text } = await target.send('GET /me', guess)
      seen.add(JSON.stringify([text, target.store.calls, target.verdicts(before)]))
    }
    expect([...seen]).toEqual([expect.stringMatching(/\["read"\],\["credential_mismatch","session_unknown"\]\]$/)])
  },
  async 'SES-054'({ target }) {
    const sid = await target.logIn()
    for (const name of ['x-session-id', 'x-session', 'session']) {
      const answer = await target.raw({ method: 'GET', target: `/me?sid=${sid}`, headers: [[name, sid]] })
      expect([answer.status, answer.error]).toEqual([401, 'authentication_required'])
    }
  },
  async 'SES-058'({ target }) {
    const [a, b] = [await target.logIn('a'), await target.logIn('b')]
    expect((await target.send('GET /sessions', a)).body).toContain(idOf(a))
    expect((await target.send(`DELETE /sessions?id=${idOf(a)}`, b)).status).toBe(404)
    await expectAlive(target, a, 'a')
    expect((await target.send(`DELETE /sessions?id=${idOf(a)}`, a)).status).toBe(204)
    await expectDead(target, a, 'session_unknown')
  },
  /** `__proto__` is refused as a key and inside a value. Other names of the prototype are keys like any other. */
  async 'SES-060'({ target }) {
    const sid = await target.logIn()
    const body = '{"isAdmin":true}'
    expect((await target.send('POST /write?key=__proto__', sid, { body })).error).toBe('key_invalid')
    const inside = { body: '{"__proto__":{"isAdmin":true}}' }
    expect((await target.send('POST /write?key=a', sid, inside)).error).toBe('value_not_json')
    for (const key of ['constructor', 'prototype', 'hasOwnProperty']) {
      expect((await target.send(`POST /write?key=${key}`, sid, { body })).status).toBe(204)
    }
    const values = { isAdmin: true }
    expect(shown(await target.send('GET /', sid)).values).toEqual({
      constructor: values,
      prototype: values,
      hasOwnProperty: values,
    })
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
  },
  async 'SES-062'({ target }) {
    const sid = await target.logIn()
    const answer = await target.send('POST /write', sid, { body: JSON.stringify('x'.repeat(1_048_576)) })
    expect([answer.status, answer.error]).toEqual([422, 'session_too_large'])
    expect(shown(await target.send('GET /', sid)).values).toEqual({})
  },
  async 'SES-066'({ start }) {
    const target = await start()
    const sid = await target.logIn()
    const held = target.holdStore('read')
    const answer = target.send('GET /me', sid)
    await held.reached
    target.runtime.advance('2s')
    expect(await answer).toMatchObject({ status: 503, error: 'unavailable' })
    held.release()
    await expectAlive(target, sid)
  },
  /** A rotation is one write, so that there is nothing between the old credential and the new one. */
  async 'SES-067'({ start }) {
    const target = await start()
    for (const when of ['before', 'after'] as const) {
      const sid = await target.logIn()
      target.store.fail('update', when)
      const answer = await target.send('POST /reauth', sid)
      expect([answer.status, answer.headers.has('set-cookie')]).toEqual([503, false])
      target.store.heal()
      if (when === 'before') await expectAlive(target, sid)
      else await expectDead(target, sid, 'session_unknown')
    }
    // A login makes a session and ends another one: when the second fails, the first is taken back.
    const failures = [new UnavailableError()]
    const failing = await start({
      wrap: changeEngine((engine) => ({
        async destroy(record) {
          const failure = failures.pop()
          if (failure !== undefined) throw failure
          return engine.destroy(record)
        },
      })),
    })
    const sid = await failing.logIn()
    const answer = await failing.send('POST /login', sid)
    expect([answer.status, answer.headers.has('set-cookie'), failures]).toEqual([503, false, []])
    expect((await failing.auth.listSessions('alice')).map(({ id }) => id)).toEqual([idOf(sid)])
  },
  async 'SES-074'({ start }) {
    const target = await start()
    const one = 'GET / HTTP/1.1\r\nHost: app.test\r\n'
    const { text } = await sendBytes(target.port, `${`${one}\r\n`.repeat(9_999)}${one}Connection: close\r\n\r\n`)
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(10_000)
    expect(text).not.toMatch(/set-cookie/i)
    expect(target.store.calls).toEqual([])
  },
  async 'SES-077'({ start }) {
    const target = await start()
    const sid = await target.logIn()
    expect((await target.send('POST /change-email', sid)).status).toBe(204)
    target.runtime.advance('301s')
    const answer = await target.send('POST /change-email', sid)
    expect([answer.status, answer.error]).toEqual([401, 'insufficient_user_authentication'])
    expect(answer.headers.get('www-authenticate')).toEqual([
      'Bearer realm="api", error="insufficient_user_authentication", max_age="300"',
    ])
  },
  async 'SES-078'({ start }) {
    const target = await start()
    const tokens = jsonOf(await target.logInWithTokens()) as TokenResponse
    let sid = await target.logIn()
    target.runtime.advance('301s')
    expect((await target.send('GET /me', sid)).headers.has('set-cookie')).toBe(true)
    sid = sidOf(await target.send('POST /reauth', sid)) ?? ''
    expect((await target.send('POST /change-email', sid)).error).toBe('insufficient_user_authentication')
    const refreshed = await target.auth.refresh(tokens.refresh_token)
    const access = refreshed.ok ? refreshed.tokens.access_token : expect.unreachable('The refresh was refused')
    const headers = [['authorization', `Bearer ${access}`]] as const
    expect((await target.send('POST /change-email', undefined, { headers })).error).toBe(
      'insufficient_user_authentication',
    )
  },
  async 'SES-079'({ target }) {
    const answer = await target.send('GET /mfa', await target.logIn())
    expect([answer.status, answer.error]).toEqual([401, 'insufficient_user_authentication'])
  },
  async 'SES-081'({ target }) {
    const sid = await target.logIn()
    for (const agent of ['one', 'two'])
      expect((await target.send('GET /me', sid, { headers: [['user-agent', agent]] })).status).toBe(200)
  },
  async 'SES-082'({ target }) {
    const [sid, access] = [await target.logIn('a'), await target.auth.issueAccessToken('b')]
    const before = target.events.length
    const answer = await target.send('GET /me', sid, { headers: [['authorization', `Bearer ${access}`]] })
    expect([answer.status, answer.error]).toEqual([400, 'ambiguous_credentials'])
    expect(target.verdicts(before)).toEqual(['credentials_ambiguous'])
  },
  async 'SES-083'({ target }) {
    const headers = [['authorization', `Bearer ${await target.logIn()}`]] as const
    const before = target.events.length
    const answer = await target.raw({ method: 'GET', target: '/me', headers })
    expect([answer.status, answer.error]).toEqual([401, 'invalid_token'])
    expect(target.verdicts(before)).toEqual(['token_malformed'])
  },
  /** There is no OAuth flow here. What is made for other purposes is no session cookie. */
  async 'SES-084'({ target }) {
    const { refresh_token: refresh, access_token: access } = jsonOf(await target.logInWithTokens()) as TokenResponse
    for (const text of [refresh, access, refresh.replace('lkr_', 'lks_')]) {
      await expectDead(target, text, 'session_unknown')
    }
    expect(await target.auth.refresh((await target.logIn()).replace('lks_', 'lkr_'))).toMatchObject({ ok: false })
  },
  async 'SES-087'({ start }) {
    const turns = Array.from({ length: 211 }, (_, index) => (index * 7) % 5)
    const target = await start({
      wrap: changeEngine((engine) => ({
        async load(text) {
          for (let left = turns.pop() ?? 0; left > 0; left -= 1) await nextTurn()
          return engine.load(text)
        },
      })),
    })
    const sids = [await target.logIn('a'), await target.logIn('b')] as const
    const subjects = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => shown(await target.send('GET /me', sids[index % 2])).subject),
    )
    expect(subjects).toEqual(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 'a' : 'b')))
  },
}

/** Items that are to be repeated for each of several stores. */
const ON_STORES: StoreItems = {
  'SES-008': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      expect((await target.send('POST /logout', sid)).status).toBe(204)
      await expectDead(target, sid, 'session_unknown')
    },
  ],
  'SES-018': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      const held = target.holdPause()
      const late = target.send('POST /slow-write', sid)
      await held.reached
      expect((await target.send('POST /logout', sid)).status).toBe(204)
      held.release()
      expect(await late).toMatchObject({ status: 409, error: 'session_conflict' })
      await expectDead(target, sid, 'session_unknown')
      expect(target.events).toContainEqual({ type: 'session_conflict', sessionId: idOf(sid), reason: 'gone' })
    },
  ],
  'SES-019': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      target.runtime.advance('10m')
      const held = target.holdStore('touch')
      const late = target.send('GET /me', sid)
      await held.reached
      expect((await target.send('POST /logout', sid)).status).toBe(204)
      held.release()
      expect(await late).toMatchObject({ status: 401, error: 'session_invalid' })
      await expectDead(target, sid, 'session_unknown')
    },
  ],
  'SES-020': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      const answers = await Promise.all([target.send('POST /reauth', sid), target.send('POST /reauth', sid)])
      const given = answers.map((answer) => sidOf(answer)).filter((each) => each !== undefined && each !== '')
      const alive = await Promise.all([sid, ...given].map(async (each) => (await target.send('GET /me', each)).status))
      expect(alive.filter((status) => status === 200)).toHaveLength(1)
      expect(alive[0]).toBe(401)
    },
  ],
  'SES-021': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      const held = target.holdStore('update')
      const late = target.send('POST /write?key=a&value=1', sid)
      await held.reached
      expect((await target.send('POST /write?key=b&value=2', sid)).status).toBe(204)
      held.release()
      expect((await late).status).toBe(204)
      expect(shown(await target.send('GET /', sid)).values).toEqual({ a: '1', b: '2' })
    },
  ],
  'SES-022': [
    STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      target.runtime.advance('7d')
      target.runtime.advance('1s')
      // A store answers "absent" for what has expired.
      await expectDead(target, sid, 'session_expired', 'session_unknown')
    },
  ],
  'SES-026': [
    [MEMORY, ...SQL_STORES],
    async ({ target }) => {
      const now = target.runtime.now()
      target.runtime.set(now - 8 * 86_400_000)
      const sid = await target.logIn()
      target.runtime.set(now)
      await expectDead(target, sid, 'session_expired', 'session_unknown')
      const other = await target.logIn()
      await target.kept.tamper?.('absolute_expires_at = 1')
      if (target.kept.tamper) await expectDead(target, other, 'session_expired', 'session_unknown')
    },
  ],
  'SES-030': [
    SQL_STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      for (const column of ['idle_expires_at', 'absolute_expires_at']) {
        for (const value of ['null', "'soon'", "''", "'NaN'", '-1', '1.5']) {
          // Most databases refuse most of these; what they take is never taken for a time in the future.
          const taken = await target.kept.tamper?.(`${column} = ${value}`).then(
            () => true,
            () => false,
          )
          if (taken) await expectDead(target, sid, 'session_expired', 'session_unknown')
          await target.kept.tamper?.(`${column} = 9007199254740991`)
          await expectAlive(target, sid)
        }
      }
    },
  ],
  'SES-063': [
    SQL_STORES,
    async ({ target }) => {
      const before = target.errors.length
      for (const data of ['{bad', '[]', 'null', '']) {
        const sid = await target.logIn()
        await target.kept.tamper?.(`data = '${data}'`)
        await expectDead(target, sid, 'session_unknown')
        expect(target.events).toContainEqual({ type: 'session_undecodable', sessionId: idOf(sid), reason: 'row' })
      }
      for (const column of ['scopes', 'amr', 'carrier']) {
        const sid = await target.logIn()
        const taken = await target.kept.tamper?.(`${column} = 'x'`).then(
          () => true,
          () => false,
        )
        if (taken) await expectDead(target, sid, 'session_unknown')
      }
      expect(target.errors.slice(before)).toEqual([])
    },
  ],
  'SES-064': [
    SQL_STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      await target.kept.tamper?.("subject = 'ghost'")
      await expectDead(target, sid, 'session_unknown')
      expect(target.events).toContainEqual({
        type: 'suspicious',
        reason: 'credential_mismatch',
        sessionId: idOf(sid),
      })
    },
  ],
  'SES-070': [
    [REDIS],
    async ({ target }) => {
      const expectLives = async (): Promise<void> => {
        const lives = (await target.kept.lives?.()) ?? []
        expect(lives.length).toBeGreaterThan(0)
        expect(lives.filter((life) => life <= 0)).toEqual([])
      }
      let sid = await target.logIn()
      await expectLives()
      target.runtime.advance('10m')
      expect((await target.send('GET /me', sid)).headers.has('set-cookie')).toBe(true)
      await expectLives()
      sid = sidOf(await target.send('POST /reauth', sid)) ?? ''
      await expectLives()
      expect((await target.send('POST /write?value=1', sid)).status).toBe(204)
      await expectLives()
    },
  ],
  'SES-071': [
    STORES,
    async ({ target }) => {
      const names = ['a', 'a:b', 'b', '{a}', '{tag}', '*', "' or '1'='1", '%', 'A', 'a ']
      const sids = new Map<string, string>()
      for (const name of names) sids.set(name, await target.logIn(name))
      for (const name of names) {
        expect((await target.auth.listSessions(name)).map(({ id }) => id)).toEqual([idOf(sids.get(name) ?? '')])
      }
      for (const name of ['a', '*', '{tag}', '%']) expect(await target.auth.revokeAllSessions(name)).toBe(1)
      for (const name of ['a:b', 'b', '{a}', 'A', 'a ', "' or '1'='1"]) {
        await expectAlive(target, sids.get(name) ?? '', name)
      }
    },
  ],
  'SES-073': [
    SQL_STORES,
    async ({ target }) => {
      const sid = await target.logIn()
      const id = idOf(sid)
      const call = { now: target.runtime.now() }
      expect(await target.kept.store.read(id, call)).not.toBeNull()
      for (const other of [id.toUpperCase(), `${id} `, ` ${id}`, `${id}\0`]) {
        expect(await target.kept.store.read(other, call)).toBeNull()
      }
      await expectDead(target, sid.replace(id, id.toUpperCase()), 'session_unknown')
    },
  ],
}

/** Items that need no server. */
const DIRECT: Readonly<Record<string, () => Promise<void>>> = {
  /** An id is 16 bytes of the runtime's randomness in hex, and nothing else. */
  async 'SES-048'() {
    const runtime = createTestRuntime()
    const { auth, open } = createPlainAuth(runtime)
    const next = createTestRuntime().randomBytes(16)
    await auth.login(open(), { subject: 'a', deliver: 'cookie' })
    expect((await auth.listSessions('a'))[0]?.id).toBe(Buffer.from(next).toString('hex'))

    const count = 100_000
    const seen = new Set<string>()
    const ones = new Uint32Array(128)
    for (let made = 0; made < count; made += 1) {
      const bytes = systemRuntime.randomBytes(16)
      seen.add(Buffer.from(bytes).toString('hex'))
      for (let bit = 0; bit < 128; bit += 1) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
    }
    expect(seen.size).toBe(count)
    // Seven standard deviations: no fair bit strays so far in the life of this repository.
    const limit = 7 * Math.sqrt(count / 4)
    expect([...ones].filter((each) => Math.abs(each - count / 2) > limit)).toEqual([])
  },
  async 'SES-049'() {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { auth, open } = createPlainAuth(systemRuntime)
    for (let count = 0; count < 1_000; count += 1) await auth.login(open(), { subject: 'a', deliver: 'cookie' })
    expect(new Set((await auth.listSessions('a')).map(({ id }) => id)).size).toBe(1_000)
    expect(random).not.toHaveBeenCalled()
  },
  async 'SES-056'() {
    const { auth, open } = createPlainAuth(createTestRuntime())
    const context = open()
    const login = await auth.login(context, { subject: 'a', deliver: 'cookie' })
    const failed = login.ok && (await login.session.set('x', 1n as never).catch((error: unknown) => error))
    const shownParts = [auth, context, login, failed].flatMap((part) => [
      inspect(part, { depth: 12, showHidden: true, getters: true }),
      JSON.stringify(part),
    ])
    expect(shownParts.join('\n')).toContain('listSessions')
    for (const secret of SECRETS) expect(shownParts.join('\n')).not.toContain(secret)
    expect(shownParts.join('\n')).not.toMatch(/lks_/)
  },
  /** Refused: whatever JSON would drop or change without a word. Kept: what a visitor may have typed, and -0 as 0. */
  async 'SES-061'() {
    const { auth, open } = createPlainAuth(createTestRuntime())
    const login = await auth.login(open(), { subject: 'a', deliver: 'cookie' })
    const session = login.ok ? login.session : expect.unreachable('The login was refused')
    const circle: { self?: unknown } = {}
    circle.self = circle
    const values = [
      undefined,
      new Date(0),
      1n,
      new Map(),
      new Set(),
      circle,
      Number.NaN,
      Infinity,
      () => 1,
      Symbol('a'),
    ]
    for (const value of [...values, [undefined], { a: new Date(0) }]) {
      await expect(session.set('x', value as never)).rejects.toMatchObject({ reason: 'value_not_json' })
    }
    expect(session.has('x')).toBe(false)
    await session.set('x', [-0, '\ud800'])
    expect(session.get('x')).toEqual([0, '\ud800'])
  },
  async 'SES-075'() {
    const store = createMemorySessionStore({ maxSessions: 1_000 })
    const { auth, open } = createPlainAuth(createTestRuntime({ now: 0 }), store)
    const login = await auth.login(open(), { subject: 'a', deliver: 'cookie' })
    const record =
      (login.ok && (await store.read(login.session.id ?? '', { now: 0 }))) || expect.unreachable('No record')
    for (let now = 0; now < 1_000_000; now += 1) {
      const id = now.toString(16).padStart(32, '0')
      const times = { createdAt: now, lastSeenAt: now, idleExpiresAt: now + 10, absoluteExpiresAt: now + 10 }
      await store.create({ ...record, ...times, id }, { now })
    }
    expect(await store.deleteExpired(1_000_000, { now: 2_000_000 })).toBeLessThanOrEqual(1_000)
  },
}

/** The root secrets in every spelling in which they might be shown. */
const SECRETS: readonly string[] = Object.values(TEST_SECRETS).flatMap((secret) => {
  const bytes = Buffer.from(secret as string)
  return [bytes.toString(), bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]
})

function createPlainAuth(runtime: typeof systemRuntime, store = createMemorySessionStore()) {
  const auth = createAuth({
    origin: APP_ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions(store),
    runtime,
  })
  return { auth, open: () => auth.open(createTestRequest(), createEffects()) }
}

const REQUESTS = ITEMS.filter(
  ({ id, construct: { request } }) =>
    request !== undefined && !NOT_APPLICABLE.has(id) && !Object.hasOwn(PROCEDURES, id),
)

/** Runs when everything else has. */
const LAST = 'SES-055'

describe('the session items of the attack corpus', () => {
  it('are complete: each runs, or is not applicable for a stated reason', () => {
    const run = REQUESTS.map(({ id }) => id)
    const procedures = [PROCEDURES, ON_STORES, DIRECT].flatMap((list) => Object.keys(list))
    expectComplete(ITEMS, [NOT_APPLICABLE.keys(), procedures, run, [LAST]])
    expect([...DECIDED.keys(), ...REFUSED_BY_NODE].filter((id) => !run.includes(id))).toEqual([])
    expectSeveralStores(ITEMS, ON_STORES)
  })

  afterEach(() => void vi.restoreAllMocks())
  const direct = ITEMS.filter(({ id }) => Object.hasOwn(DIRECT, id))
  it.each(direct)('$id $slug: $expect.result $description', { timeout: 60_000 }, ({ id }) => DIRECT[id]?.())
})

describe.each(ADAPTERS)('an attack on sessions on %s', { timeout: 30_000 }, (adapter) => {
  const targets = createTargets(adapter)
  let target: CorpusTarget
  let sid = ''
  beforeAll(async () => {
    target = await targets.start()
    sid = await target.logIn()
  })
  afterAll(targets.closeAll)

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    const { request } = item.construct
    const cookie = fill(request?.headers?.[0]?.[1] ?? '', sid)
    const result = DECIDED.get(item.id) ?? item.expect.result
    const before = target.events.length
    target.store.forgetCalls()
    const answer = await target.raw({ method: 'GET', target: '/me', headers: [['cookie', cookie]] })
    const value = cookie.slice(COOKIE.length + 1).trim()
    expect(target.store.calls).toEqual(WELL_FORMED.test(value) ? ['read'] : [])
    if (REFUSED_BY_NODE.has(item.id)) {
      expect(answer.status).toBe(400)
      return expect(await target.judge({ cookie })).toEqual({ status: 'rejected', code: 'session_unknown' })
    }
    if (result === 'accept') return expect([answer.status, target.verdicts(before)]).toEqual([200, []])
    expect([answer.status, answer.error]).toEqual([item.expect.http ?? 401, 'session_invalid'])
    expect(sidOf(answer)).toBe('')
    expect(target.verdicts(before).at(-1)).toBe('session_unknown')
  })

  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', (item) =>
    PROCEDURES[item.id]?.({ target, start: targets.start }, item),
  )

  describeOnStores(ITEMS, ON_STORES, targets)

  it(`${LAST}: no event and no error holds a credential or a secret`, () => {
    const told = inspect(
      targets.all().map(({ events, errors }) => [events, errors]),
      { depth: 12, maxArrayLength: null },
    )
    expect(told).toContain('session_created')
    expect(told).not.toMatch(/lk[sr]_|eyJ|latchkey-test-secret/)
    for (const secret of [...SECRETS, sid.split('.')[2] ?? '']) expect(told).not.toContain(secret)
  })
})
