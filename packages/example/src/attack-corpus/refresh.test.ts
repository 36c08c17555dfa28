import { createMemoryRevocationStore, type SessionRecord, type TokenResponse } from '@latchkey/core'
import { mintAccessToken } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS } from '../app.ts'
import { expectComplete, loadItems, type Item, type RawAnswer } from '../attack-corpus.fixture.ts'
import { READY_MADE, REFRESH_COOKIE } from './application.fixture.ts'
import { describeOnStores, expectSeveralStores, type Step, type StoreItems } from './on-stores.fixture.ts'
import { STORES } from './stores.fixture.ts'
import { COOKIE, createTargets, sidOf, type CorpusTarget } from './target.fixture.ts'
import { changeUnusedBits, flipSecret, jsonOf } from './texts.fixture.ts'

const ITEMS = loadItems('refresh')

/** Items that are not run. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ['RFR-021', 'tokens of an application itself are not bound to one of its clients'],
  ['RFR-049', 'tokens that are bound to a key of their sender are not offered'],
])

/** Where the result is another one than that of the corpus, by decision. */
const DECIDED: ReadonlyMap<string, readonly [result: 'accept', why: string]> = new Map([
  ['RFR-016', ['accept', 'no scope is read from a request: the tokens have those of the session']],
  ['RFR-044', ['accept', 'nothing is to be throttled: a window has one rotation, and a session one row']],
])

/** Which codes serve a class of reasons. What a store keeps no longer is unknown, whatever ended it. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  replay: ['refresh_reused'],
  session_expired: ['refresh_expired', 'refresh_unknown'],
  session_unknown: ['refresh_unknown'],
  revoked: ['refresh_unknown', 'refresh_gone', 'refresh_user_gone', 'refresh_user_disabled'],
  type: ['refresh_unknown'],
  malformed: ['refresh_unknown'],
}

const W = '10s'

const JSON_BODY = ['content-type', 'application/json'] as const
const FORM_BODY = ['content-type', 'application/x-www-form-urlencoded'] as const

async function logIn(target: CorpusTarget, scope = ''): Promise<TokenResponse> {
  return jsonOf(await target.logInWithTokens(scope)) as TokenResponse
}

/** Logs in from a page; the refresh token in its cookie. */
async function logInPage(target: CorpusTarget): Promise<string> {
  return sidOf(await target.logInWithTokens('', READY_MADE.page), REFRESH_COOKIE) ?? expect.unreachable('No cookie')
}

function present(target: CorpusTarget, refreshToken: string): Promise<RawAnswer> {
  const body = JSON.stringify({ refresh_token: refreshToken })
  return target.send(`POST ${READY_MADE.device}/refresh`, undefined, { headers: [JSON_BODY], body })
}

/** Presents a token as the corpus has it: in a cookie, with what a page of the application sends. */
function presentCookie(target: CorpusTarget, refreshToken: string): Promise<RawAnswer> {
  const cookie = ['cookie', `${REFRESH_COOKIE}=${refreshToken}`] as const
  const headers = [cookie, ['sec-fetch-site', 'same-origin'] as const]
  return target.send(`POST ${READY_MADE.page}/refresh`, undefined, { headers })
}

function revoke(target: CorpusTarget, body: string): Promise<RawAnswer> {
  return target.send(`POST ${READY_MADE.device}/revoke`, undefined, { headers: [FORM_BODY], body })
}

/** Exchanges a token, and expects the next ones. */
async function exchange(target: CorpusTarget, refreshToken: string): Promise<TokenResponse> {
  const answer = await present(target, refreshToken)
  expect(answer.status).toBe(200)
  return jsonOf(answer) as TokenResponse
}

/** Exchanges a token after the window of the last rotation. */
function exchangeLater(target: CorpusTarget, refreshToken: string): Promise<TokenResponse> {
  target.runtime.advance(W)
  return exchange(target, refreshToken)
}

/** Expects a token to be refused: `invalid_grant` on the wire (RFC 6749 section 5.2), a reason of the class for the application. */
async function expectRefused(target: CorpusTarget, refreshToken: string, reason: string): Promise<void> {
  const before = target.events.length
  const answer = await present(target, refreshToken)
  expect([answer.status, answer.error]).toEqual([400, 'invalid_grant'])
  expect(CODES[reason]).toContain(target.verdicts(before).at(-1))
}

