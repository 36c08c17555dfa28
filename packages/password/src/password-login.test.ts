import { readFileSync } from 'node:fs'
import type { AccessTokenClaims, JsonObject } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import type { PasswordHasher } from './hasher.ts'
import { createTestLogin, FAST_HASHER, PASSWORD, type TestLogin, type TestUser } from './login.fixture.ts'
import { createLoginLimiter } from './login-limiter.ts'
import { createPasswordLogin, type PasswordLoginOptions } from './password-login.ts'
import type { PasswordUser } from './users.ts'

const INVALID = {
  ok: false,
  code: 'invalid_credentials',
  denial: {
    status: 401,
    headers: { 'cache-control': 'no-store', 'www-authenticate': expect.stringMatching(/^Bearer /) },
    body: { error: 'invalid_credentials' },
  },
}
const NEXT = 'green kettles hum at dawn'

async function logIn(app: TestLogin, password: unknown = PASSWORD, login: unknown = 'ann') {
  return app.login.login(app.context(), { login, password, deliver: 'cookie' })
}

async function liveSessions(app: TestLogin, subject = 'u-ann'): Promise<number> {
  return (await app.auth.listSessions(subject)).length
}

describe('login()', () => {
  it('makes a session for the right password and gives the user', async () => {
    const app = await createTestLogin()
    const context = app.context()
    const result = await app.login.login(context, { login: 'ann', password: PASSWORD, deliver: 'cookie' })
    expect(result).toMatchObject({ ok: true, user: { id: 'u-ann', name: 'ann' } })
    expect(context.principal).toMatchObject({ subject: 'u-ann', amr: ['pwd'] })
    expect(await liveSessions(app)).toBe(1)
    expect(app.events).toEqual([{ type: 'password_accepted', subject: 'u-ann' }])
  })

  it('hands the options of a login on', async () => {
    const app = await createTestLogin()
    const context = app.context()
    const input = {
      login: 'ann',
      password: PASSWORD,
      deliver: 'cookie',
      amr: ['pwd', 'otp'],
      scopes: ['read'],
    } as const
    await app.login.login(context, input)
    expect(context.principal).toMatchObject({ amr: ['pwd', 'otp'], scopes: ['read'] })
  })

  it('gives tokens to an API client', async () => {
    const app = await createTestLogin()
    const result = await app.login.login(app.context(), { login: 'ann', password: PASSWORD, deliver: 'tokens' })
    expect(result).toMatchObject({ ok: true, user: { name: 'ann' }, tokens: { token_type: 'Bearer' } })
    const refused = await app.login.login(app.context(), { login: 'ann', password: 'wrong', deliver: 'tokens' })
    expect(refused).toEqual(INVALID)
  })

  it('makes no session for a request of another site', async () => {
    const app = await createTestLogin()
    const result = await app.login.login(app.foreignContext(), { login: 'ann', password: PASSWORD, deliver: 'cookie' })
    expect(result).toMatchObject({ ok: false, code: 'cross_origin', denial: { status: 403 } })
    expect(await liveSessions(app)).toBe(0)
  })

  it('checks only, for an application with a second factor', async () => {
    const app = await createTestLogin()
    expect(await app.login.check({ login: 'ann', password: PASSWORD })).toEqual({
      ok: true,
      subject: 'u-ann',
      user: { id: 'u-ann', name: 'ann' },
      epoch: 0,
    })
    expect(await liveSessions(app)).toBe(0)
  })
})

describe('the canonical form of a login name', () => {
  const canonicalLogin = (login: string): string | undefined =>
    login.includes('*') ? undefined : login.normalize('NFC').trim().toLowerCase()

  it('is what is looked up', async () => {
    const app = await createTestLogin({ canonicalLogin })
    expect(await logIn(app, PASSWORD, '  ANN ')).toMatchObject({ ok: true })
  })

  it.each([
    ['a name that the application refuses', '*'],
    ['a name of which nothing is left', '  '],
  ])('judges %s like an unknown one', async (_, login) => {
    const app = await createTestLogin({ canonicalLogin })
    expect(await logIn(app, PASSWORD, login)).toEqual(INVALID)
    expect(app.calls).toEqual(['epochOf', 'verify'])
  })

  it('is what attempts are counted under', async () => {
    const limiter = createLoginLimiter({ accountAddress: { attempts: 2, window: '1m' } })
    const app = await createTestLogin({ canonicalLogin, limiter })
    const codes: unknown[] = []
    for (const login of ['ann', 'ANN', ' Ann ']) {
      codes.push(await app.login.check({ login, password: 'wrong', address: '192.0.2.1' }))
    }
    expect(codes).toMatchObject([
      { code: 'invalid_credentials' },
      { code: 'invalid_credentials' },
      { code: 'throttled' },
    ])
  })
})

