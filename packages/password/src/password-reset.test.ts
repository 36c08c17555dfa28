import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createLoginLimiter } from './login-limiter.ts'
import { createTestLogin, FAST_HASHER, PASSWORD, type TestUser } from './login.fixture.ts'
import { createOneTimeTokens } from './one-time-tokens.ts'
import {
  createPasswordReset,
  type PasswordResetEvent,
  type PasswordResetMail,
  type PasswordResetOptions,
} from './password-reset.ts'
import { createTestTokenStore } from './tokens.fixture.ts'

const NEXT = 'green kettles hum at dawn'
const INVALID = {
  ok: false,
  denial: { status: 400, headers: { 'cache-control': 'no-store' }, body: { error: 'reset_token_invalid' } },
}

async function createApp(overrides: Partial<PasswordResetOptions<TestUser>> = {}) {
  const app = await createTestLogin()
  const kept = createTestTokenStore()
  const runtime = createTestRuntime()
  const tokens = createOneTimeTokens({ store: kept.store, purpose: 'password-reset', runtime })
  const mails: PasswordResetMail<TestUser>[] = []
  const events: PasswordResetEvent[] = []
  const mailings: Promise<void>[] = []
  const options: PasswordResetOptions<TestUser> = {
    auth: app.auth,
    users: app.users,
    hasher: {
      hash: (password) => (app.calls.push('hash'), FAST_HASHER.hash(password)),
      verify: FAST_HASHER.verify,
    },
    tokens,
    send: (mail) => void mails.push(mail),
    waitUntil: (mailing) => void mailings.push(mailing),
    onEvent: (event) => void events.push(event),
    ...overrides,
  }
  const reset = createPasswordReset(options)
  async function request(login: unknown): Promise<string> {
    await reset.request(login)
    await Promise.all(mailings)
    return mails.at(-1)?.token ?? ''
  }
  const logIn = (password: string) => app.login.login(app.context(), { login: 'ann', password, deliver: 'cookie' })
  return { ...app, kept, runtime, tokens, mails, mailings, reset, request, logIn, resetEvents: events, options }
}

describe('request()', () => {
  it('hands the stored user and a token to the application', async () => {
    const app = await createApp()
    expect(await app.reset.request('ann')).toBeUndefined()
    await Promise.all(app.mailings)
    expect(app.mails).toEqual([{ user: { id: 'u-ann', name: 'ann' }, token: expect.stringMatching(/^lkt_/) }])
    expect(app.resetEvents).toEqual([{ type: 'password_reset_requested', subject: 'u-ann' }])
  })

  it('mails to the stored user, whatever form of the login name was typed (CVE-2019-19844)', async () => {
    const app = await createApp({ canonicalLogin: (login) => login.trim().toLowerCase() })
    await app.request(' ANN ')
    expect(app.mails[0]?.user).toEqual({ id: 'u-ann', name: 'ann' })
  })

  it.each([
    ['an unknown login name', 'nobody@example.com'],
    ['a disabled user', 'dan'],
    ['a login name that nobody can have', 'a\u0000b'],
  ])('does the same work for %s, and mails nothing', async (_, login) => {
    const app = await createApp()
    await app.request('ann')
    const known = [...app.kept.calls]
    app.kept.calls.length = 0
    expect(await app.reset.request(login)).toBeUndefined()
    expect(app.kept.calls).toEqual(known)
    await Promise.all(app.mailings)
    expect(app.mails).toHaveLength(1)
    expect(app.resetEvents.at(-1)).toEqual({ type: 'password_reset_requested', subject: null })
  })

  it.each([[''], ['x'.repeat(321)], [{}], [undefined]])('ignores %j, which is no login name', async (login) => {
    const app = await createApp()
    expect(await app.reset.request(login)).toBeUndefined()
    expect([app.calls, app.kept.calls, app.mails]).toEqual([[], [], []])
  })

  it('does not wait for the mail, and survives one that fails', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const send = async (): Promise<void> => {
      await promise
      throw new Error('no mail today')
    }
    const app = await createApp({ send })
    expect(await app.reset.request('ann')).toBeUndefined()
    resolve()
    await Promise.all(app.mailings)
    expect(app.resetEvents.at(-1)).toEqual({ type: 'password_reset_send_failed', subject: 'u-ann' })
  })

  it('begins to mail after it has resolved', async () => {
    const order: string[] = []
    const app = await createApp({ send: () => void order.push('send') })
    await app.reset.request('ann')
    order.push('answer')
    await Promise.all(app.mailings)
    expect(order).toEqual(['answer', 'send'])
  })

  it('mails nothing past the limit, and answers as before', async () => {
    const limiter = createLoginLimiter({ accountAddress: { attempts: 2, window: '1m' } })
    const app = await createApp({ limiter })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await app.reset.request('ann', { address: '192.0.2.1' })).toBeUndefined()
    }
    await Promise.all(app.mailings)
    expect(app.mails).toHaveLength(2)
    expect(app.resetEvents.filter(({ type }) => type === 'password_throttled')).toHaveLength(3)
  })

  it.each([
    ['the table', 'ann', 'findByLogin', 'table'],
    ['the token store', 'ann', 'create', 'tokens'],
    ['the token store, for nobody', 'nobody', 'create', 'tokens'],
  ])('rejects as unavailable when %s fails', async (_, login, failing, where) => {
    const app = await createApp()
    const hooks = where === 'table' ? app.hooks : app.kept.hooks
    hooks.before = (call) => {
      if (call === failing) throw new Error('connection lost')
    }
    await expect(app.reset.request(login)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })
})