const idOf = (refreshToken: string): string => refreshToken.slice('lkr_'.length).split('.', 1)[0] ?? ''
const readRecord = (target: CorpusTarget, refreshToken: string): Promise<SessionRecord | null> =>
  target.kept.store.read(idOf(refreshToken), { now: target.runtime.now() })

/** What the values in braces stand for. */
const VARIANTS: Readonly<Record<string, (tokens: TokenResponse) => string>> = {
  '{{refresh}}': (tokens) => tokens.refresh_token,
  '{{access}}': (tokens) => tokens.access_token,
  '{{id_token}}': ({ access_token: token }) =>
    [Buffer.from('{"alg":"HS256","typ":"JWT","kid":"1"}').toString('base64url'), ...token.split('.').slice(1)].join(
      '.',
    ),
  '{{1000000 x A}}': () => 'A'.repeat(1_000_000),
  '{{refresh bit flipped}}': (tokens) => flipSecret(tokens.refresh_token),
  '{{refresh minus last char}}': (tokens) => tokens.refresh_token.slice(0, -1),
  '{{refresh with unused bits changed}}': (tokens) => changeUnusedBits(tokens.refresh_token),
  '{{refresh lower-cased}}': (tokens) => tokens.refresh_token.toLowerCase(),
}

/** The token of an item: the value of its cookie. It goes into a body as well. */
function tokenOf({ id, construct: { request } }: Item, tokens: TokenResponse): string {
  const cookie = request?.headers?.find(([name]) => name === 'cookie')?.[1] ?? expect.unreachable(id)
  return cookie
    .slice('__Host-rt='.length)
    .replaceAll(/\{\{[^}]*\}\}/g, (name) => VARIANTS[name]?.(tokens) ?? expect.unreachable(name))
}

