import fc from 'fast-check'
import { createTestRuntime, interceptSessionStore, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, type TestAuth } from '../auth.fixture.ts'
import { createAuth } from '../auth.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { storedSessions, type StoredSessionOptions } from '../session/stored.ts'
import type { TokenResponse } from './token-response.ts'

const INVALID_GRANT = { status: 400, headers: { 'cache-control': 'no-store' }, body: { error: 'invalid_grant' } }

function withOptions(options: StoredSessionOptions): TestAuth {
  return createTestAuth({}, options)
}

async function logIn({ auth, open }: Pick<TestAuth, 'auth' | 'open'>, subject = 'user-1'): Promise<TokenResponse> {
  const result = await auth.login(open({ method: 'POST' }).context, { subject, deliver: 'tokens', scopes: ['notes'] })
  if (!result.ok) throw new Error(result.code)
  return result.tokens
}

async function exchange({ auth }: Pick<TestAuth, 'auth'>, token: string): Promise<TokenResponse> {
  const result = await auth.refresh(token)
  if (!result.ok) throw new Error(result.code)
  return result.tokens
}

describe('login() with tokens', () => {
  it('gives an access token that names the session, and a refresh token', async () => {
    const { auth, open, visit } = createTestAuth()
    const { context } = open({ method: 'POST' })
    const login = await auth.login(context, {
      subject: 'user-1',
      deliver: 'tokens',
      scopes: ['notes', 'mail'],
      amr: ['pwd'],
      acr: 'basic',
      label: 'Phone',
    })
    const tokens = login.ok ? login.tokens : undefined
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: expect.stringMatching(/^lkr_[0-9a-f]{32}\.0\.[\w-]{43}$/),
      scope: 'notes mail',
    })
    const [session] = await auth.listSessions('user-1')
    expect(session).toMatchObject({ carrier: 'refresh', label: 'Phone' })
    const next = await visit({ headers: { authorization: `Bearer ${tokens?.access_token ?? ''}` } })
    expect(next.context.principal).toMatchObject({
      subject: 'user-1',
      sessionId: session?.id,
      scopes: ['notes', 'mail'],
      amr: ['pwd'],
      acr: 'basic',
      authenticatedAt: session?.createdAt,
    })
  })

  it('sends no cookie, looks at none, and leaves the context as it was', async () => {
    const { auth, logIn: logInWithCookie, open, visit } = createTestAuth()
    const cookie = await logInWithCookie('user-1')
    const current = open({ method: 'POST', headers: { cookie } })
    await auth.login(current.context, { subject: 'user-2', deliver: 'tokens' })
    expect(() => current.context.authentication).toThrow(expect.objectContaining({ reason: 'not_guarded' }))
    expect(current.cookies).toEqual([])
    expect(current.headers.get('cache-control')).toBe('no-store')
    expect((await visit({ headers: { cookie } })).denial).toBeUndefined()
  })

  it('is refused below the subject\u2019s epoch', async () => {
    const { auth, open } = createTestAuth()
    const epoch = await auth.epochOf('user-1')
    await auth.revokeAllSessions('user-1')
    const { context } = open({ method: 'POST' })
    expect(await auth.login(context, { subject: 'user-1', deliver: 'tokens', epoch })).toMatchObject({
      ok: false,
      code: 'login_cut_off',
    })
  })

  it('needs sessions and tokens, and carries nothing over', async () => {
    for (const missing of [{ tokens: undefined }, { sessions: undefined }]) {
      const { auth, open } = createTestAuth(missing)
      await expect(auth.login(open().context, { subject: 'user-1', deliver: 'tokens' })).rejects.toThrow(
        expect.objectContaining({ reason: 'not_configured' }),
      )
    }
    const { auth, open } = createTestAuth()
    await expect(auth.login(open().context, { subject: 'user-1', deliver: 'tokens', carry: ['cart'] })).rejects.toThrow(
      expect.objectContaining({ reason: 'argument' }),
    )
  })

  it('gives nothing that passes for a cookie, and takes no cookie for a refresh token', async () => {
    const app = createTestAuth()
    const { refresh_token: token } = await logIn(app)
    expect((await app.visit({ headers: { cookie: `__Host-session=${token}` } })).denial?.status).toBe(401)
    const cookie = await app.logIn('user-1')
    expect(await app.auth.refresh(cookie.replace('__Host-session=', ''))).toMatchObject({ code: 'refresh_unknown' })
  })
})

