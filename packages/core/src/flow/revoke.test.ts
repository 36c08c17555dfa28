import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import { createMemoryRevocationStore } from '../memory/revocation-store.ts'
import type { RevocationStore } from '../revocation-port.ts'
import type { StoredSessionOptions } from '../session/stored.ts'
import type { TokenResponse } from './token-response.ts'

const UNAVAILABLE = expect.objectContaining({ code: 'ERR_UNAVAILABLE' })
const LOCAL = { authoritative: 'local' } as const

/** An application whose revocation store a test can delay or break. */
function begin(overrides: Parameters<typeof createTestAuth>[0] = {}, options: StoredSessionOptions = {}) {
  const store = createMemoryRevocationStore()
  const hook = { before: async (_name: string): Promise<void> => {} }
  const around =
    <Args extends unknown[], Answer>(name: string, method: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await hook.before(name)
      return method(...args)
    }
  const watched: RevocationStore = {
    isRevoked: around('isRevoked', store.isRevoked),
    revoke: around('revoke', store.revoke),
    epochOf: around('revokedEpochOf', store.epochOf),
    revokeAllForSubject: around('revokeAllForSubject', store.revokeAllForSubject),
    changedSince: around('changedSince', store.changedSince),
    deleteExpired: around('deleteExpired', store.deleteExpired),
  }
  const app = createTestAuth({ revocations: { store: watched, storeTimeout: '1m' }, ...overrides }, options)
  return Object.assign(app, { store, hook })
}

async function logIn({ auth, open }: TestAuth, subject = 'user-1', epoch?: number): Promise<TokenResponse> {
  const login = await auth.login(open({ method: 'POST' }).context, {
    subject,
    deliver: 'tokens',
    ...(epoch === undefined ? {} : { epoch }),
  })
  if (!login.ok) throw new Error(login.code)
  return login.tokens
}

/** Whether the revocations, and nothing else, refuse a token. */
async function isRevoked({ auth, store, runtime }: ReturnType<typeof begin>, token: string): Promise<boolean> {
  const verified = await auth.verifyAccessToken(token)
  if (!verified.ok) throw new Error(verified.code)
  const { jti, sid = '', sub, epoch = 0 } = verified.claims
  return store.isRevoked({ ids: [jti, sid], subject: sub, epoch }, { now: runtime.now() })
}

describe('every way to end a session', () => {
  const ways: readonly (readonly [string, (app: TestAuth, tokens: TokenResponse, id: string) => Promise<unknown>])[] = [
    ['revokeSession', ({ auth }, _, id) => auth.revokeSession('user-1', id)],
    ['revokeAllSessions', ({ auth }) => auth.revokeAllSessions('user-1')],
    ['revokeRefreshToken', ({ auth }, tokens) => auth.revokeRefreshToken(tokens.refresh_token)],
    [
      'a refresh token that is used again',
      async ({ auth, runtime }, first) => {
        for (let count = 0, token = first.refresh_token; count < 2; count += 1) {
          const next = await auth.refresh(token)
          token = next.ok ? next.tokens.refresh_token : ''
          runtime.advance('10s')
        }
        expect(await auth.refresh(first.refresh_token)).toMatchObject({ code: 'refresh_reused' })
      },
    ],
  ]

  it.each(ways)('revokes the access tokens of that session and of no other: %s', async (_, end) => {
    const app = begin()
    const tokens = await logIn(app)
    const [session] = await app.auth.listSessions('user-1')
    const others = await logIn(app, 'user-2')
    expect(await isRevoked(app, tokens.access_token)).toBe(false)
    await end(app, tokens, session?.id ?? '')
    expect(await isRevoked(app, tokens.access_token)).toBe(true)
    expect(await isRevoked(app, others.access_token)).toBe(false)
    expect(await app.auth.listSessions('user-1')).toEqual([])
  })

  it('revokes the access tokens of a user who is found to be gone at a refresh', async () => {
    const app = begin()
    const tokens = await logIn(app, 'gone')
    expect(await app.auth.refresh(tokens.refresh_token)).toMatchObject({ code: 'refresh_user_gone' })
    expect(await isRevoked(app, tokens.access_token)).toBe(true)
  })

  it.each([
    [
      'logout',
      async ({ auth, open }: TestAuth, cookie: string) =>
        auth.logout(open({ method: 'POST', headers: { cookie, origin: ORIGIN } }).context),
    ],
    [
      'session.destroy',
      async ({ visit }: TestAuth, cookie: string) =>
        (await (await visit({ headers: { cookie } })).context.session()).destroy(),
    ],
    [
      'the next login',
      async ({ auth, open }: TestAuth, cookie: string) =>
        auth.login(open({ method: 'POST', headers: { cookie, origin: ORIGIN } }).context, {
          subject: 'user-1',
          deliver: 'cookie',
        }),
    ],
  ])('revokes the access tokens that were issued for a session in a cookie: %s', async (_, end) => {
    const app = begin()
    const cookie = await app.logIn('user-1')
    const [session] = await app.auth.listSessions('user-1')
    const token = await app.auth.issueAccessToken('user-1', { sessionId: session?.id ?? '' })
    await end(app, cookie)
    expect(await isRevoked(app, token)).toBe(true)
  })

  it('leaves the session alive when the revocation cannot be written', async () => {
    const app = begin()
    const cookie = await app.logIn('user-1')
    const tokens = await logIn(app)
    app.hook.before = async () => {
      throw new Error('down')
    }
    const exchange = app.open({ method: 'POST', headers: { cookie, origin: ORIGIN } })
    await expect(app.auth.logout(exchange.context)).rejects.toThrow(UNAVAILABLE)
    await expect(app.auth.revokeRefreshToken(tokens.refresh_token)).rejects.toThrow(UNAVAILABLE)
    expect(exchange.cookies).toEqual([])
    expect((await app.visit({ headers: { cookie } })).denial).toBeUndefined()
    expect(await app.auth.refresh(tokens.refresh_token)).toMatchObject({ ok: true })
  })

  it('writes nothing for a session that there is none of', async () => {
    const app = begin()
    await logIn(app)
    const [session] = await app.auth.listSessions('user-1')
    app.hook.before = async (name) => {
      throw new Error(name)
    }
    expect(await app.auth.revokeSession('user-2', session?.id ?? '')).toBe(false)
    expect(await app.auth.revokeSession('user-1', 'ab'.repeat(16))).toBe(false)
    expect(await app.auth.revokeRefreshToken(`lkr_${'0'.repeat(32)}.0.${'A'.repeat(43)}`)).toBe(false)
  })
})