const PROCEDURES: Readonly<Record<string, (step: Step, item: Item) => Promise<void>>> = {
  async 'RFR-001'({ target }) {
    const first = await logInPage(target)
    const answer = await presentCookie(target, first)
    const second = sidOf(answer, REFRESH_COOKIE) ?? ''
    expect([answer.status, second]).toEqual([200, expect.stringMatching(/^lkr_[0-9a-f]{32}\.1\./)])
    const body = jsonOf(answer) as TokenResponse
    const { ok } = await target.auth.verifyAccessToken(body.access_token)
    expect([ok, body.token_type, Object.hasOwn(body, 'refresh_token')]).toEqual([true, 'Bearer', false])
    // The old one is consumed: from the next rotation on, it ends the session.
    target.runtime.advance(W)
    expect((await presentCookie(target, second)).status).toBe(200)
    const late = await presentCookie(target, first)
    expect([late.status, late.error, sidOf(late, REFRESH_COOKIE)]).toEqual([400, 'invalid_grant', ''])
    expect(target.verdicts(0).slice(-2)).toEqual(['refresh_reused', 'refresh_reused'])
  },
  async 'RFR-003'({ target }, { expect: { reason } }) {
    const victim = await logIn(target)
    const stolen = await exchange(target, victim.refresh_token)
    const newest = await exchangeLater(target, stolen.refresh_token)
    await expectRefused(target, victim.refresh_token, reason)
    await expectRefused(target, newest.refresh_token, 'revoked')
    expect(target.events).toContainEqual({
      type: 'suspicious',
      reason: 'refresh_reused',
      sessionId: idOf(victim.refresh_token),
    })
  },
  async 'RFR-004'({ target }, { expect: { reason } }) {
    const first = await logIn(target)
    let newest = first
    for (let generation = 0; generation < 100; generation += 1)
      newest = await exchangeLater(target, newest.refresh_token)
    expect(newest.refresh_token).toContain('.100.')
    await expectRefused(target, first.refresh_token, reason)
    await expectRefused(target, newest.refresh_token, 'revoked')
  },
  async 'RFR-007'({ target }) {
    const first = await logIn(target)
    const lost = await exchange(target, first.refresh_token)
    target.runtime.advance('9s')
    const again = await exchange(target, first.refresh_token)
    expect(again.refresh_token).toBe(lost.refresh_token)
  },
  async 'RFR-008'({ target }, { expect: { reason } }) {
    const first = await logIn(target)
    const second = await exchange(target, first.refresh_token)
    // Inside the window the second is repeated; it is rotated after it.
    expect((await exchange(target, second.refresh_token)).refresh_token).toBe(second.refresh_token)
    const third = await exchangeLater(target, second.refresh_token)
    expect(third.refresh_token).not.toBe(second.refresh_token)
    await expectRefused(target, first.refresh_token, reason)
  },
  async 'RFR-011'({ start }, { expect: { reason } }) {
    const target = await start({ sessions: { idleTimeout: '1h' } })
    const { refresh_token: token } = await logIn(target)
    target.runtime.advance('1h')
    target.runtime.advance('1s')
    await expectRefused(target, token, reason)
  },
  async 'RFR-012'({ target }, { expect: { reason } }) {
    const { refresh_token: token } = await logIn(target)
    expect((await revoke(target, `token=${token}`)).status).toBe(200)
    await expectRefused(target, token, reason)
  },
  async 'RFR-014'({ start }, { expect: { reason } }) {
    let status: 'active' | 'disabled' | null = 'active'
    const users = { findById: (id: string) => ({ id }), statusOf: () => status }
    const target = await start({ config: { users } })
    for (const next of ['disabled', null] as const) {
      status = 'active'
      const { refresh_token: token } = await logIn(target)
      status = next
      await expectRefused(target, token, reason)
      // It is over for good, also for a user who is let in again.
      status = 'active'
      await expectRefused(target, token, reason)
    }
    const { refresh_token: token } = await logIn(target)
    await target.auth.revokeAllSessions('alice')
    await expectRefused(target, token, reason)
  },
  /** What a user may do now is asked for each token, where the application says how. Scopes are the session's. */
  async 'RFR-015'({ start }) {
    let roles = ['user', 'admin']
    const { tokens } = CLAIMS_CONFIG
    const target = await start({ config: { tokens: { ...tokens, addClaims: () => ({ roles }) } } })
    const first = await logIn(target)
    expect(await rolesIn(target, first)).toEqual(['user', 'admin'])
    roles = ['user']
    expect(await rolesIn(target, await exchange(target, first.refresh_token))).toEqual(['user'])
  },
  async 'RFR-016'({ target }) {
    const first = await logIn(target, 'notes:read')
    const body = JSON.stringify({ refresh_token: first.refresh_token, scope: 'notes:read admin' })
    const headers = [JSON_BODY, ['x-scope', 'admin'] as const]
    const answer = await target.send(`POST ${READY_MADE.device}/refresh?scope=admin`, undefined, { body, headers })
    const second = jsonOf(answer) as TokenResponse
    const verified = await target.auth.verifyAccessToken(second.access_token)
    expect([second.scope, verified.ok && verified.principal.scopes]).toEqual(['notes:read', ['notes:read']])
  },
  async 'RFR-036'({ target }) {
    const { refresh_token: token } = await logIn(target)
    const at = token.lastIndexOf('.') + 1
    const seen = new Set<string>()
    for (let length = 0; length < 43; length += 1) {
      const wrong = token.charAt(at + length) === 'A' ? 'E' : 'A'
      target.store.forgetCalls()
      const before = target.events.length
      const { text } = await present(target, token.slice(0, at + length) + wrong + token.slice(at + length + 1))
      seen.add(JSON.stringify([text, target.store.calls, target.verdicts(before)]))
    }
    expect([...seen]).toEqual([expect.stringMatching(/\["read"\],\["credential_mismatch","refresh_unknown"\]\]$/)])
  },
  async 'RFR-037'({ target }) {
    const cookie = ['cookie', `${REFRESH_COOKIE}=${await logInPage(target)}`] as const
    for (const prefix of Object.values(READY_MADE)) {
      const answer = await target.raw({ method: 'GET', target: `${prefix}/refresh`, headers: [cookie] })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, ['POST']])
      expect(answer.headers.has('set-cookie')).toBe(false)
    }
  },
  async 'RFR-038'({ target }) {
    const login = await target.logInWithTokens('', READY_MADE.page)
    expect(login.headers.get('set-cookie')).toEqual([
      expect.stringMatching(/^__Secure-rt=lkr_[^;]+; Max-Age=604800; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/),
    ])
    const wide = () => target.auth.handlers({ refreshCookie: { path: '/' } })
    expect(wide).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'refreshCookie.path' }))
  },
  /** `Pragma: no-cache` is not sent: it says nothing in an answer (RFC 9111 section 5.4). */
  async 'RFR-040'({ target }) {
    const answers = [
      await presentCookie(target, await logInPage(target)),
      await present(target, (await logIn(target)).refresh_token),
      await present(target, 'nonsense'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400])
    for (const { headers } of answers) expect(headers.get('cache-control')).toEqual(['no-store'])
  },
  async 'RFR-041'({ start }) {
    const target = await start()
    const { refresh_token: token } = await logIn(target)
    target.store.fail('update')
    expect((await present(target, token)).status).toBe(503)
    target.store.heal()
    await exchange(target, token)
  },
  async 'RFR-042'({ start }) {
    const target = await start()
    const { refresh_token: token } = await logIn(target)
    target.store.fail('update', 'after')
    expect((await present(target, token)).status).toBe(503)
    target.store.heal()
    const again = await exchange(target, token)
    expect((await exchange(target, token)).refresh_token).toBe(again.refresh_token)
    expect(again.refresh_token).toContain('.1.')
    expect(target.events.filter(({ type }) => type === 'suspicious')).toEqual([])
  },
  /** Ten thousand exchanges in an hour: at most one rotation a window of ten seconds, and one row. */
  async 'RFR-044'({ start }) {
    const target = await start()
    let { refresh_token: token } = await logIn(target)
    for (let count = 0; count < 10_000; count += 1) {
      target.runtime.set(target.runtime.now() + 360)
      const result = await target.auth.refresh(token)
      token = result.ok ? result.tokens.refresh_token : expect.unreachable(result.code)
    }
    const generation = Number(token.split('.')[1])
    expect(generation).toBeGreaterThan(300)
    expect(generation).toBeLessThanOrEqual(361)
    expect(await target.auth.listSessions('alice')).toHaveLength(1)
  },
  async 'RFR-045'({ start }) {
    const target = await start({ config: { revocations: { store: createMemoryRevocationStore() } } })
    const { refresh_token: token } = await logIn(target)
    target.store.forgetCalls()
    for (const body of ['token=unknown', `token=${flipSecret(token)}`, 'token=a.b.c', 'token=lkr_x']) {
      expect((await revoke(target, body)).status).toBe(200)
    }
    expect(target.store.calls).toEqual(['read'])
    await exchange(target, token)
  },
  /** A route that asks the store refuses the access token at once. Elsewhere its short life is the bound. */
  async 'RFR-046'({ target }) {
    const tokens = await logIn(target)
    const headers = [['authorization', `Bearer ${tokens.access_token}`]] as const
    const statuses = async (): Promise<number[]> =>
      Promise.all(
        ['/asks-the-store', '/me'].map(
          async (path) => (await target.send(`GET ${path}`, undefined, { headers })).status,
        ),
      )
    expect(await statuses()).toEqual([200, 200])
    await revoke(target, `token=${tokens.refresh_token}`)
    expect(await statuses()).toEqual([401, 200])
  },
  async 'RFR-047'({ start }) {
    const target = await start()
    const caller = (await logIn(target, 'introspect')).access_token
    const { access_token: expired, refresh_token: refresh } = await logIn(target)
    const foreign = mintAccessToken({ subject: 'alice' })
    target.runtime.advance('1s')
    const ask = async (token: string, by = caller): Promise<RawAnswer> =>
      target.send(`POST ${READY_MADE.device}/introspect`, undefined, {
        headers: [FORM_BODY, ['authorization', `Bearer ${by}`]],
        body: `token=${token}`,
      })
    expect(jsonOf(await ask(expired))).toMatchObject({ active: true, sub: 'alice' })
    target.runtime.advance('15m')
    const later = (await logIn(target, 'introspect')).access_token
    for (const token of ['x', expired, foreign, refresh, `${later.slice(0, -5)}AAAAA`]) {
      const answer = await ask(token, later)
      expect([answer.status, jsonOf(answer)]).toEqual([200, { active: false }])
    }
  },
  async 'RFR-048'({ target }) {
    const { access_token: token } = await logIn(target)
    const body = `token=${token}`
    const ask = (headers: readonly (readonly [string, string])[]): Promise<RawAnswer> =>
      target.send(`POST ${READY_MADE.device}/introspect`, undefined, { headers: [FORM_BODY, ...headers], body })
    expect(await ask([])).toMatchObject({ status: 401, error: 'authentication_required' })
    // A token does not speak for itself either.
    expect(await ask([['authorization', `Bearer ${token}`]])).toMatchObject({
      status: 403,
      error: 'insufficient_scope',
    })
    const cookie = ['cookie', `${COOKIE}=${await target.logIn()}`] as const
    expect(await ask([cookie])).toMatchObject({ status: 401, error: 'authentication_required' })
  },
}