describe('refresh()', () => {
  it('rotates once a window, and repeats inside it', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const second = await exchange(app, first.refresh_token)
    expect(second.refresh_token).toMatch(/\.1\./)
    expect(second.access_token).not.toBe(first.access_token)
    app.runtime.advance('4s')
    for (const token of [first.refresh_token, second.refresh_token]) {
      expect(await app.auth.refresh(token)).toMatchObject({
        ok: true,
        rotated: false,
        tokens: { refresh_token: second.refresh_token },
      })
    }
    app.runtime.advance('6s')
    expect(await app.auth.refresh(second.refresh_token)).toMatchObject({ ok: true, rotated: true })
  })

  it('moves the window on when it gives the successor late, so that nothing voids what was just given', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const second = await exchange(app, first.refresh_token)
    for (let repeats = 0; repeats < 3; repeats += 1) {
      app.runtime.advance('9s')
      // A tab whose request was on its way while another one's answer was.
      expect(await exchange(app, first.refresh_token)).toMatchObject({ refresh_token: second.refresh_token })
    }
    expect(await app.auth.refresh(second.refresh_token)).toMatchObject({ ok: true, rotated: false })
    app.runtime.advance('10s')
    expect(await app.auth.refresh(second.refresh_token)).toMatchObject({ ok: true, rotated: true })
    expect(app.events.map(({ type }) => type)).toEqual(['session_created'])
  })

  it('survives an answer that was lost, and says so', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const lost = await exchange(app, first.refresh_token)
    app.runtime.advance('30s')
    const recovered = await exchange(app, first.refresh_token)
    expect(recovered.refresh_token).not.toBe(lost.refresh_token)
    expect(app.events.at(-1)).toMatchObject({ type: 'refresh_recovered' })
    expect(await app.auth.refresh(recovered.refresh_token)).toMatchObject({ ok: true })
  })

  it('ends the session when the voided successor turns up', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const stolen = await exchange(app, first.refresh_token)
    app.runtime.advance('30s')
    const recovered = await exchange(app, first.refresh_token)
    expect(await app.auth.refresh(stolen.refresh_token)).toEqual({
      ok: false,
      code: 'refresh_reused',
      denial: INVALID_GRANT,
    })
    expect(await app.auth.refresh(recovered.refresh_token)).toMatchObject({ ok: false, code: 'refresh_unknown' })
    expect(app.events.map((event) => event.type)).toContain('session_destroyed')
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'suspicious', reason: 'refresh_reused' }))
  })

  it('ends the session when a token comes again that was exchanged twice over', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const second = await exchange(app, first.refresh_token)
    app.runtime.advance('10m')
    await exchange(app, second.refresh_token)
    expect(await app.auth.refresh(first.refresh_token)).toMatchObject({ code: 'refresh_reused' })
  })

  it('takes the first reuse after the window for a theft where strict', async () => {
    const app = withOptions({ reuse: 'strict' })
    const first = await logIn(app)
    const second = await exchange(app, first.refresh_token)
    app.runtime.advance('11s')
    expect(await app.auth.refresh(first.refresh_token)).toMatchObject({ code: 'refresh_reused' })
    expect(await app.auth.refresh(second.refresh_token)).toMatchObject({ code: 'refresh_unknown' })
  })

  it.each<[string, unknown]>([
    ['no text', 1],
    ['nothing', undefined],
    ['an object', { toString: () => 'lkr_' }],
    ['empty', ''],
    ['malformed', 'lkr_x.0.y'],
    ['of nobody', `lkr_${'0'.repeat(32)}.0.${'A'.repeat(43)}`],
    ['huge', 'x'.repeat(1_000_000)],
  ])('refuses a token that is %s, and revokes nothing', async (_, token) => {
    const app = createTestAuth()
    const { refresh_token: good } = await logIn(app)
    app.storeCalls.length = 0
    expect(await app.auth.refresh(token)).toEqual({ ok: false, code: 'refresh_unknown', denial: INVALID_GRANT })
    expect(app.storeCalls.every((call) => call === 'read')).toBe(true)
    expect(await app.auth.refresh(good)).toMatchObject({ ok: true })
  })

  it('is no logout button for who knows the id: a wrong secret writes nothing', async () => {
    const app = createTestAuth()
    const { refresh_token: good } = await logIn(app)
    app.storeCalls.length = 0
    const forged = `${good.slice(0, -43)}${'A'.repeat(43)}`
    for (const token of [forged, forged.replace('.0.', '.5.')]) {
      expect(await app.auth.refresh(token)).toMatchObject({ code: 'refresh_unknown' })
    }
    expect(app.storeCalls).toEqual(['read', 'read'])
    expect(await app.auth.refresh(good)).toMatchObject({ ok: true })
  })

  it('ends with the idle and the absolute timeout, and rotation moves the first alone', async () => {
    const app = createTestAuth()
    let { refresh_token: token } = await logIn(app)
    for (let day = 0; day < 29; day += 1) {
      app.runtime.advance('1d')
      ;({ refresh_token: token } = await exchange(app, token))
    }
    app.runtime.advance('1d')
    expect(await app.auth.refresh(token)).toMatchObject({ ok: false, denial: INVALID_GRANT })
    const idle = createTestAuth()
    const { refresh_token: unused } = await logIn(idle)
    idle.runtime.advance('7d')
    expect(await idle.auth.refresh(unused)).toMatchObject({ ok: false, denial: INVALID_GRANT })
  })

  it('re-reads the user: one who is gone has no session', async () => {
    const app = createTestAuth()
    const { refresh_token: token } = await logIn(app, 'gone')
    expect(await app.auth.refresh(token)).toMatchObject({ code: 'refresh_user_gone', denial: INVALID_GRANT })
    expect(await app.auth.listSessions('gone')).toEqual([])
  })

  it.each([
    ['disabled', 'refresh_user_disabled'],
    [null, 'refresh_user_gone'],
  ] as const)('ends the session of a user whose status is %j', async (status, code) => {
    let now: 'active' | 'disabled' | null = 'active'
    const app = createTestAuth({ users: { findById: () => expect.unreachable(), statusOf: () => now } })
    const first = await logIn(app)
    const { refresh_token: token } = await exchange(app, first.refresh_token)
    now = status
    expect(await app.auth.refresh(token)).toMatchObject({ code, denial: INVALID_GRANT })
    now = 'active'
    expect(await app.auth.refresh(token)).toMatchObject({ ok: false, denial: INVALID_GRANT })
    expect(await app.auth.listSessions('user-1')).toEqual([])
  })

  it('is a 503 when the user cannot be looked up, and ends nothing', async () => {
    let isDown = true
    const statusOf = () => (isDown ? Promise.reject(new Error('no connection')) : ('active' as const))
    const app = createTestAuth({ users: { findById: () => null, statusOf } })
    const { refresh_token: token } = await logIn(app)
    await expect(app.auth.refresh(token)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
    isDown = false
    expect(await app.auth.refresh(token)).toMatchObject({ ok: true })
  })

  it('never widens the scopes, and keeps the time of login', async () => {
    const app = createTestAuth()
    const first = await logIn(app)
    const loggedInAt = app.runtime.now()
    app.runtime.advance('1h')
    const second = await exchange(app, first.refresh_token)
    expect(second.scope).toBe('notes')
    expect(await app.auth.verifyAccessToken(second.access_token)).toMatchObject({
      principal: { scopes: ['notes'], authenticatedAt: loggedInAt },
    })
  })

  it('ends with every way of revocation', async () => {
    for (const end of ['revokeAllSessions', 'revokeSession', 'revokeRefreshToken'] as const) {
      const app = createTestAuth()
      const first = await logIn(app)
      const { refresh_token: token } = await exchange(app, first.refresh_token)
      const [session] = await app.auth.listSessions('user-1')
      if (end === 'revokeAllSessions') await app.auth.revokeAllSessions('user-1')
      if (end === 'revokeSession') await app.auth.revokeSession('user-1', session?.id ?? '')
      // Any genuine token of the session will do.
      if (end === 'revokeRefreshToken') expect(await app.auth.revokeRefreshToken(first.refresh_token)).toBe(true)
      expect(await app.auth.refresh(token)).toMatchObject({ code: 'refresh_unknown' })
    }
  })

  it('is an outage, and nothing else, when the store is out of reach', async () => {
    for (const call of ['read', 'update']) {
      const app = createTestAuth()
      const { refresh_token: token } = await logIn(app)
      app.hooks.before = (name) => {
        if (name === call) throw new Error('down')
      }
      await expect(app.auth.refresh(token)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
      app.hooks.before = () => {}
      expect(await app.auth.refresh(token)).toMatchObject({ ok: true, rotated: true })
    }
  })

  it('gives the same successor to the retry after a crash that followed the update', async () => {
    const app = createTestAuth()
    const { refresh_token: token } = await logIn(app)
    app.hooks.after = (name) => {
      if (name === 'update') throw new Error('the answer is lost')
    }
    await expect(app.auth.refresh(token)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    app.hooks.after = () => {}
    const retried = await exchange(app, token)
    expect(retried.refresh_token).toMatch(/\.1\./)
    expect((await exchange(app, token)).refresh_token).toBe(retried.refresh_token)
  })

  it('asks a request again that was overtaken on its way', async () => {
    const app = withOptions({ storeTimeout: '1m' })
    const first = await logIn(app)
    let slow = true
    app.hooks.before = async (name) => {
      if (name !== 'read' || !slow) return
      slow = false
      // While this request waits for its read, others move on by two generations.
      app.runtime.advance('1s')
      const second = await exchange(app, first.refresh_token)
      app.runtime.advance('10s')
      await exchange(app, second.refresh_token)
    }
    expect(await app.auth.refresh(first.refresh_token)).toMatchObject({
      code: 'refresh_superseded',
      denial: { status: 503, headers: { 'retry-after': '1' } },
    })
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
  })
})

describe('revokeRefreshToken()', () => {
  it('is idempotent, and revokes nothing for what is no token', async () => {
    const app = createTestAuth()
    const { refresh_token: token } = await logIn(app)
    for (const wrong of [undefined, 1, '', `${token}x`, token.replace('.0.', '.1.')]) {
      expect(await app.auth.revokeRefreshToken(wrong)).toBe(false)
    }
    expect(await app.auth.revokeRefreshToken(token)).toBe(true)
    expect(await app.auth.revokeRefreshToken(token)).toBe(false)
  })
})

describe('refresh(): what must always hold', () => {
  /** Tabs that share one jar, whose requests, answers and store calls arrive in any order and may be lost. */
  async function simulate(
    scheduler: fc.Scheduler,
    tabs: readonly { readonly waits: readonly number[]; readonly lost: readonly boolean[] }[],
  ) {
    const runtime = createTestRuntime()
    const memory = createMemorySessionStore()
    const store = interceptSessionStore(memory, { before: (name) => scheduler.schedule(Promise.resolve(), name) })
    const auth = createAuth({
      origin: 'https://app.test',
      secrets: TEST_SECRETS,
      tokens: { issuer: 'https://api.test', audience: 'api' },
      sessions: storedSessions(store, { storeTimeout: '1m' }),
      runtime,
    })
    const login = auth.login(
      auth.open(
        { method: 'POST', url: '/', headers: { get: () => null } },
        { open: false, setCookie() {}, setHeader() {} },
      ),
      {
        subject: 'user-1',
        deliver: 'tokens',
      },
    )
    const started = await scheduler.waitFor(login)
    if (!started.ok) throw new Error(started.code)
    const jar = { token: started.tokens.refresh_token, generation: 0 }
    const given = new Map<number, Set<string>>()
    const killed: string[] = []
    const runs = tabs.map(async ({ waits, lost }) => {
      for (const [index, wait] of waits.entries()) {
        runtime.advance(wait)
        const { token } = jar
        // A store call that others outlast by a minute is given up; the client asks again.
        const result = await auth.refresh(token).catch(() => undefined)
        if (result === undefined) continue
        if (!result.ok) {
          if (result.code !== 'refresh_superseded') killed.push(result.code)
          continue
        }
        const next = result.tokens.refresh_token
        const generation = Number(next.split('.')[1])
        given.set(generation, (given.get(generation) ?? new Set()).add(next))
        await scheduler.schedule(Promise.resolve(), 'answer')
        // The jar takes the answers that arrive, and a reordered one does not set it back.
        if (lost[index] !== true && generation > jar.generation) Object.assign(jar, { token: next, generation })
      }
    })
    await scheduler.waitFor(Promise.all(runs))
    return { given, killed }
  }

  const tab = (maxWait: number, losing: boolean) =>
    fc.record({
      waits: fc.array(fc.integer({ min: 0, max: maxWait }), { minLength: 1, maxLength: 4 }),
      lost: fc.array(losing ? fc.boolean() : fc.constant(false), { minLength: 4, maxLength: 4 }),
    })

  it('gives one string for each generation, whatever the interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(tab(12, true), { minLength: 1, maxLength: 4 }),
        async (scheduler, tabs) => {
          const { given } = await simulate(scheduler, tabs)
          for (const tokens of given.values()) expect(tokens.size).toBe(1)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('kills nobody in one tab, though answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tab(1_000, true), async (scheduler, only) => {
        expect((await simulate(scheduler, [only])).killed).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('kills nobody in four tabs that retry within the window, though answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(tab(0, true), { minLength: 2, maxLength: 4 }),
        async (scheduler, tabs) => {
          expect((await simulate(scheduler, tabs)).killed).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  })

  it('finds a thief of an exchanged token, once the owner has moved on twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 1_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        async (pause, later) => {
          const app = createTestAuth()
          const stolen = await logIn(app)
          let owner = await exchange(app, stolen.refresh_token)
          app.runtime.advance(pause)
          owner = await exchange(app, owner.refresh_token)
          app.runtime.advance(later)
          expect(await app.auth.refresh(stolen.refresh_token)).toMatchObject({ code: 'refresh_reused' })
          expect(await app.auth.refresh(owner.refresh_token)).toMatchObject({ code: 'refresh_unknown' })
        },
      ),
      { numRuns: 30 },
    )
  })
})