describe('revokeAllSessions()', () => {
  it('spares the tokens of the exception, from before and after', async () => {
    const app = begin()
    const [mine, other] = [await logIn(app), await logIn(app)]
    const verified = await app.auth.verifyAccessToken(mine.access_token)
    const except = verified.ok ? (verified.principal.sessionId ?? '') : ''
    expect(await app.auth.revokeAllSessions('user-1', { except })).toBe(1)
    expect(await isRevoked(app, mine.access_token)).toBe(false)
    expect(await isRevoked(app, other.access_token)).toBe(true)
    const next = await app.auth.refresh(mine.refresh_token)
    expect(await isRevoked(app, next.ok ? next.tokens.access_token : '')).toBe(false)
    await app.auth.revokeAllSessions('user-1')
    expect(await isRevoked(app, mine.access_token)).toBe(true)
  })

  it('spares nobody by the name of a session that had ended', async () => {
    const app = begin()
    const old = await logIn(app)
    const verified = await app.auth.verifyAccessToken(old.access_token)
    const except = verified.ok ? (verified.principal.sessionId ?? '') : ''
    await app.auth.revokeAllSessions('user-1')
    await app.auth.revokeAllSessions('user-1', { except })
    expect(await isRevoked(app, old.access_token)).toBe(true)
  })

  it('ends tokens that belong to no session, and none that are issued afterwards', async () => {
    for (const sessions of [true, false]) {
      const app = begin(sessions ? {} : { sessions: undefined })
      const epoch = await app.auth.epochOf('user-1')
      const before = await app.auth.issueAccessToken('user-1')
      await app.auth.revokeAllSessions('user-1')
      expect(await isRevoked(app, before)).toBe(true)
      expect(await isRevoked(app, await app.auth.issueAccessToken('user-1'))).toBe(false)
      // Judged by a password that has been changed since.
      expect(await isRevoked(app, await app.auth.issueAccessToken('user-1', { epoch }))).toBe(true)
    }
  })

  it('finishes what a failure has left half done, when it is called again', async () => {
    const app = begin()
    const tokens = await logIn(app)
    app.hook.before = async (name) => {
      if (name === 'revokeAllForSubject') throw new Error('down')
    }
    await expect(app.auth.revokeAllSessions('user-1')).rejects.toThrow(UNAVAILABLE)
    app.hook.before = async () => {}
    await app.auth.revokeAllSessions('user-1')
    expect(await isRevoked(app, tokens.access_token)).toBe(true)
    expect(await isRevoked(app, (await logIn(app)).access_token)).toBe(false)
  })

  it('lets the epoch of the sessions follow one that had run ahead', async () => {
    const app = begin()
    const future = app.runtime.now() + 5
    await app.store.revokeAllForSubject('user-1', { atLeast: future }, { now: app.runtime.now() })
    await app.auth.revokeAllSessions('user-1')
    expect(await isRevoked(app, (await logIn(app)).access_token)).toBe(false)
  })

  it('leaves no token on the wrong side of the cut, whatever runs at the same time', async () => {
    const act = fc.constantFrom('log in', 'log in with an old epoch', 'refresh', 'issue', 'cut off', 'cut off others')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(act, { minLength: 2, maxLength: 6 }), async (scheduler, acts) => {
        const app = begin({}, { storeTimeout: '1m' })
        const epoch = await app.auth.epochOf('user-1')
        const first = await logIn(app)
        const [session] = await app.auth.listSessions('user-1')
        const tokens = [first.access_token]
        app.hooks.before = (name) => scheduler.schedule(Promise.resolve(), name)
        app.hook.before = (name) => scheduler.schedule(Promise.resolve(), name)
        const run = async (one: string): Promise<void> => {
          if (one === 'cut off') await app.auth.revokeAllSessions('user-1')
          if (one === 'cut off others') await app.auth.revokeAllSessions('user-1', { except: session?.id ?? '' })
          if (one === 'issue') {
            const sessionId = session?.id ?? ''
            tokens.push(await app.auth.issueAccessToken('user-1', { sessionId, epoch }))
          }
          if (one.startsWith('log in')) {
            const old = one === 'log in' ? undefined : epoch
            tokens.push((await logIn(app, 'user-1', old)).access_token)
          }
          if (one === 'refresh') {
            const refreshed = await app.auth.refresh(first.refresh_token)
            if (refreshed.ok) tokens.push(refreshed.tokens.access_token)
          }
        }
        await scheduler.waitFor(
          Promise.all(acts.map((one) => run(one).catch((error: Error) => expect(error.message).toBe('login_cut_off')))),
        )
        app.hooks.before = () => {}
        app.hook.before = async () => {}
        const alive = new Set((await app.auth.listSessions('user-1')).map(({ id }) => id))
        for (const token of tokens) {
          const verified = await app.auth.verifyAccessToken(token)
          const sessionId = verified.ok ? (verified.principal.sessionId ?? '') : ''
          expect(await isRevoked(app, token)).toBe(!alive.has(sessionId))
        }
        expect(await isRevoked(app, (await logIn(app)).access_token)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('revokeAccessToken()', () => {
  it('revokes by the text of a token, or by its claims, once', async () => {
    const app = begin()
    const [one, two] = [await app.auth.issueAccessToken('user-1'), await app.auth.issueAccessToken('user-1')]
    expect(await app.auth.revokeAccessToken(one)).toBe(true)
    expect(await app.auth.revokeAccessToken(one)).toBe(false)
    const verified = await app.auth.verifyAccessToken(two)
    expect(await app.auth.revokeAccessToken(verified.ok ? verified.claims : {})).toBe(true)
    for (const token of [one, two]) {
      expect(await app.auth.verifyAccessToken(token, LOCAL)).toMatchObject({ code: 'token_revoked' })
    }
  })

  it.each([undefined, 1, '', 'x', 'a.b.c'])('revokes nothing for %j, and asks no store', async (token) => {
    const app = begin()
    app.hook.before = async (name) => {
      throw new Error(name)
    }
    expect(await app.auth.revokeAccessToken(token)).toBe(false)
  })

  it.each([
    {},
    [],
    { jti: '', sub: 'user-1', exp: 1 },
    { jti: 'x'.repeat(256), sub: 'user-1', exp: 1 },
    { jti: 'x', sub: '', exp: 1 },
    { jti: 'x', sub: 'user-1', exp: Number.NaN },
    { jti: 'x', sub: 'user-1', exp: -1 },
    { jti: 'x', sub: 'user-1' },
  ])('does not take the claims %j', async (claims) => {
    await expect(begin().auth.revokeAccessToken(claims)).rejects.toThrow(
      expect.objectContaining({ reason: 'argument' }),
    )
  })

  it('needs a place to write to', async () => {
    await expect(createTestAuth().auth.revokeAccessToken('x')).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
  })
})

describe('sweep()', () => {
  it('clears the revocations away as well', async () => {
    const app = begin()
    const token = await app.auth.issueAccessToken('user-1')
    await app.auth.revokeAccessToken(token)
    app.runtime.advance('1h')
    expect(await app.auth.sweep()).toBe(1)
    const alone = begin({ sessions: undefined })
    expect(await alone.auth.sweep()).toBe(0)
  })
})
