/**
 * A store out of reach, a lost race, a broken handler.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { STORE_FAILURE } from '../faulty-session-store.ts'
import type { Answer } from './client.ts'
import { cookiePair, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

function expectUnavailable(answer: Answer): void {
  expect(answer.status).toBe(503)
  expect(answer.text).toBe('{"error":"unavailable"}')
  expect(answer.header('content-type')).toBe('application/json')
  expect(answer.header('cache-control')).toBe('no-store')
  expect(answer.header('www-authenticate')).toBeUndefined()
  expect(answer.setCookies).toEqual([])
  expect(answer.text).not.toContain(STORE_FAILURE)
}

/** Defines the tests of faults. */
export function describeFaults(application: CurrentApplication): void {
  describe('a store out of reach', () => {
    it.each(['/me', '/maybe', '/read', '/passive'])(
      'is answered with 503 and never with 401 on GET %s',
      async (path) => {
        const { send, logIn, store } = application()
        const Cookie = await logIn()
        store.fail('read')
        expectUnavailable(await send(`GET ${path}`, { Cookie }))
        store.heal()
        expect((await send(`GET ${path}`, { Cookie })).status).toBe(200)
      },
    )

    it.each(['before', 'after'] as const)(
      'is answered with 503 when a renewal fails %s it took effect',
      async (when) => {
        const { send, logIn, store, runtime } = application()
        const Cookie = await logIn()
        runtime.advance('10m')
        store.fail('touch', when)
        expectUnavailable(await send('GET /me', { Cookie }))
      },
    )

    it('is answered with 503 when a write fails, and the value stays what it was', async () => {
      const { send, logIn, store } = application()
      const Cookie = await logIn()
      await send('POST /write?value=old', { ...SAME_ORIGIN, Cookie })
      store.fail('update')
      expectUnavailable(await send('POST /write?value=new', { ...SAME_ORIGIN, Cookie }))
      store.heal()
      expect((await send('GET /read', { Cookie })).json()).toEqual({ value: 'old' })
    })

    it.each(['epochOf', 'create'] as const)(
      'is answered with 503 when a login fails in %s, without a cookie',
      async (call) => {
        const { send, logIn, store } = application()
        const Cookie = await logIn()
        store.fail(call)
        expectUnavailable(await send('POST /login?subject=user-2', { ...SAME_ORIGIN, Cookie }))
        store.heal()
        expect((await send('GET /me', { Cookie })).json()).toMatchObject({ subject: 'user-1' })
      },
    )

    it.each(['read', 'destroy'] as const)(
      'is answered with 503 when a logout fails in %s, and the cookie is kept',
      async (call) => {
        const { send, logIn, store } = application()
        const Cookie = await logIn()
        store.fail(call)
        expectUnavailable(await send('POST /logout', { ...SAME_ORIGIN, Cookie }))
        store.heal()
        expect((await send('GET /me', { Cookie })).status).toBe(200)
      },
    )

    it('is not noticed by requests that need no session', async () => {
      const { send, bearer, store } = application()
      store.failAll()
      expect((await send('GET /maybe')).status).toBe(200)
      expect((await send('GET /me')).status).toBe(401)
      expect((await send('GET /me', { Authorization: bearer() })).status).toBe(200)
      expect((await send('GET /me', { Cookie: '__Host-session=malformed' })).status).toBe(401)
      expect((await send('GET /me', { Cookie: 'theme=dark' })).status).toBe(401)
    })
  })

  describe('a write that lost a race', () => {
    it('is answered with 409, and the other one stands', async () => {
      const { send, logIn, onPause } = application()
      const headers = { ...SAME_ORIGIN, Cookie: await logIn() }
      onPause(async () => void (await send('POST /write?value=theirs', headers)))
      const answer = await send('POST /conflict', headers)
      expect(answer.status).toBe(409)
      expect(answer.text).toBe('{"error":"session_conflict"}')
      expect(answer.header('content-type')).toBe('application/json')
      expect(answer.header('cache-control')).toBe('no-store')
      expect((await send('GET /read', headers)).json()).toEqual({ value: 'theirs' })
    })

    it('is answered with 409 when the session ended meanwhile, and does not bring it back', async () => {
      const { send, logIn, onPause } = application()
      const headers = { ...SAME_ORIGIN, Cookie: await logIn() }
      onPause(async () => void (await send('POST /logout', headers)))
      expect((await send('POST /conflict', headers)).status).toBe(409)
      expect((await send('GET /me', headers)).status).toBe(401)
    })

    it('keeps the cookie that its request had earned before', async () => {
      const { send, logIn, onPause, runtime } = application()
      const headers = { ...SAME_ORIGIN, Cookie: await logIn() }
      runtime.advance('10m')
      onPause(async () => void (await send('POST /write?value=theirs', headers)))
      const answer = await send('POST /conflict', headers)
      expect(answer.status).toBe(409)
      expect(cookiePair(answer)).toBe(headers.Cookie)
    })
  })

  describe('a handler that throws', () => {
    it('is answered with 500, without message or stack', async () => {
      const { send, bearer } = application()
      const answer = await send('GET /throw', { Authorization: bearer() })
      expect(answer.status).toBe(500)
      expect(answer.json()).toEqual({ error: 'internal_error' })
    })

    it('leaves the server running', async () => {
      const { send, bearer } = application()
      await send('GET /throw', { Authorization: bearer() })
      expect((await send('GET /me', { Authorization: bearer() })).status).toBe(200)
    })
  })
}
