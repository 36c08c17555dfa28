import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ADAPTERS } from '../app.ts'
import { expectComplete, loadItems, type CorpusRequest, type Item } from '../attack-corpus.fixture.ts'
import { READY_MADE, REFRESH_COOKIE } from './application.fixture.ts'
import { createTargets, sidOf, type CorpusTarget } from './target.fixture.ts'

const ITEMS = loadItems('csrf')

/** Where another answer than the corpus has is decided: the status, and why. */
const DECIDED: ReadonlyMap<string, readonly [status: number, why: string]> = new Map([
  ['CSR-020', [200, 'blanks around a value are no part of it (RFC 9110 section 5.5); Node drops them'] as const],
  ['CSR-056', [400, 'Node knows no such method, and answers itself'] as const],
  ['CSR-057', [400, 'Node knows no such method, and answers itself'] as const],
  ['CSR-061', [Number.NaN, 'Node closes the connection of a CONNECT that nobody listens for'] as const],
  [
    'CSR-063',
    [405, 'the method is what the request line says: a GET, which nothing that writes is routed to'] as const,
  ],
])

/** Those of them to which Node answers: what the library says to such a method is asked without a server besides. */
const REFUSED_BY_NODE: ReadonlySet<string> = new Set(['CSR-056', 'CSR-057', 'CSR-061'])

/** What the corpus leaves open, and what is decided: blanks around a value are no part of it. */
const NEUTRAL: ReadonlySet<string> = new Set(['CSR-082'])

/** The cookie of the victim, and CSRF tokens of several sessions. */
interface Attack {
  readonly sid: string
  readonly token: string
  /** That of the attacker's own session. */
  readonly foreign: string
  /** That of a session that the victim has left by a logout. */
  readonly previous: string
  /** A refresh token of the victim's. */
  readonly refresh: string
}

const VARIANTS: Readonly<Record<string, (attack: Attack) => string>> = {
  sid: ({ sid }) => sid,
  refresh: ({ refresh }) => refresh,
  csrf: ({ token }) => token,
  'csrf with case swapped': ({ token }) =>
    token.replaceAll(/[a-z]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    ),
  'percent-encoded csrf': ({ token }) => `%${Buffer.from(token).toString('hex').match(/../g)?.join('%')}`,
  csrf_of_attacker: ({ foreign }) => foreign,
  csrf_cookie_of_attacker: ({ foreign }) => foreign,
  csrf_of_previous_session: ({ previous }) => previous,
  csrf_before_logout: ({ previous }) => previous,
}

function fill(text: string, attack: Attack): string {
  const filled = text.replaceAll(
    /\{\{([^}]*)\}\}/g,
    (_, name: string) => VARIANTS[name]?.(attack) ?? expect.unreachable(name),
  )
  return /[^\u0000-\u00ff]/.test(filled) ? Buffer.from(filled).toString('latin1') : filled
}

/** The request of an item, with the values that are of this run. `under` is the part of the application that it goes to. */
function toRequest({ id, construct: { request } }: Item, attack: Attack, under = ''): CorpusRequest {
  if (request === undefined) return expect.unreachable(id)
  const { method, target, headers = [], body } = request
  return {
    method,
    target: under + fill(target, attack),
    headers: headers.map(([name, value]) => [name, fill(value, attack)] as const),
    ...(body === undefined ? {} : { body: fill(body, attack) }),
  }
}

interface Step {
  readonly target: CorpusTarget
  readonly attack: Attack
}

async function tokenOf(target: CorpusTarget, sid: string): Promise<string> {
  return /"token":"([\w-]{64})"/.exec((await target.send('GET /csrf', sid)).body)?.[1] ?? expect.unreachable('No token')
}

