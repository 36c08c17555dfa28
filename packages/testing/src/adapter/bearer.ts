/**
 * Bearer tokens, and requests without any credentials.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { GOOD_API_KEY, type CurrentApplication } from './harness.ts'

/** Defines the tests of bearer tokens. */
export function describeBearer(application: CurrentApplication): void {
  describe('a request without credentials', () => {
    it('is answered with 401, the bare challenge, JSON, and no-store', async () => {
      const answer = await application().send('GET /me')
      expect(answer.status).toBe(401)
      expect(answer.header('www-authenticate')).toBe('Bearer realm="api"')
      expect(answer.header('cache-control')).toBe('no-store')
      expect(answer.header('content-type')).toBe('application/json')
      expect(answer.json()).toEqual({ error: 'authentication_required' })
      expect(answer.setCookies).toEqual([])
    })

    it('is admitted as anonymous where authentication is optional', async () => {
      const answer = await application().send('GET /maybe')
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ subject: null, via: null, name: null })
    })

    it('costs no store call', async () => {
      const { send, store } = application()
      await send('GET /me')
      await send('GET /maybe')
      expect(store.calls).toEqual([])
    })
  })

  describe('a bearer token', () => {
    it.each(['/me', '/maybe', '/bearer', '/passive'])('is admitted when it is good: %s', async (path) => {
      const { send, bearer } = application()
      const answer = await send(`GET ${path}`, { Authorization: bearer() })
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ subject: 'user-1', via: 'bearer', name: 'Name of user-1' })
      expect(answer.setCookies).toEqual([])
      expect(answer.header('vary') ?? '').not.toMatch(/cookie/i)
    })

    it('is found under a header name and a scheme in any case', async () => {
      const { send, bearer } = application()
      const answer = await send('GET /me', { aUTHORIZATION: bearer().replace('Bearer', 'bEaReR') })
      expect(answer.status).toBe(200)
    })

    it.each(['/me', '/maybe'])(
      'is refused when it is expired, also where authentication is optional: %s',
      async (path) => {
        const { send, bearer, runtime } = application()
        const Authorization = bearer({ lifetime: 600 })
        runtime.advance('11m')
        const answer = await send(`GET ${path}`, { Authorization })
        expect(answer.status).toBe(401)
        expect(answer.header('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
        expect(answer.json()).toEqual({ error: 'invalid_token' })
      },
    )

    it.each(['/me', '/maybe', '/bearer'])('is refused when it is none of ours: %s', async (path) => {
      const answer = await application().send(`GET ${path}`, { Authorization: 'Bearer bad.bad.bad' })
      expect(answer.status).toBe(401)
      expect(answer.json()).toEqual({ error: 'invalid_token' })
      expect(answer.header('cache-control')).toBe('no-store')
    })

    it.each(['', 'Bearer', 'Bearer ', 'Bearer  two-blanks', 'Bearer a b'])(
      'is refused when it is malformed: "%s"',
      async (value) => {
        const answer = await application().send('GET /maybe', { Authorization: value })
        expect(answer.status).toBe(401)
        expect(answer.json()).toEqual({ error: 'invalid_token' })
      },
    )

    it('is not looked for under another scheme', async () => {
      const answer = await application().send('GET /me', { Authorization: 'Basic dXNlcjpwYXNz' })
      expect(answer.status).toBe(401)
      expect(answer.json()).toEqual({ error: 'authentication_required' })
    })

    it('is refused when a second line follows the first', async () => {
      const { send, bearer } = application()
      const answer = await send('GET /me', { Authorization: [bearer(), bearer({ subject: 'user-2' })] })
      expect(answer.status).toBe(400)
      expect(answer.json()).toEqual({ error: 'invalid_request' })
    })

    it('is refused when a bad line hides behind a good one, in another case', async () => {
      const { send, bearer } = application()
      const answer = await send('GET /me', { Authorization: bearer(), authorization: 'Bearer bad.bad.bad' })
      expect(answer.status).toBe(400)
    })

    it('is refused when it hides behind another scheme', async () => {
      const { send, bearer } = application()
      const answer = await send('GET /me', { Authorization: ['Basic dXNlcjpwYXNz', bearer()] })
      expect([400, 401]).toContain(answer.status)
    })

    it('is not looked for in the query, in a cookie or in the body', async () => {
      const { send, bearer } = application()
      const token = bearer().slice('Bearer '.length)
      expect((await send(`GET /me?access_token=${token}`)).status).toBe(401)
      expect((await send('GET /me', { Cookie: `access_token=${token}; Authorization=${token}` })).status).toBe(401)
    })

    it('is refused together with the session cookie', async () => {
      const { send, bearer, logIn } = application()
      const answer = await send('GET /me', { Authorization: bearer(), Cookie: await logIn() })
      expect(answer.status).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'ambiguous_credentials' })
    })

    it('is taken alone, with the cookie unread, where the route looks at bearer tokens', async () => {
      const { send, bearer, logIn, store } = application()
      const Cookie = await logIn('user-2')
      const answer = await send('GET /bearer', { Authorization: bearer(), Cookie })
      expect(answer.json()).toMatchObject({ subject: 'user-1' })
      expect((await send('GET /bearer', { Cookie })).status).toBe(401)
      expect(store.calls).toEqual([])
    })
  })

  describe('an API key', () => {
    it.each(['/me', '/maybe', '/bearer', '/passive'])('is admitted like a token when it is good: %s', async (path) => {
      const { send, store } = application()
      const answer = await send(`GET ${path}`, { Authorization: `Bearer ${GOOD_API_KEY}` })
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ subject: 'user-1', via: 'bearer', name: 'Name of user-1' })
      expect([answer.setCookies, store.calls]).toEqual([[], []])
    })

    it.each(['/me', '/maybe'])(
      'is refused when it is unknown, also where authentication is optional: %s',
      async (path) => {
        const answer = await application().send(`GET ${path}`, { Authorization: `Bearer ${GOOD_API_KEY}x` })
        expect([answer.status, answer.json()]).toEqual([401, { error: 'invalid_token' }])
        expect(answer.header('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
      },
    )

    it('is held to its scopes, and is no login', async () => {
      const { send } = application()
      const Authorization = `Bearer ${GOOD_API_KEY}`
      expect((await send('GET /scope', { Authorization })).status).toBe(403)
      expect((await send('GET /step-up', { Authorization })).status).toBe(401)
    })
  })
}