describe('reset()', () => {
  it('sets the new password and ends every session of the user', async () => {
    const app = await createApp()
    await app.logIn(PASSWORD)
    await app.logIn(PASSWORD)
    const token = await app.request('ann')
    app.calls.length = 0
    expect(await app.reset.reset(token, NEXT)).toEqual({ ok: true, subject: 'u-ann', revoked: 2 })
    expect(app.calls).toEqual(['findBySubject', 'hash', 'findBySubject', 'updatePasswordHash', 'destroyAllForSubject'])
    expect(await app.auth.listSessions('u-ann')).toEqual([])
    expect(await app.logIn(PASSWORD)).toMatchObject({ ok: false, code: 'invalid_credentials' })
    expect(await app.logIn(NEXT)).toMatchObject({ ok: true })
    expect(app.resetEvents.at(-1)).toEqual({ type: 'password_changed', subject: 'u-ann' })
  })

  it('gives a password to a user who had none', async () => {
    const app = await createApp()
    expect(await app.reset.reset(await app.request('pat'), NEXT)).toMatchObject({ ok: true, subject: 'u-pat' })
  })

  it('takes a token once', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    await app.reset.reset(token, NEXT)
    expect(await app.reset.reset(token, `${NEXT} again`)).toEqual({ ...INVALID, code: 'unknown' })
    expect(await app.logIn(NEXT)).toMatchObject({ ok: true })
  })

  it('lets one of 20 parallel resets with one token win', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, racer) => app.reset.reset(token, `${NEXT} number ${racer}`)),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    const winner = results.findIndex(({ ok }) => ok)
    expect(await app.logIn(`${NEXT} number ${winner}`)).toMatchObject({ ok: true })
  })

  it.each([
    ['too_short', 'short', {}],
    ['malformed', undefined, {}],
    ['context', 'annabel2annabel!', { contextWords: ['annabel'] }],
  ])('refuses a new password as %s, and leaves the token good', async (problem, next, options) => {
    const app = await createApp()
    const token = await app.request('ann')
    expect(await app.reset.reset(token, next, options)).toEqual({
      ok: false,
      code: 'unacceptable',
      problem,
      denial: { status: 422, headers: { 'cache-control': 'no-store' }, body: { error: `password_${problem}` } },
    })
    expect(app.kept.calls).not.toContain('consume')
    expect(await app.reset.reset(token, NEXT)).toMatchObject({ ok: true })
  })

  it('refuses a new password made of what the application says of the user', async () => {
    const app = await createApp({ contextWordsOf: ({ name }) => [`${name}abel2`] })
    const token = await app.request('ann')
    for (const next of ['annabel2annabel2!', '2026ANNABEL2annabel2']) {
      expect(await app.reset.reset(token, next)).toMatchObject({ code: 'unacceptable', problem: 'context' })
    }
    expect(await app.reset.reset(token, NEXT)).toMatchObject({ ok: true })
  })

  it('hashes nothing and asks no breach list for a token that is not good', async () => {
    const asked: string[] = []
    const app = await createApp({ newPassword: { breachCheck: async (password) => (asked.push(password), false) } })
    const forged = `lkt_${'ab'.repeat(16)}.${'A'.repeat(43)}`
    expect(await app.reset.reset(forged, NEXT)).toEqual({ ...INVALID, code: 'unknown' })
    expect(await app.reset.reset('x', NEXT)).toEqual({ ...INVALID, code: 'malformed' })
    expect([asked, app.calls]).toEqual([[], []])
    expect(app.resetEvents).toEqual([
      { type: 'password_reset_refused', code: 'unknown' },
      { type: 'password_reset_refused', code: 'malformed' },
    ])
  })

  it('refuses a token at the exact millisecond at which it expires', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    app.runtime.advance('30m')
    expect(await app.reset.reset(token, NEXT)).toEqual({ ...INVALID, code: 'expired' })
    expect(await app.logIn(PASSWORD)).toMatchObject({ ok: true })
  })

  it('refuses an earlier token once a later one was mailed', async () => {
    const app = await createApp()
    const first = await app.request('ann')
    const second = await app.request('ann')
    expect(await app.reset.reset(first, NEXT)).toEqual({ ...INVALID, code: 'unknown' })
    expect(await app.reset.reset(second, NEXT)).toMatchObject({ ok: true })
  })

  it.each([
    [
      'disabled',
      (app: Awaited<ReturnType<typeof createApp>>) => Object.assign(app.rows.get('u-ann') ?? {}, { disabled: true }),
    ],
    ['gone', (app: Awaited<ReturnType<typeof createApp>>) => app.rows.delete('u-ann')],
  ])('refuses the token of a user who is %s meanwhile, and writes nothing', async (_, change) => {
    const app = await createApp()
    const token = await app.request('ann')
    change(app)
    app.calls.length = 0
    expect(await app.reset.reset(token, NEXT)).toEqual({ ...INVALID, code: 'unknown' })
    expect(app.calls).toEqual(['findBySubject'])
  })

  it('wins over a login that upgrades the hash meanwhile', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    const row = app.rows.get('u-ann')
    let upgrades = 0
    app.hooks.after = (call) => {
      if (call !== 'findBySubject' || upgrades === 3 || row === undefined) return
      upgrades += 1
      row.hash = `${row.hash}x`
    }
    expect(await app.reset.reset(token, NEXT)).toMatchObject({ ok: true })
    expect(await app.logIn(NEXT)).toMatchObject({ ok: true })
  })

  it('lets no login with the old password survive that has judged it before the reset and completes after it', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    const [judged, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    app.hooks.before = (call) => {
      if (call !== 'create') return undefined
      judged.resolve()
      return done.promise
    }
    const login = app.logIn(PASSWORD)
    await judged.promise
    expect(await app.reset.reset(token, NEXT)).toMatchObject({ ok: true, revoked: 0 })
    done.resolve()
    expect(await login).toMatchObject({ ok: false, code: 'invalid_credentials' })
    expect(await app.auth.listSessions('u-ann')).toEqual([])
  })

  it('commits the new hash before it ends the sessions, so that a login in between leaves none by the old one', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    const outcomes: unknown[] = []
    app.hooks.before = async (call) => {
      if (call !== 'destroyAllForSubject') return
      delete app.hooks.before
      outcomes.push(await app.logIn(PASSWORD))
    }
    expect(await app.reset.reset(token, NEXT)).toMatchObject({ ok: true })
    expect(outcomes).toEqual([expect.objectContaining({ ok: false, code: 'invalid_credentials' })])
  })

  it('has used the token up when the table fails, and the old password holds', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    app.hooks.before = (call) => {
      if (call === 'updatePasswordHash') throw new Error('connection lost')
    }
    await expect(app.reset.reset(token, NEXT)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    delete app.hooks.before
    expect(await app.reset.reset(token, NEXT)).toEqual({ ...INVALID, code: 'unknown' })
    expect(await app.logIn(PASSWORD)).toMatchObject({ ok: true })
  })

  it('rejects when the sessions cannot be ended, and the new password holds', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    app.hooks.before = (call) => {
      if (call === 'destroyAllForSubject') throw new Error('connection lost')
    }
    await expect(app.reset.reset(token, NEXT)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    delete app.hooks.before
    expect(await app.logIn(NEXT)).toMatchObject({ ok: true })
    expect(app.resetEvents.map(({ type }) => type)).not.toContain('password_changed')
  })

  it('tells neither the token nor the password in any event or error', async () => {
    const app = await createApp()
    const token = await app.request('ann')
    await app.reset.reset(token, NEXT)
    await app.reset.reset(token, NEXT)
    const told = JSON.stringify(app.resetEvents)
    expect(told).not.toContain(NEXT)
    expect(told).not.toContain(token.slice(37))
  })
})