/** Items that ask for more than a status. */
const PROCEDURES: Readonly<Record<string, (step: Step, item: Item) => Promise<void>>> = {
  async 'CSR-067'({ target, attack }, item) {
    target.store.forgetCalls()
    const answer = await target.raw(toRequest(item, attack))
    expect(answer.status).toBeLessThan(400)
    expect([answer.headers.has('set-cookie'), answer.body.includes('transferred')]).toEqual([false, false])
    expect(target.store.calls).toEqual([])
  },
  /** The cookie with the refresh token goes to one path, and is not looked at when a page elsewhere sends it there. */
  async 'CSR-071'({ target, attack }, item) {
    const login = await target.logInWithTokens('', READY_MADE.page)
    const refresh = sidOf(login, REFRESH_COOKIE) ?? expect.unreachable('No cookie')
    const { headers = [], ...request } = toRequest(item, { ...attack, refresh }, READY_MADE.page)
    target.store.forgetCalls()
    for (const [name, value] of [...headers.slice(1), ['origin', 'null'], ['referer', 'https://evil.test/']] as const) {
      const before = target.events.length
      const sent = [['cookie', `${REFRESH_COOKIE}=${refresh}`] as const, [name, value] as const]
      const answer = await target.raw({ ...request, headers: sent })
      expect([answer.status, answer.error, target.verdicts(before)]).toEqual([403, 'cross_origin', ['cross_origin']])
      expect([answer.headers.has('set-cookie'), target.store.calls]).toEqual([false, []])
    }
    const own = { headers: [['cookie', `${REFRESH_COOKIE}=${refresh}`] as const] }
    expect((await target.send(`POST ${READY_MADE.page}/refresh`, undefined, own)).status).toBe(200)
  },
  async 'CSR-099'({ target, attack }, item) {
    const refused = await target.raw(toRequest(item, attack))
    const admitted = await target.send('POST /transfer', attack.sid)
    expect([refused.status, admitted.status]).toEqual([403, 200])
    for (const { headers } of [refused, admitted]) {
      const names = headers.get('vary')?.join(', ').split(', ') ?? []
      expect(names).toEqual(expect.arrayContaining(['Origin', 'Sec-Fetch-Site', 'Cookie']))
    }
  },
  async 'CSR-100'({ target, attack }, item) {
    for (const path of ['/transfer', '/part/transfer']) {
      expect(await target.raw({ ...toRequest(item, attack), target: path })).toMatchObject({
        status: 403,
        error: 'cross_origin',
      })
      expect((await target.send(`POST ${path}`, attack.sid)).status).toBe(200)
    }
  },
  /** A page elsewhere may send a GET, and cannot read what comes back. */
  async 'CSR-092'({ target, attack }, item) {
    const answer = await target.raw(toRequest(item, attack))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toEqual(['no-store'])
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  },
  async 'CSR-102'({ target, attack }) {
    const headers = [['x-csrf-token', attack.token]] as const
    expect((await target.send('POST /checked/transfer', attack.sid, { headers })).status).toBe(200)
    const node = process.getBuiltinModule('node:crypto')
    // First for the cookie of a session that is not known yet, then for the token of one that is.
    for (const sid of [await target.logIn('somebody'), attack.sid]) {
      const spy = vi.spyOn(node, 'timingSafeEqual').mockImplementation(() => {
        throw new Error('No HMAC')
      })
      const answer = await target.send('POST /checked/transfer', sid, { headers })
      expect([answer.status, answer.body.includes('transferred')]).toEqual([500, false])
      expect(spy).toHaveBeenCalledOnce()
      expect(target.errors.at(-1)).toMatchObject({ message: 'No HMAC' })
      spy.mockRestore()
    }
  },
}

const isAboutToken = ({ slug }: Item): boolean => slug.startsWith('tok-')
const OTHERS = ITEMS.filter(({ id }) => !Object.hasOwn(PROCEDURES, id))
const REQUESTS = OTHERS.filter((item) => !isAboutToken(item))
const TOKENS = OTHERS.filter(isAboutToken)