/** Items that are repeated for each of several stores. */
const ON_STORES: StoreItems = {
  'RFR-005': [
    STORES,
    async ({ target }) => {
      const { refresh_token: token } = await logIn(target)
      const [one, other] = await Promise.all([exchange(target, token), exchange(target, token)])
      expect(one.refresh_token).toBe(other.refresh_token)
      expect(one.refresh_token).toContain('.1.')
      await exchangeLater(target, one.refresh_token)
      expect(target.events.filter(({ type }) => type === 'suspicious')).toEqual([])
    },
  ],
  /** Nothing that is stored opens the session, alone or put together. */
  'RFR-035': [
    STORES,
    async ({ target }) => {
      const { refresh_token: token } = await logIn(target)
      const record = (await readRecord(target, token)) ?? expect.unreachable('No record')
      const [, , secret = ''] = token.split('.')
      expect(JSON.stringify(record)).not.toContain(secret)
      const values = Object.values(record)
        .map(String)
        .filter((value) => value !== '')
      for (const value of [...values, ...values.map((each) => `lkr_${record.id}.0.${each}`)]) {
        await expectRefused(target, value, 'session_unknown')
      }
      await exchange(target, token)
    },
  ],
}

const CLAIMS_CONFIG = { tokens: { issuer: 'https://app.test', audience: 'https://app.test' } }