describe('createPasswordReset()', () => {
  it('refuses tokens of another purpose', async () => {
    const app = await createApp()
    const tokens = createOneTimeTokens({ store: app.kept.store, purpose: 'magic-link' })
    expect(() => createPasswordReset({ ...app.options, tokens })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'tokens.purpose' }),
    )
  })

  it.each([
    [{ auth: {} }, 'auth.revokeAllSessions'],
    [{ users: {} }, 'users.findByLogin'],
    [{ hasher: undefined }, 'hasher.hash'],
    [{ tokens: {} }, 'tokens.issue'],
    [{ send: undefined }, 'send'],
    [{ limiter: {} }, 'limiter.reserve'],
    [{ contextWordsOf: 'name' }, 'contextWordsOf'],
    [{ onEvent: 1 }, 'onEvent'],
    [{ mailer: 1 }, 'passwordReset.mailer'],
  ])('refuses the options %j', async (overrides, option) => {
    const app = await createApp()
    const options = { ...app.options, ...overrides } as unknown as typeof app.options
    expect(() => createPasswordReset(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it('lets a listener that throws or rejects break nothing', async () => {
    for (const onEvent of [
      () => Promise.reject(new Error('x')) as never,
      () => {
        throw new Error('x')
      },
    ]) {
      const app = await createApp({ onEvent })
      expect(await app.reset.reset(await app.request('ann'), NEXT)).toMatchObject({ ok: true })
    }
  })
})
