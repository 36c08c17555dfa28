/**
 * Logging in with a cookie.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { cookiePair, ISSUED_COOKIE, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

/** Defines the tests of a login. */
export function describeLogin(application: CurrentApplication): void {
  describe('a login', () => {
    it('sets one cookie, and is stored by no cache', async () => {
      const { send } = application()
      const answer = await send('POST /login?subject=user-1', SAME_ORIGIN)
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ ok: true })
      expect(answer.setCookies).toHaveLength(1)
      expect(answer.setCookies[0]).toMatch(ISSUED_COOKIE)
      expect(answer.header('cache-control')).toBe('no-store')
      expect((await send('GET /me', { Cookie: cookiePair(answer) })).json()).toMatchObject({ subject: 'user-1' })
    })

    it('ends the session that the request presented, and takes a new id', async () => {
      const { send, logIn } = application()
      const before = await logIn('user-1')
      const answer = await send('POST /login?subject=user-2', { ...SAME_ORIGIN, Cookie: before })
      const after = cookiePair(answer)
      expect(after.slice(0, 51)).not.toBe(before.slice(0, 51))
      expect((await send('GET /me', { Cookie: before })).status).toBe(401)
      expect((await send('GET /me', { Cookie: after })).json()).toMatchObject({ subject: 'user-2' })
    })

    it('never adopts an id that somebody planted before it', async () => {
      const { send } = application()
      const planted = cookiePair(await send('POST /write?value=planted', SAME_ORIGIN))
      const answer = await send('POST /login?subject=user-1', { ...SAME_ORIGIN, Cookie: planted })
      expect(cookiePair(answer)).not.toBe(planted)
      expect((await send('GET /me', { Cookie: planted })).status).toBe(401)
      expect((await send('GET /read', { Cookie: cookiePair(answer) })).json()).toEqual({ value: null })
    })

    it.each([
      { Upgrade: 'websocket' },
      { Upgrade: 'websocket', Connection: 'keep-alive, Upgrade' },
      { Upgrade: 'h2c' },
    ])('is not put off by a header that only a handshake needs: %j', async (headers) => {
      const { send } = application()
      const answer = await send('POST /login?subject=user-1', { ...SAME_ORIGIN, ...headers })
      expect(answer.status).toBe(200)
      expect((await send('GET /me', { Cookie: cookiePair(answer) })).status).toBe(200)
      expect((await send('POST /write?value=1', { ...SAME_ORIGIN, ...headers })).status).toBe(200)
      expect((await send('POST /logout', { ...SAME_ORIGIN, ...headers })).status).toBe(200)
    })

    it('replaces a dead cookie by one live one', async () => {
      const { send, logIn, runtime } = application()
      const dead = await logIn()
      runtime.advance('7d')
      const answer = await send('POST /login?subject=user-1', { ...SAME_ORIGIN, Cookie: dead })
      expect(answer.setCookies).toHaveLength(1)
      expect((await send('GET /me', { Cookie: cookiePair(answer) })).status).toBe(200)
    })
  })
}
