/**
 * The ready-made routes.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { Answer } from './client.ts'
import { DELETED_COOKIE, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'Content-Type': 'application/json' }

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** Defines the tests of the ready-made routes: that requests reach them whole, and answers leave them whole. */
export function describeReadyMade(application: CurrentApplication): void {
  const post = (path: string, body: string | object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    typeof body === 'string'
      ? application().send(`POST ${path}`, { ...FORM, ...headers }, { body })
      : application().send(`POST ${path}`, { ...JSON_TYPE, ...headers }, { body: JSON.stringify(body) })
  const logIn = async (): Promise<Tokens> =>
    (await post('/auth/token', { user: 'user-1', password: 'right' })).json() as Tokens

  describe('the ready-made routes', () => {
    it('take JSON and forms, and answer as JSON that no cache keeps', async () => {
      for (const body of [{ user: 'user-1', password: 'right' }, 'user=user-1&password=right']) {
        const answer = await post('/auth/token', body)
        expect(answer.status).toBe(200)
        expect(answer.header('content-type')).toBe('application/json')
        expect(answer.header('cache-control')).toBe('no-store')
        expect(answer.setCookies).toEqual([])
        expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
      }
      const refused = await post('/auth/token', { user: 'user-1', password: 'wrong' })
      expect([refused.status, refused.json()]).toEqual([400, { error: 'invalid_grant' }])
    })

    it('exchange a refresh token, and end the session when one is used again', async () => {
      const { runtime } = application()
      const first = await logIn()
      let { refresh_token: token } = first
      for (let count = 0; count < 2; count += 1) {
        const answer = await post('/auth/refresh', `grant_type=refresh_token&refresh_token=${token}`)
        ;({ refresh_token: token } = answer.json() as Tokens)
        runtime.advance('10s')
      }
      for (const used of [first.refresh_token, token]) {
        const refused = await post('/auth/refresh', { refresh_token: used })
        expect([refused.status, refused.json()]).toEqual([400, { error: 'invalid_grant' }])
        expect(refused.header('cache-control')).toBe('no-store')
      }
    })

    it('revoke a refresh token, and are done with whatever is none', async () => {
      const { refresh_token: token } = await logIn()
      for (const revoked of [token, token, 'lkr_x']) {
        expect((await post('/auth/revoke', `token=${token}`)).status).toBe(200)
        expect((await post('/auth/revoke', { token: revoked })).json()).toEqual({})
      }
      expect((await post('/auth/refresh', { refresh_token: token })).status).toBe(400)
    })

    it.each([
      ['nothing', ''],
      ['a parameter twice', 'refresh_token=a&refresh_token=b'],
      ['another one', { token: 'a' }],
      ['a list', { refresh_token: ['a'] }],
      ['far too much', `refresh_token=a&x=${'x'.repeat(70_000)}`],
    ])('refuse a body with %s', async (_, body) => {
      const answer = await post('/auth/refresh', body)
      expect([answer.status, answer.json()]).toEqual([400, { error: 'invalid_request' }])
    })

    it('list the sessions of the caller, and end them, with the cookie of its own', async () => {
      const { send, logIn: logInWithCookie } = application()
      const cookie = await logInWithCookie('user-1')
      await logIn()
      const headers = { ...SAME_ORIGIN, Cookie: cookie }
      const list = (await send('GET /auth/sessions', headers)).json() as {
        sessions: { id: string; current: boolean }[]
      }
      expect(list.sessions.map(({ current }) => current)).toEqual(expect.arrayContaining([false, true]))
      expect((await send('DELETE /auth/sessions', headers)).status).toBe(204)
      const own = list.sessions.find(({ current }) => current)?.id ?? ''
      const ended = await send(`DELETE /auth/sessions/${own}`, headers)
      expect([ended.status, ended.text, ended.header('content-type')]).toEqual([204, '', undefined])
      expect(ended.setCookies).toEqual([DELETED_COOKIE])
      expect((await send('GET /auth/sessions', headers)).status).toBe(401)
    })

    it('log out, and not for another site', async () => {
      const { send, logIn: logInWithCookie } = application()
      const cookie = await logInWithCookie()
      const foreign = await send('POST /auth/logout', { Cookie: cookie, Origin: 'https://evil.test' })
      expect([foreign.status, foreign.setCookies]).toEqual([403, []])
      const answer = await send('POST /auth/logout', { ...SAME_ORIGIN, Cookie: cookie })
      expect([answer.status, answer.setCookies]).toEqual([204, [DELETED_COOKIE]])
    })

    it('publish the keys for caches to keep, without a body for HEAD', async () => {
      const { send } = application()
      const answer = await send('GET /.well-known/jwks.json')
      expect(answer.header('content-type')).toBe('application/jwk-set+json')
      expect(answer.header('cache-control')).toBe('public, max-age=300')
      expect(answer.json()).toEqual({ keys: [] })
      const head = await send('HEAD /.well-known/jwks.json')
      expect([head.status, head.text]).toEqual([200, ''])
    })

    it('answer another method with those that there are, and leave other paths alone', async () => {
      const { send } = application()
      const answer = await send('PUT /auth/sessions')
      expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD, DELETE'])
      expect((await send('GET /auth/other')).status).toBe(404)
    })

    it('are a 503 when the store is down', async () => {
      const { store } = application()
      const { refresh_token: token } = await logIn()
      store.fail('read')
      const answer = await post('/auth/refresh', { refresh_token: token })
      expect([answer.status, answer.json()]).toEqual([503, { error: 'unavailable' }])
      store.heal()
      expect((await post('/auth/refresh', { refresh_token: token })).status).toBe(200)
    })
  })
}