async function rolesIn(target: CorpusTarget, { access_token: token }: TokenResponse): Promise<unknown> {
  const verified = await target.auth.verifyAccessToken(token)
  return verified.ok ? verified.claims['roles'] : expect.unreachable(verified.code)
}

const REQUESTS = ITEMS.filter(
  ({ id, construct: { request } }) =>
    request !== undefined && !NOT_APPLICABLE.has(id) && !Object.hasOwn(PROCEDURES, id),
)

/** Items whose token makes no request of a body: there is none in it, or it is over 64 KiB. */
const NO_REQUEST: ReadonlySet<string> = new Set(['RFR-022', 'RFR-024'])

/** Items whose cookie Node itself refuses; the same token in a body it does not. */
const REFUSED_BY_NODE: ReadonlySet<string> = new Set(['RFR-026'])

/** Only what could be a token is looked for in the store. */
const WELL_FORMED = /^lkr_[0-9a-f]{32}\.\d+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

describe('the refresh items of the attack corpus', () => {
  it('are complete: each runs, or is not applicable for a stated reason', () => {
    const procedures = [PROCEDURES, ON_STORES].flatMap((list) => Object.keys(list))
    expectComplete(ITEMS, [NOT_APPLICABLE.keys(), procedures, REQUESTS.map(({ id }) => id)])
    expect([...DECIDED.keys()].filter((id) => !Object.hasOwn(PROCEDURES, id))).toEqual([])
    expectSeveralStores(ITEMS, ON_STORES)
  })
})

describe.each(ADAPTERS)('an attack on refresh tokens on %s', { timeout: 30_000 }, (adapter) => {
  const targets = createTargets(adapter)
  let target: CorpusTarget
  beforeAll(async () => {
    target = await targets.start()
  })
  afterAll(targets.closeAll)

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    const tokens = await logIn(target)
    const token = tokenOf(item, tokens)
    const calls = WELL_FORMED.test(token) ? ['read'] : []
    target.store.forgetCalls()
    if (NO_REQUEST.has(item.id)) {
      expect(await present(target, token)).toMatchObject({ status: 400, error: 'invalid_request' })
    } else await expectRefused(target, token, item.expect.reason)
    expect(target.store.calls).toEqual(calls)

    target.store.forgetCalls()
    const before = target.events.length
    const answer = await presentCookie(target, token)
    if (REFUSED_BY_NODE.has(item.id)) return expect(answer.status).toBe(400)
    expect([answer.status, answer.error]).toEqual([400, 'invalid_grant'])
    expect(CODES[item.expect.reason]).toContain(target.verdicts(before).at(-1))
    expect(target.store.calls).toEqual(calls)
    // No family is revoked by what is not genuine.
    await exchange(target, tokens.refresh_token)
  })

  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', (item) =>
    PROCEDURES[item.id]?.({ target, start: targets.start }, item),
  )

  describeOnStores(ITEMS, ON_STORES, targets)
})
