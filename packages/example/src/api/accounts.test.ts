import { createHmac } from 'node:crypto'
import { createEffects, systemRuntime } from '@latchkey/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADAPTERS } from '../app.ts'
import { createAppAuth, type AppAuth } from '../auth.ts'
import { openDatabase } from '../database.ts'
import { ORIGIN, PASSWORD, SECRET, startTestServer, type TestServer } from '../server.fixture.ts'
import { createUsers } from '../users.ts'
import { createAccounts } from './accounts.ts'

describe.each(ADAPTERS)('accounts on %s', (adapter) => {
  let server: TestServer
  beforeEach(async () => {
    server = await startTestServer(adapter)
  })
  afterEach(() => server.close())

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
        json: { email: 'ada', password: 'short' },
      })
      expect(status).toBe(422)
      expect(json).toEqual({ error: 'invalid_request', fields: ['email', 'password'] })
    })
  })

  describe('POST /auth/login', () => {
    it('sets a session cookie that opens /me', async () => {
      await server.send('POST', '/auth/register', { json: account })
      const login = await server.send('POST', '/auth/login', { json: { ...account, email: 'ADA@example.com' } })
      expect(login.status).toBe(200)
      expect(login.headers.get('set-cookie')).toMatch(
        /^session=lks_[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
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
        { ...account, password: '' },
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
      expect(server.entries.filter((entry) => 'type' in entry && entry.type === 'login_failed')).toHaveLength(
        attempts.length,
      )
      expect(JSON.stringify(server.entries)).not.toMatch(/horse|wrong|example\.com/)
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

  describe('POST /auth/token', () => {
    it('issues an access token that opens /me, and sets no cookie', async () => {
      const { id } = await server.signUp()
      const answer = await server.send('POST', '/auth/token', { json: account })
      expect(answer).toMatchObject({ status: 200, cookie: undefined })
      expect(answer.json).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        refresh_token: expect.stringMatching(/^lkr_/),
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

  describe('POST /auth/refresh and /auth/revoke', () => {
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

    it.each([{}, { refresh_token: 1 }, { refresh_token: null }, []])('refuse the body %j', async (json) => {
      expect((await server.send('POST', '/auth/refresh', { json })).status).toBe(422)
      expect((await server.send('POST', '/auth/revoke', { json })).status).toBe(422)
    })

    it.each(['', 'x', 'lkr_', '\0', `lks_${'0'.repeat(32)}`])('refuse the token %j', async (presented) => {
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

    it('refuses an expired token', async () => {
      await server.signUp()
      const expiring = await token()
      server.clock.time += 604_000
      expect((await server.send('GET', '/me', { token: expiring })).status).toBe(200)
      server.clock.time += 2_000
      const { status, json, headers } = await server.send('GET', '/me', { token: expiring })
      expect([status, json]).toEqual([401, { error: 'invalid_token' }])
      expect(headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
    })

    it('refuses tampered tokens', async () => {
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

    it('refuses a token and a cookie at once', async () => {
      const { cookie } = await server.signUp()
      const answer = await server.send('GET', '/me', { cookie, token: await token() })
      expect(answer).toMatchObject({ status: 400, json: { error: 'ambiguous_credentials' } })
    })
  })
})

describe('createAccounts()', () => {
  const REQUEST = { method: 'POST', url: '/auth/login', headers: { get: () => null } }
  const body = { email: 'ada@example.com', password: PASSWORD }

  async function prepare(verify: (auth: AppAuth, subject: string) => Promise<boolean>) {
    const db = await openDatabase(':memory:')
    const users = createUsers(db)
    const shared = { origin: ORIGIN, secret: SECRET, runtime: systemRuntime, onEvent: () => {} }
    const auth = createAppAuth({ db, users, ...shared })
    const user = await users.add('ada@example.com', 'hash')
    const checked: unknown[] = []
    const passwords = {
      hash: () => Promise.resolve('hash'),
      verify(password: string, hash: string | undefined) {
        checked.push([password, hash])
        return verify(auth, user?.id ?? '')
      },
    }
    const accounts = createAccounts({ auth, users, passwords, log: () => {} })
    const login = (json: unknown) => accounts.login(auth.open(REQUEST, createEffects()), json, undefined)
    return { auth, user, checked, accounts, login, close: () => db.destroy() }
  }

  it('refuses a login when all sessions are ended while its password is checked', async () => {
    const { auth, user, login, close } = await prepare(async (own, subject) => {
      await own.revokeAllSessions(subject)
      return true
    })
    expect(await login(body)).toMatchObject({ status: 401, body: { error: 'login_superseded' } })
    expect(await auth.listSessions(user?.id ?? '')).toEqual([])
    await close()
  })

  it('checks exactly one password, whether or not there is a user', async () => {
    const { auth, checked, accounts, login, close } = await prepare(() => Promise.resolve(false))
    await login(body)
    await login({ ...body, email: 'nobody@example.com' })
    await login({ ...body, email: 'no address' })
    await accounts.token(auth.open(REQUEST, createEffects()), { ...body, email: 'nobody@example.com' }, undefined)
    const unknown = [PASSWORD, undefined]
    expect(checked).toEqual([[PASSWORD, 'hash'], unknown, unknown, unknown])
    await close()
  })
})