describe('a hasher or lookup that answers nonsense', () => {
  it.each([[true], ['valid'], [{ status: 'VALID' }], [{ status: true }], [{}], [{ valid: true }]])(
    'lets nobody in with the verdict %o',
    async (verdict) => {
      const hasher = { hash: FAST_HASHER.hash, verify: async () => verdict } as unknown as PasswordHasher
      const app = await createTestLogin({ hasher })
      expect(await logIn(app)).toEqual(INVALID)
    },
  )

  const inherited = Object.create({ passwordHash: 'x' }) as object

  it.each<[string, unknown]>([
    ['no subject', {}],
    ['an array', [{ subject: 'u-ann' }]],
    ['text', 'u-ann'],
    ['a subject that is a number', { subject: 1, user: {}, passwordHash: null }],
    ['a hash that is an object', { subject: 'u-ann', user: {}, passwordHash: {} }],
    ['no user', { subject: 'u-ann', passwordHash: null }],
    ['members of its prototype', Object.create({ subject: 'u-ann', user: {}, passwordHash: null })],
    ['a hash of its prototype and no subject', inherited],
  ])('fails with 503 for a found user with %s', async (_, found) => {
    const app = await createTestLogin()
    const users = { ...app.users, findByLogin: async () => found as PasswordUser<TestUser> }
    const login = createPasswordLogin<TestUser>({ auth: app.auth, users, hasher: FAST_HASHER })
    await expect(login.check({ login: 'ann', password: PASSWORD })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it.each([['findByLogin'], ['epochOf'], ['verify']])('fails with 503 when %s throws', async (failing) => {
    const app = await createTestLogin()
    app.hooks.before = (call) => {
      if (call === failing) throw new Error('connection lost')
    }
    const outcome = logIn(app)
    if (failing === 'verify') await expect(outcome).rejects.toThrow('connection lost')
    else await expect(outcome).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
  })

  it.each([[true], ['false'], [0], [1], [{}], [null]])(
    'takes a user whose "disabled" is %o for disabled',
    async (disabled) => {
      const app = await createTestLogin()
      const row = app.rows.get('u-ann')
      if (row) row.disabled = disabled as boolean
      expect(await logIn(app)).toEqual(INVALID)
    },
  )

  it('lets a listener throw or reject without harm', async () => {
    for (const onEvent of [
      () => {
        throw new Error('logger')
      },
      () => Promise.reject(new Error('logger')) as never,
    ]) {
      expect(await logIn(await createTestLogin({ onEvent }))).toMatchObject({
        ok: true,
      })
    }
  })
})

describe('rehashing at login', () => {
  const { vectors } = JSON.parse(readFileSync(new URL('../vectors/legacy-hashes.json', import.meta.url), 'utf8')) as {
    vectors: { format: string; password: string; hash: string }[]
  }
  const vector = vectors.find(({ hash }) => hash.startsWith('scrypt:1024'))
  const legacy = vector?.hash ?? ''
  const password = vector?.password ?? ''

  async function createLegacy(overrides: Parameters<typeof createTestLogin>[0] = {}): Promise<TestLogin> {
    const app = await createTestLogin(overrides)
    app.rows.set('u-old', { id: 'u-old', login: 'old', hash: legacy })
    return app
  }

  it('replaces the hash of another system once, and lets the user in before and after', async () => {
    const app = await createLegacy()
    expect(await logIn(app, password, 'old')).toMatchObject({ ok: true })
    const replaced = app.rows.get('u-old')?.hash
    expect(replaced).toMatch(/^\$argon2id\$/)
    expect(app.events).toEqual([
      { type: 'password_accepted', subject: 'u-old' },
      { type: 'password_rehashed', subject: 'u-old' },
    ])
    expect(await logIn(app, password, 'old')).toMatchObject({ ok: true })
    expect(app.rows.get('u-old')?.hash).toBe(replaced)
  })

  it('does not happen for a wrong password', async () => {
    const app = await createLegacy()
    await logIn(app, 'wrong', 'old')
    expect(app.rows.get('u-old')?.hash).toBe(legacy)
    expect(app.calls).not.toContain('hash')
  })

  it('does not overwrite a password that is changed at the same time, and the old one does not get in', async () => {
    const app = await createLegacy()
    const changed = await FAST_HASHER.hash(NEXT)
    app.hooks.before = async (call) => {
      if (call !== 'updatePasswordHash') return
      const row = app.rows.get('u-old')
      if (row) row.hash = changed
      await app.auth.revokeAllSessions('u-old')
    }
    expect(await logIn(app, password, 'old')).toEqual(INVALID)
    expect(app.rows.get('u-old')?.hash).toBe(changed)
    expect(app.events).toContainEqual({ type: 'password_rehash_failed', reason: 'changed', subject: 'u-old' })
    expect(await liveSessions(app, 'u-old')).toBe(0)
  })

  it.each([['hash'], ['updatePasswordHash']])('does not fail the login when %s fails', async (failing) => {
    const app = await createLegacy()
    app.hooks.before = (call) => {
      if (call === failing) throw new Error('connection lost')
    }
    expect(await logIn(app, password, 'old')).toMatchObject({ ok: true })
    expect(app.rows.get('u-old')?.hash).toBe(legacy)
    expect(app.events).toContainEqual({ type: 'password_rehash_failed', reason: 'unavailable', subject: 'u-old' })
  })
})

describe('a password change that races a login', () => {
  const CALLS = ['findByLogin', 'epochOf', 'findByLogin', 'verify', 'create'] as const
  const POINTS = CALLS.flatMap((_, index) => [
    [`before call ${index} of the login (${CALLS[index]})`, 'before', index],
    [`after call ${index} of the login (${CALLS[index]})`, 'after', index],
  ]) as [string, 'before' | 'after', number][]

  /** Runs a whole password change at one point of a login. */
  async function race(moment: 'before' | 'after', index: number, password: string): Promise<TestLogin> {
    const app = await createTestLogin()
    let seen = -1
    let changed = false
    const change = async (): Promise<void> => {
      changed = true
      expect(await app.login.changePassword({ subject: 'u-ann', current: PASSWORD, next: NEXT })).toMatchObject({
        ok: true,
      })
    }
    app.hooks.before = async (call) => {
      if (changed) return
      seen += 1
      expect(call).toBe(CALLS[seen])
      if (moment === 'before' && seen === index) await change()
    }
    app.hooks.after = async () => {
      if (!changed && moment === 'after' && seen === index) await change()
    }
    await logIn(app, password)
    expect(changed).toBe(true)
    app.hooks.before = undefined as never
    app.hooks.after = undefined as never
    return app
  }

  it.each(POINTS)('leaves no session to the old password: %s', async (_, moment, index) => {
    const app = await race(moment, index, PASSWORD)
    expect(await liveSessions(app)).toBe(0)
    expect(await logIn(app, PASSWORD)).toEqual(INVALID)
    expect(await logIn(app, NEXT)).toMatchObject({ ok: true })
  })

  // With the new password, a login can only succeed once the new hash was read; from then on it must not be lost.
  it.each(POINTS.slice(0, 4))('does not lose a login with the new password: %s', async (_, moment, index) => {
    const app = await race(moment, index, NEXT)
    expect(await liveSessions(app)).toBe(1)
  })

  it('does not lose a login with the new password that reads the new hash under the old epoch', async () => {
    const app = await createTestLogin()
    const next = await FAST_HASHER.hash(NEXT)
    const row = app.rows.get('u-ann')
    // The change has committed the hash, and raises the epoch while the login computes.
    if (row) row.hash = next
    app.hooks.before = async (call) => {
      if (call !== 'verify') return
      app.hooks.before = undefined as never
      await app.auth.revokeAllSessions('u-ann')
    }
    expect(await logIn(app, NEXT)).toMatchObject({ ok: true })
    expect(await liveSessions(app)).toBe(1)
  })

  it('gives up when the epoch is raised again and again', async () => {
    const app = await createTestLogin()
    app.hooks.before = async (call) => {
      if (call === 'verify') await app.auth.revokeAllSessions('u-ann')
    }
    expect(await logIn(app)).toMatchObject({ ok: false, code: 'login_cut_off', denial: { status: 401 } })
    expect(app.calls.filter((call) => call === 'verify')).toHaveLength(2)
  })

  it('takes a login name that changes hands in between for unknown', async () => {
    const app = await createTestLogin()
    app.hooks.after = (call) => {
      if (call === 'epochOf') {
        app.rows.set('u-ann', { id: 'u-ann', login: 'anne', hash: null })
        app.rows.set('u-new', { id: 'u-new', login: 'ann', hash: app.rows.get('u-bob')?.hash ?? null })
      }
    }
    expect(await logIn(app)).toEqual(INVALID)
  })
})

describe('events', () => {
  it('hold neither the password, nor a hash, nor what was typed as a login name', async () => {
    const limiter = createLoginLimiter({ accountAddress: { attempts: 1, window: '1m' } })
    const app = await createTestLogin({ limiter })
    for (let attempt = 0; attempt < 3; attempt += 1) await logIn(app, 'wrong-password-typed', 'typed-password-as-login')
    await logIn(app, 'wrong-password-typed')
    await logIn(app)
    expect(app.events.length).toBeGreaterThan(3)
    const text = JSON.stringify(app.events)
    for (const secret of ['typed', PASSWORD, '$argon2id$']) expect(text).not.toContain(secret)
  })
})

describe('createPasswordLogin()', () => {
  type Options = PasswordLoginOptions<TestUser, JsonObject, AccessTokenClaims>

  it.each<[string, Partial<Record<keyof Options | 'limit', unknown>>]>([
    ['auth.authorize', { auth: undefined }],
    ['users.findByLogin', { users: {} }],
    ['users.updatePasswordHash', { users: { findByLogin() {}, findBySubject() {} } }],
    ['hasher.hash', { hasher: {} }],
    ['limiter.reserve', { limiter: {} }],
    ['canonicalLogin', { canonicalLogin: 'lower' }],
    ['onEvent', { onEvent: 1 }],
    ['passwordLogin.limit', { limit: 1 }],
  ])('refuses the option %s', async (option, overrides) => {
    const { auth, users } = await createTestLogin()
    const options = { auth, users, hasher: FAST_HASHER, ...overrides } as Options
    expect(() => createPasswordLogin(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
