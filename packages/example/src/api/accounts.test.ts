import { createHmac } from 'node:crypto'
import { createEffects, systemRuntime } from '@latchkey/core'
import type { PasswordHasher, PasswordVerdict } from '@latchkey/password'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAppApiKeys } from '../api-keys.ts'
import { createAppAuth, type AppAuth } from '../auth.ts'
import { openDatabase } from '../database.ts'
import { createAppLogin } from '../password-login.ts'
import { ORIGIN, PASSWORD, SECRET, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'
import { sqliteStores } from '../stores/sqlite.ts'
import { createUsers } from '../users.ts'
import { createAccounts } from './accounts.ts'

describeServers('accounts', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const account = { email: 'ada@example.com', password: PASSWORD }
  const token = async (): Promise<string> => {
    const { json } = await server.send('POST', '/auth/token', { json: account })
    return (json as { access_token: string }).access_token
  }

  describe('POST /auth/register', () => {
    it('adds a user', async () => {
      const { status, json, cookie } = await server.send('POST', '/auth/register', { json: account })
      expect(status).toBe(201)
      expect(json).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: account.email })
      expect(cookie).toBeUndefined()
    })

    it('refuses a taken address in any spelling, also when both come at once', async () => {
      const spellings = ['ada@example.com', ' ADA@example.com', 'Ada@Example.COM ', 'ada@example.com']
      const answers = await Promise.all(
        spellings.map((email) => server.send('POST', '/auth/register', { json: { ...account, email } })),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(3)
      expect(answers.find(({ status }) => status === 409)?.json).toEqual({ error: 'email_taken' })
    })

    it('names the fields that are wrong', async () => {
      const { status, json } = await server.send('POST', '/auth/register', {
        json: { email: 'ada', password: 1 },
      })
      expect(status).toBe(422)
      expect(json).toEqual({ error: 'invalid_request', fields: ['email', 'password'] })
    })

    it.each([
      ['1234567', 'too_short'],
      ['e\u0301123456', 'too_short'],
      ['', 'malformed'],
      ['a'.repeat(1_025), 'malformed'],
      ['12345678\udc00', 'malformed'],
      ['password', 'common'],
      ['abcdefghij', 'predictable'],
      ['ada@example.com', 'context'],
      ['password1234567', 'common'],
      ['latchkey-7319', 'context'],
    ])('says why a password is refused: %j', async (password, problem) => {
      const answer = await server.send('POST', '/auth/register', { json: { ...account, password } })
      expect(answer).toMatchObject({ status: 422, json: { error: `password_${problem}` } })
    })

    it.each([
      ['with blanks at both ends', ' tea pot '],
      ['with NUL', 'a\0bcdefg'],
      ['of emoji', '\u{1f600}\u{1f680}\u{1f308}\u{1f43b}\u{1f9ed}\u{1f3b9}\u{1f955}\u{1f512}'],
      [
        'of 1,024 bytes',
        Array.from({ length: 128 }, (_, index) => `${(index * 7_919) % 10_007}`.padStart(8, 'tea pot')).join(''),
      ],
    ])('takes a password %s as it is', async (_name, password) => {
      expect((await server.send('POST', '/auth/register', { json: { ...account, password } })).status).toBe(201)
      expect((await server.send('POST', '/auth/login', { json: { ...account, password } })).status).toBe(200)
      const other = { ...account, password: `x${[...password].slice(1).join('')}` }
      expect((await server.send('POST', '/auth/login', { json: other })).status).toBe(401)
    })
  })

  describe('POST /auth/login', () => {
    it('sets a session cookie that opens /me', async () => {
      await server.send('POST', '/auth/register', { json: account })
      const login = await server.send('POST', '/auth/login', { json: { ...account, email: 'ADA@example.com' } })
      expect(login.status).toBe(200)
      expect(login.headers.get('set-cookie')).toMatch(
        /^session=(?:lks_|Fe26\.2\*)[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
      )
      expect(login.headers.get('cache-control')).toBe('no-store')
      const me = await server.send('GET', '/me', { cookie: login.cookie })
      expect(me).toMatchObject({ status: 200, json: login.json })
      expect(login.json).toEqual({ id: expect.any(String), email: account.email })
    })

    it('answers a wrong password, an unknown user and what is no e-mail address alike', async () => {
      await server.send('POST', '/auth/register', { json: account })
      const attempts = [
        { ...account, password: 'wrong' },
        { ...account, email: 'nobody@example.com' },
        { ...account, email: 'ada' },
        { ...account, password: `${PASSWORD}\0` },
        { ...account, email: "' or 1=1 --" },
      ]
      for (const json of attempts) {
        const answer = await server.send('POST', '/auth/login', { json })
        expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_credentials' }, cookie: undefined })
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"')
      }
      expect(server.entries.filter((entry) => 'type' in entry && entry.type === 'password_refused')).toHaveLength(
        attempts.length,
      )
      expect(JSON.stringify(server.entries)).not.toMatch(/horse|wrong|example\.com/)
    })

    it.each([
      {},
      [],
      null,
      { ...account, password: '' },
      { ...account, password: null },
      { ...account, password: ['a'] },
      { ...account, password: 'a'.repeat(1_025) },
      { ...account, password: 'a\ud800' },
      { ...account, email: 1 },
      { ...account, email: '' },
      { ...account, email: 'a'.repeat(321) },
    ])('refuses what can be no login: %j', async (json) => {
      const answer = await server.send('POST', '/auth/login', { json })
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' }, cookie: undefined })
    })

    it('refuses further guesses for a time, whatever the password, and tells how long', async () => {
      await server.signUp()
      const paths = keepsSessions ? ['/auth/login', '/auth/token'] : ['/auth/login']
      for (let guess = 0; guess < 10; guess += 1) {
        const path = paths[guess % paths.length] ?? ''
        const email = guess % 3 === 0 ? ' ADA@example.com' : account.email
        const answer = await server.send('POST', path, { json: { email, password: `guess ${guess}` } })
        expect(answer.status).toBe(401)
      }
      for (const path of paths) {
        const answer = await server.send('POST', path, { json: account })
        expect(answer).toMatchObject({ status: 429, json: { error: 'too_many_attempts' }, cookie: undefined })
        const seconds = Number(answer.headers.get('retry-after'))
        expect(seconds).toBeGreaterThan(0)
        expect(seconds).toBeLessThanOrEqual(900)
      }
      const other = { ...account, email: 'bob@example.com' }
      expect((await server.send('POST', '/auth/login', { json: other })).status).toBe(401)
    })

    it('refuses a disabled user like a wrong password, and ends what the user was doing', async () => {
      const { cookie } = await server.signUp()
      await server.db.updateTable('users').set({ disabled_at: 1 }).execute()
      const answer = await server.send('POST', '/auth/login', { json: account })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_credentials' }, cookie: undefined })
      expect(await server.send('GET', '/me', { cookie })).toMatchObject({ status: 401 })
    })

    it('refuses a page of another site', async () => {
      await server.send('POST', '/auth/register', { json: account })
      const headers = { origin: 'https://evil.example' }
      const answer = await server.send('POST', '/auth/login', { json: account, headers })
      expect(answer).toMatchObject({ status: 403, json: { error: 'cross_origin' }, cookie: undefined })
    })

    it('ends the session of before and keeps nothing of it', async () => {
      const { cookie: first } = await server.signUp()
      await server.send('PUT', '/session/theme', { cookie: first, json: { value: 'dark' } })
      const { cookie: second } = await server.send('POST', '/auth/login', { cookie: first, json: account })
      expect(second).not.toBe(first)
      expect((await server.send('GET', '/me', { cookie: first })).status).toBe(401)
      expect((await server.send('GET', '/session', { cookie: second })).json).toEqual({})
    })

    it.each([
      [{}, true],
      [{ remember: true }, true],
      [{ remember: false }, false],
    ])('sets a cookie that outlives the browser, unless told otherwise: %j', async (remember, persistent) => {
      await server.send('POST', '/auth/register', { json: account })
      const { headers, cookie } = await server.send('POST', '/auth/login', { json: { ...account, ...remember } })
      expect(headers.get('set-cookie')?.includes('Max-Age')).toBe(persistent)
      expect((await server.send('GET', '/me', { cookie })).status).toBe(200)
    })

    it.each(['true', 1, null, {}])('refuses to guess what is meant by remember: %j', async (remember) => {
      const answer = await server.send('POST', '/auth/login', { json: { ...account, remember } })
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' }, cookie: undefined })
    })

    it('leaves the session alone when the password is wrong', async () => {
      const { cookie } = await server.signUp()
      await server.send('POST', '/auth/login', { cookie, json: { ...account, password: 'wrong' } })
      expect((await server.send('GET', '/me', { cookie })).status).toBe(200)
    })
  })

  describe('POST /auth/logout', () => {
    it('ends the session, and again does nothing', async () => {
      const { cookie } = await server.signUp()
      const logout = await server.send('POST', '/auth/logout', { cookie })
      expect(logout).toMatchObject({ status: 204, text: '', cookie: 'session=' })
      const me = await server.send('GET', '/me', { cookie })
      expect(me).toMatchObject({ status: 401, json: { error: 'session_invalid' }, cookie: 'session=' })
      expect((await server.send('POST', '/auth/logout', { cookie })).status).toBe(204)
      expect((await server.send('POST', '/auth/logout')).status).toBe(204)
    })

    it('refuses a page of another site', async () => {
      const { cookie } = await server.signUp()
      const headers = { origin: 'https://evil.example' }
      expect((await server.send('POST', '/auth/logout', { cookie, headers })).status).toBe(403)
      expect((await server.send('GET', '/me', { cookie })).status).toBe(200)
    })
  })

  describe.skipIf(!keepsSessions)('POST /auth/token', () => {
    it('issues an access token that opens /me, and sets no cookie', async () => {
      const { id } = await server.signUp()
      const answer = await server.send('POST', '/auth/token', { json: account })
      expect(answer).toMatchObject({ status: 200, cookie: undefined })
      expect(answer.json).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        refresh_token: expect.stringMatching(/^lkr_/),
        scope: 'account notes:read notes:write',
      })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const me = await server.send('GET', '/me', { token: await token() })
      expect(me).toMatchObject({ status: 200, json: { id, email: account.email } })
    })

    it('refuses a wrong password', async () => {
      await server.signUp()
      const answer = await server.send('POST', '/auth/token', { json: { ...account, password: 'wrong' } })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_credentials' } })
    })
  })

  describe.skipIf(!keepsSessions)('POST /auth/refresh and /auth/revoke', () => {
    const refreshToken = async (): Promise<string> => {
      const { json } = await server.send('POST', '/auth/token', { json: account })
      return (json as { refresh_token: string }).refresh_token
    }
    const refresh = (presented: unknown) => server.send('POST', '/auth/refresh', { json: { refresh_token: presented } })

    it('exchange and end the session of an API client', async () => {
      await server.signUp()
      const first = await refreshToken()
      const answer = await refresh(first)
      expect(answer).toMatchObject({ status: 200, cookie: undefined })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const { access_token: access, refresh_token: second } = answer.json as Record<string, string>
      expect(second).not.toBe(first)
      expect((await server.send('GET', '/me', { token: access ?? '' })).status).toBe(200)
      // A retry inside the window gets the same successor.
      expect((await refresh(first)).json).toMatchObject({ refresh_token: second })
      expect(await server.send('POST', '/auth/revoke', { json: { token: second } })).toMatchObject({
        status: 200,
        json: {},
      })
      expect(await refresh(second)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
      expect((await server.send('POST', '/auth/revoke', { json: { token: second } })).status).toBe(200)
    })

    it('end the session when an old token comes again', async () => {
      await server.signUp()
      const stolen = await refreshToken()
      let current = stolen
      for (let count = 0; count < 2; count += 1) {
        current = ((await refresh(current)).json as { refresh_token: string }).refresh_token
        server.clock.time += 60_000
      }
      expect(await refresh(stolen)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
      expect(await refresh(current)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
      expect(server.entries).toContainEqual(expect.objectContaining({ type: 'suspicious', reason: 'refresh_reused' }))
    })

    it('keep the session of an access token when the others are ended', async () => {
      const { cookie } = await server.signUp()
      const { json } = await server.send('POST', '/auth/token', { json: account })
      const { access_token: access, refresh_token: own } = json as Record<string, string>
      expect((await server.send('DELETE', '/auth/sessions', { token: access ?? '' })).status).toBe(204)
      expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
      expect((await refresh(own)).status).toBe(200)
    })

    it.each([{}, { refresh_token: 1 }, { refresh_token: null }, { refresh_token: '' }, []])(
      'refuse the body %j',
      async (json) => {
        const invalid = { status: 400, json: { error: 'invalid_request' } }
        expect(await server.send('POST', '/auth/refresh', { json })).toMatchObject(invalid)
        expect(await server.send('POST', '/auth/revoke', { json })).toMatchObject(invalid)
      },
    )

    it.each(['x', 'lkr_', '\0', `lks_${'0'.repeat(32)}`])('refuse the token %j', async (presented) => {
      expect(await refresh(presented)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
      expect((await server.send('POST', '/auth/revoke', { json: { token: presented } })).status).toBe(200)
    })
  })

  describe('GET /me', () => {
    it('challenges who sends nothing', async () => {
      const { status, json, headers } = await server.send('GET', '/me')
      expect([status, json]).toEqual([401, { error: 'authentication_required' }])
      expect(headers.get('www-authenticate')).toBe('Bearer realm="api"')
    })

    it.skipIf(!keepsSessions)('refuses an expired token', async () => {
      await server.signUp()
      const expiring = await token()
      server.clock.time += 604_000
      expect((await server.send('GET', '/me', { token: expiring })).status).toBe(200)
      server.clock.time += 2_000
      const { status, json, headers } = await server.send('GET', '/me', { token: expiring })
      expect([status, json]).toEqual([401, { error: 'invalid_token' }])
      expect(headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
    })

    it.skipIf(!keepsSessions)('refuses tampered tokens', async () => {
      await server.signUp()
      const [header = '', claims = '', signature = ''] = (await token()).split('.')
      const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
      const forge = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const forged = forge({ ...decoded, sub: 'root' })
      const tampered = [
        `${header}.${forged}.${signature}`,
        `${header}.${claims}.${'A'.repeat(43)}`,
        `${forge({ alg: 'none', typ: 'at+jwt', kid: '1' })}.${forged}.`,
        `${header}.${forged}.${createHmac('sha256', 'secret').update(`${header}.${forged}`).digest('base64url')}`,
        `${header}.${claims}`,
        'a.b.c',
      ]
      for (const each of tampered) {
        expect(await server.send('GET', '/me', { token: each })).toMatchObject({
          status: 401,
          json: { error: 'invalid_token' },
        })
      }
    })

    it('refuses a session past its idle timeout', async () => {
      const { cookie } = await server.signUp()
      server.clock.time += 7 * 86_400_000
      expect(await server.send('GET', '/me', { cookie })).toMatchObject({ status: 401, cookie: 'session=' })
    })

    it.skipIf(!keepsSessions)('refuses a token and a cookie at once', async () => {
      const { cookie } = await server.signUp()
      const answer = await server.send('GET', '/me', { cookie, token: await token() })
      expect(answer).toMatchObject({ status: 400, json: { error: 'ambiguous_credentials' } })
    })
  })
})

describe('createAccounts()', () => {
  const REQUEST = { method: 'POST', url: '/auth/login', headers: { get: () => null } }
  const CLIENT = { address: '192.0.2.1', userAgent: undefined }
  const body = { email: 'ada@example.com', password: PASSWORD }

  async function prepare(judge: (auth: AppAuth, subject: string) => Promise<PasswordVerdict>) {
    const db = await openDatabase(':memory:')
    const stores = sqliteStores(db)
    const users = createUsers(db)
    const shared = { origin: ORIGIN, secret: SECRET, runtime: systemRuntime, onEvent: () => {} }
    const auth = createAppAuth({ stores, users, apiKeys: createAppApiKeys(stores.tokens, systemRuntime), ...shared })
    const user = await users.add('ada@example.com', 'hash')
    const checked: unknown[] = []
    const hasher: PasswordHasher = {
      hash: () => Promise.resolve('hash'),
      verify(password, stored) {
        checked.push([password, stored])
        return judge(auth, user?.id ?? '')
      },
    }
    const { login } = createAppLogin({ auth, users, hasher, onEvent: () => {} })
    const accounts = createAccounts({ auth, users, login, hasher })
    const enter = (json: unknown) => accounts.login(auth.open(REQUEST, createEffects()), json, CLIENT)
    return { auth, user, checked, accounts, enter, close: () => db.destroy() }
  }

  it('refuses a login when all sessions are ended while its password is checked', async () => {
    const { auth, user, enter, close } = await prepare(async (own, subject) => {
      await own.revokeAllSessions(subject)
      return { status: 'valid' }
    })
    expect(await enter(body)).toMatchObject({ status: 401, body: { error: 'login_superseded' } })
    expect(await auth.listSessions(user?.id ?? '')).toEqual([])
    await close()
  })

  it('checks exactly one password, whether or not there is a user', async () => {
    const { auth, checked, accounts, enter, close } = await prepare(() =>
      Promise.resolve({ status: 'invalid', reason: 'mismatch' }),
    )
    await enter(body)
    await enter({ ...body, email: 'nobody@example.com' })
    await enter({ ...body, email: 'no address' })
    await accounts.token(auth.open(REQUEST, createEffects()), { ...body, email: 'nobody@example.com' }, CLIENT)
    const unknown = [PASSWORD, null]
    expect(checked).toEqual([[PASSWORD, 'hash'], unknown, unknown, unknown])
    await close()
  })
})
