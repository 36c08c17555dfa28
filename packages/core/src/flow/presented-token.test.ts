import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { Requirement } from '../authentication.ts'
import { createEffects } from '../http/effects.ts'
import type { TokenLocation } from '../http/location-options.ts'

const TOKENS = { issuer: 'https://api.test', audience: 'api' }
const HEADER: TokenLocation = { in: 'header' }
const COOKIE: TokenLocation = { in: 'cookie' }
const QUERY: TokenLocation = { in: 'insecureQuery' }
const BODY: TokenLocation = { in: 'insecureBody' }

interface Sent {
  readonly method?: string
  readonly header?: string
  readonly cookie?: string
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

function createWith(locations: readonly TokenLocation[], overrides: object = {}): TestAuth {
  return createTestAuth({ tokens: { ...TOKENS, locations }, ...overrides })
}

async function send({ auth }: TestAuth, sent: Sent, requirement?: Requirement) {
  const { method = 'GET', header, cookie, query, body } = sent
  const headers = new Headers({
    ...(header !== undefined && { authorization: `Bearer ${header}` }),
    ...(cookie !== undefined && { cookie: `__Host-access_token=${cookie}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...sent.headers,
  })
  const url = query === undefined ? '/' : `/?jwt=${query}`
  const view = {
    method,
    url,
    headers,
    ...(body !== undefined && { body: () => (body instanceof Error ? fail(body) : body) }),
  }
  const context = auth.open(view, createEffects())
  const denial = await auth.guard(requirement)(context)
  const { authentication } = context
  return {
    denial,
    context,
    outcome: authentication.status === 'rejected' ? authentication.code : authentication.status,
  }
}

function fail(error: Error): never {
  throw error
}

describe('an answer to a request whose token may stand in a header of its own', () => {
  it.each<[string, readonly TokenLocation[], string | undefined]>([
    ['its name, which caches do not know', [{ in: 'header', name: 'X-Access-Token', scheme: null }], 'x-access-token'],
    ['the cookie as well', [{ in: 'header', name: 'X-Token' }, { in: 'cookie' }], 'x-token, Cookie'],
    ['nothing for the header that caches know', [{ in: 'header' }], undefined],
  ])('tells caches %s', async (_, locations, vary) => {
    const { visit } = createWith(locations, { sessions: undefined })
    const exchange = await visit({}, { optional: true })
    exchange.flush()
    expect(exchange.headers.get('vary')).toBe(vary)
  })
})

describe('presentToken()', () => {
  it('finds a token in each of the places that are configured, and in no other', async () => {
    const all = createWith([HEADER, COOKIE, QUERY, BODY])
    const token = await all.auth.issueAccessToken('7')
    const places: Sent[] = [{ header: token }, { cookie: token }, { query: token }, { body: { access_token: token } }]
    const some = createWith([HEADER])
    for (const [index, sent] of places.entries()) {
      expect((await send(all, sent)).outcome).toBe('authenticated')
      expect((await send(some, sent)).outcome).toBe(index === 0 ? 'authenticated' : 'anonymous')
    }
  })

  it('refuses two, whichever they are, and also where neither is good', async () => {
    const all = createWith([HEADER, COOKIE, QUERY, BODY])
    const token = await all.auth.issueAccessToken('7')
    const pairs: Sent[] = [
      { header: token, cookie: token },
      { header: token, query: token },
      { cookie: token, body: { access_token: token } },
      { header: 'bad token', query: token },
      { header: token, query: '%20' },
      { query: 'bad', body: { access_token: 1 } },
    ]
    for (const sent of pairs) {
      const { outcome, denial } = await send(all, sent, { optional: true })
      expect([outcome, denial?.status]).toEqual(['credentials_ambiguous', 400])
    }
  })

  it('lets the first place decide where the application says so, and never falls back from what is malformed', async () => {
    const first = createWith([HEADER, COOKIE, QUERY], { credentials: 'bearer-first' })
    const token = await first.auth.issueAccessToken('7')
    expect((await send(first, { header: token, query: 'bad' })).outcome).toBe('authenticated')
    expect((await send(first, { header: 'bad token', query: token })).outcome).toBe('credentials_malformed')
    expect((await send(first, { header: 'bad', query: token })).outcome).toBe('token_malformed')
    expect((await send(first, { query: token })).outcome).toBe('authenticated')
    const other = createWith([QUERY, HEADER], { credentials: 'bearer-first' })
    expect((await send(other, { header: token, query: 'bad' })).outcome).toBe('token_malformed')
  })

  it('admits one good token in one place, whatever stands where', async () => {
    const places = ['header', 'cookie', 'query', 'body'] as const
    const content = fc.constantFrom('nothing', 'good', 'bad')
    const exclusive = createWith([HEADER, COOKIE, QUERY, BODY])
    const first = createWith([HEADER, COOKIE, QUERY, BODY], { credentials: 'bearer-first' })
    const token = await exclusive.auth.issueAccessToken('7')
    const outcomeOf = (what: string | undefined) => (what === 'good' ? 'authenticated' : 'token_malformed')
    await fc.assert(
      fc.asyncProperty(fc.tuple(content, content, content, content), async (contents) => {
        const sent: Record<string, unknown> = {}
        for (const [index, place] of places.entries()) {
          const value = { nothing: undefined, good: token, bad: 'bad' }[contents[index] as 'good']
          if (value !== undefined) sent[place] = place === 'body' ? { access_token: value } : value
        }
        const [one, ...more] = contents.filter((what) => what !== 'nothing')
        const single = one === undefined ? 'anonymous' : outcomeOf(one)
        expect((await send(exclusive, sent)).outcome).toBe(more.length > 0 ? 'credentials_ambiguous' : single)
        expect((await send(first, sent)).outcome).toBe(single)
      }),
    )
  })

  it('looks only where a route says', async () => {
    const all = createWith([HEADER, COOKIE, QUERY])
    const token = await all.auth.issueAccessToken('7')
    const requirement = { locations: ['header'] } as const
    expect((await send(all, { header: token, query: 'bad', cookie: 'bad' }, requirement)).outcome).toBe('authenticated')
    expect((await send(all, { query: token }, requirement)).outcome).toBe('anonymous')
    expect(() => all.auth.guard({ locations: ['insecureBody'] })).toThrow(
      expect.objectContaining({ option: 'requirement.locations' }),
    )
    for (const wrong of [[], 'header', ['query']]) {
      expect(() => all.auth.guard({ locations: wrong as never })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG' }),
      )
    }
  })

  it('looks for a token nowhere where a route wants a session', async () => {
    const all = createWith([COOKIE, QUERY])
    const token = await all.auth.issueAccessToken('7')
    expect((await send(all, { cookie: token, query: token }, { via: 'session' })).outcome).toBe('anonymous')
  })

  it('refuses a token in a cookie beside a session', async () => {
    const all = createWith([COOKIE])
    const token = await all.auth.issueAccessToken('7')
    const headers = { cookie: `${await all.logIn('7')}; __Host-access_token=${token}` }
    expect((await send(all, { headers })).outcome).toBe('credentials_ambiguous')
    expect((await send(all, { headers }, { via: 'bearer' })).outcome).toBe('authenticated')
    expect((await send(all, { headers }, { via: 'session' })).outcome).toBe('authenticated')
  })

  it('reads a body once, and only one that says that it is JSON', async () => {
    const { auth } = createWith([BODY, { in: 'insecureBody', name: 'jwt' }])
    let reads = 0
    const body = () => {
      reads += 1
      return {}
    }
    const open = (type: string) =>
      auth.open({ method: 'POST', url: '/', headers: new Headers({ 'content-type': type }), body }, createEffects())
    await auth.guard()(open('text/plain'))
    expect(reads).toBe(0)
    const context = open('application/json')
    await auth.guard()(context)
    await auth.guard()(context)
    expect(reads).toBe(1)
  })

  it('takes a body that cannot be parsed for one without a token', async () => {
    const all = createWith([HEADER, BODY])
    expect((await send(all, { method: 'POST', body: new SyntaxError('Unexpected token') })).outcome).toBe('anonymous')
  })

  it('reports an adapter that was not told how to read a body', async () => {
    const all = createWith([BODY])
    const headers = { 'content-type': 'application/json' }
    await expect(send(all, { headers })).rejects.toMatchObject({ code: 'ERR_USAGE', reason: 'not_configured' })
  })

  it('takes no API key from anywhere but a header', async () => {
    const principal = { subject: '7', keyId: 'k', scopes: [], authenticatedAt: 0, amr: [] }
    const apiKeys = { prefix: 'lka', verify: async () => ({ ok: true, principal }) }
    const all = createWith([HEADER, QUERY], { apiKeys })
    expect((await send(all, { header: 'lka_abc' })).outcome).toBe('authenticated')
    expect((await send(all, { query: 'lka_abc' })).outcome).toBe('token_malformed')
  })
})

describe('a token in a cookie', () => {
  it('changes something only in a request from our own page', async () => {
    const all = createWith([COOKIE])
    const cookie = await all.auth.issueAccessToken('7')
    const outcomes = async (method: string, headers: Record<string, string>) =>
      (await send(all, { method, cookie, headers })).outcome
    expect(await outcomes('POST', { origin: ORIGIN })).toBe('authenticated')
    expect(await outcomes('POST', { origin: 'https://evil.example' })).toBe('cross_origin')
    expect(await outcomes('POST', {})).toBe('cross_origin')
    expect(await outcomes('GET', { origin: 'https://evil.example' })).toBe('authenticated')
    expect(await outcomes('GET', { upgrade: 'websocket', origin: 'https://evil.example' })).toBe('cross_origin')
  })

  it('counts as none when it is dead and authentication is optional, and is not deleted', async () => {
    const all = createWith([COOKIE])
    const cookie = await all.auth.issueAccessToken('7')
    all.runtime.advance('1h')
    const exchange = await all.visit({ headers: { cookie: `__Host-access_token=${cookie}` } }, { optional: true })
    expect(exchange.context.authentication).toEqual({ status: 'anonymous' })
    expect(exchange.cookies).toEqual([])
    expect(all.events).toContainEqual({ type: 'rejected', code: 'token_expired' })
    expect((await send(all, { cookie })).outcome).toBe('token_expired')
    expect((await send(all, { cookie: 'a b' })).outcome).toBe('token_malformed')
    expect((await send(all, { cookie: 'a b' }, { optional: true })).outcome).toBe('anonymous')
  })

  it('is refused twice with different values, which a sibling domain can plant', async () => {
    const all = createWith([COOKIE])
    const token = await all.auth.issueAccessToken('7')
    const headers = { cookie: `__Host-access_token=${token}; __Host-access_token=planted` }
    expect((await send(all, { headers })).outcome).toBe('credentials_repeated')
    expect(all.events).toContainEqual({ type: 'suspicious', reason: 'cookie_ambiguous' })
  })

  it('gives no session', async () => {
    const all = createWith([COOKIE])
    const { context } = await send(all, { cookie: await all.auth.issueAccessToken('7') })
    const session = await context.session()
    await expect(session.set('a', 1)).rejects.toMatchObject({ reason: 'not_guarded' })
  })
})

describe('judgeDoubleSubmit()', () => {
  const guarded: TokenLocation = { in: 'cookie', doubleSubmit: { field: 'csrf_token', header: 'X-XSRF' } }

  async function prepare() {
    const all = createWith([guarded, HEADER])
    const token = await all.auth.issueAccessToken('7')
    const result = await all.auth.verifyAccessToken(token)
    if (!result.ok) throw new Error(result.code)
    const csrf = String(result.claims['csrf'])
    const post = (headers: Record<string, string>, more: Sent = {}) =>
      send(all, { method: 'POST', cookie: token, ...more, headers: { origin: ORIGIN, ...headers } })
    return { all, token, csrf, post }
  }

  it('asks for the claim in the header, on every method that may change something', async () => {
    const { all, token, csrf, post } = await prepare()
    expect((await post({ 'x-xsrf': csrf })).outcome).toBe('authenticated')
    expect((await post({ 'x-xsrf': `${csrf}x` })).outcome).toBe('csrf_mismatch')
    expect((await post({})).outcome).toBe('csrf_missing')
    expect((await post({}, { method: 'DELETE' })).outcome).toBe('csrf_missing')
    expect((await post({}, { method: 'PURGE' })).outcome).toBe('csrf_missing')
    expect((await send(all, { cookie: token })).outcome).toBe('authenticated')
  })

  it('asks for it in the body where there is no header', async () => {
    const { csrf, post } = await prepare()
    expect((await post({}, { body: { csrf_token: csrf } })).outcome).toBe('authenticated')
    expect((await post({}, { body: { csrf_token: [csrf] } })).outcome).toBe('csrf_mismatch')
    expect((await post({ 'x-xsrf': 'x' }, { body: { csrf_token: csrf } })).outcome).toBe('csrf_mismatch')
  })

  it('does not ask for it where the token stands in the header', async () => {
    const { all, token } = await prepare()
    expect((await send(all, { method: 'POST', header: token })).outcome).toBe('authenticated')
  })

  it('is judged after the token: what has expired is told as that', async () => {
    const { all, post } = await prepare()
    all.runtime.advance('1h')
    expect((await post({})).outcome).toBe('token_expired')
  })

  it('refuses where authentication is optional as well', async () => {
    const { all, token } = await prepare()
    const sent = { method: 'POST', cookie: token, headers: { origin: ORIGIN } }
    expect((await send(all, sent, { optional: true })).outcome).toBe('csrf_missing')
  })

  it('refuses a token that was issued without the claim', async () => {
    const { all } = await prepare()
    const plain = createWith([COOKIE])
    const cookie = await plain.auth.issueAccessToken('7')
    const headers = { origin: ORIGIN, 'x-xsrf': 'anything' }
    expect((await send(all, { method: 'POST', cookie, headers })).outcome).toBe('csrf_mismatch')
  })
})