describe('the CSRF items of the attack corpus', () => {
  it('are complete: each runs', () => {
    const run = REQUESTS.map(({ id }) => id)
    expectComplete(ITEMS, [Object.keys(PROCEDURES), run, TOKENS.map(({ id }) => id)])
    expect([...DECIDED.keys()].filter((id) => !run.includes(id))).toEqual([])
    const open = ITEMS.filter(({ expect: { result } }) => result === 'neutral').map(({ id }) => id)
    expect(open).toEqual([...NEUTRAL])
  })
})

describe.each(ADAPTERS)('an attack from another site on %s', { timeout: 30_000 }, (adapter) => {
  const targets = createTargets(adapter)
  let target: CorpusTarget
  let attack: Attack
  beforeAll(async () => {
    target = await targets.start()
    const before = await target.logIn()
    const previous = await tokenOf(target, before)
    await target.send('POST /logout', before)
    const sid = await target.logIn()
    const foreign = await tokenOf(target, await target.logIn('mallory'))
    attack = { sid, token: await tokenOf(target, sid), foreign, previous, refresh: '' }
  })
  afterAll(targets.closeAll)
  afterEach(() => void vi.restoreAllMocks())

  it.each(REQUESTS)('$id $slug: $expect.result $description', async (item) => {
    const [decided] = DECIDED.get(item.id) ?? []
    const accepted = decided === undefined ? item.expect.result === 'accept' : decided < 400
    // Where a token is asked for besides, it makes up for nothing.
    const isTransfer = item.construct.request?.target.startsWith('/transfer') === true
    const hasToken = item.construct.request?.headers?.some(([name]) => name === 'x-csrf-token') === true
    for (const under of isTransfer && (!accepted || hasToken) ? ['', '/checked'] : ['']) {
      const before = target.events.length
      target.store.forgetCalls()
      const request = toRequest(item, attack, under)
      const answer = await target.raw(request)
      expect(answer.status).toBe(decided ?? item.expect.http ?? (accepted ? 200 : 403))
      // The origin is judged before the session is looked up.
      expect(target.store.calls).toEqual(accepted ? ['read'] : [])
      expect(answer.body.includes('transferred')).toBe(accepted && request.method === 'POST')
      const isRefusal = answer.status === 403
      expect([answer.error, target.verdicts(before)]).toEqual(
        isRefusal ? ['cross_origin', ['cross_origin']] : [undefined, []],
      )
      expect(answer.headers.has('set-cookie')).toBe(false)
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
      if (!REFUSED_BY_NODE.has(item.id)) continue
      const { method, headers = [] } = request
      const judged = await target.judge(Object.fromEntries(headers), method)
      expect(judged).toEqual({ status: 'rejected', code: 'cross_origin' })
    }
  })

  it.each(TOKENS)('$id $slug: $expect.result $description', async (item) => {
    for (const under of item.construct.request?.body?.includes('_csrf') ? ['/checked', '/form'] : ['/checked']) {
      const before = target.events.length
      const answer = await target.raw(toRequest(item, attack, under))
      if (NEUTRAL.has(item.id)) return expect(answer.status).toBe(200)
      expect([answer.status, answer.error]).toEqual([403, 'csrf_token_invalid'])
      expect(answer.body).not.toContain('transferred')
      const hasToken = item.construct.request?.headers?.some(([name]) => name === 'x-csrf-token') === true
      const isList = under === '/form' && item.slug === 'tok-body-array'
      expect(target.verdicts(before)).toEqual([hasToken || isList ? 'csrf_mismatch' : 'csrf_missing'])
    }
  })

  const procedures = ITEMS.filter(({ id }) => Object.hasOwn(PROCEDURES, id))
  it.each(procedures)('$id $slug: $expect.result $description', (item) =>
    PROCEDURES[item.id]?.({ target, attack }, item),
  )

  it('leaves the session as it was, and a form with its token passes', async () => {
    expect((await target.send('GET /me', attack.sid)).body).toContain('alice')
    const form = { body: `_csrf=${attack.token}&amount=1` }
    expect((await target.send('POST /form/transfer', attack.sid, form)).body).toContain('transferred')
  })
})
