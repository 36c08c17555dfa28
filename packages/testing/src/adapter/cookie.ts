/**
 * The session cookie in requests: live, dead, malformed, repeated.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { DELETED_COOKIE, ISSUED_COOKIE, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

const UNKNOWN = `__Host-session=lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`

/** Defines the tests of the session cookie. */
export function describeCookie(application: CurrentApplication): void {
  describe('a session cookie', () => {
    it.each(['/me', '/maybe', '/passive'])('is admitted when it is live: %s', async (path) => {
      const { send, logIn } = application()
      const answer = await send(`GET ${path}`, { Cookie: await logIn() })
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ subject: 'user-1', via: 'session', name: 'Name of user-1' })
      expect(answer.header('vary')).toMatch(/\bCookie\b/)
    })

    it('costs one read, and sets no cookie', async () => {
      const { send, logIn, store } = application()
      const Cookie = await logIn()
      const answer = await send('GET /me', { Cookie })
      expect(store.calls).toEqual(['read'])
      expect(answer.setCookies).toEqual([])
    })

    it('is found among others, in one line and in several', async () => {
      const { send, logIn } = application()
      const pair = await logIn()
      expect((await send('GET /me', { Cookie: `theme=dark; ${pair}; broken; %zz=%` })).status).toBe(200)
      expect((await send('GET /me', { Cookie: ['theme=dark', pair, 'lang=en'] })).status).toBe(200)
      expect((await send('GET /me', { COOKIE: 'theme=dark', cookie: pair })).status).toBe(200)
    })

    it.each([
      ['in one line', (one: string, two: string) => `${one}; ${two}`],
      ['in two lines', (one: string, two: string) => [one, two]],
    ])('is refused and deleted when there are two different ones, %s', async (_, join) => {
      const { send, logIn, events, store } = application()
      const [one, two] = [await logIn('user-1'), await logIn('user-2')]
      const answer = await send('GET /me', { Cookie: join(one, two) })
      expect(answer.status).toBe(401)
      expect(answer.json()).toEqual({ error: 'session_invalid' })
      expect(answer.setCookies).toEqual([DELETED_COOKIE])
      expect(store.calls).toEqual([])
      expect(events).toContainEqual({ type: 'suspicious', reason: 'cookie_ambiguous' })
    })

    it('counts once when it is sent twice', async () => {
      const { send, logIn } = application()
      const pair = await logIn()
      expect((await send('GET /me', { Cookie: [pair, pair] })).status).toBe(200)
    })

    it('is refused and deleted when it is unknown, after one read and no write', async () => {
      const { send, store } = application()
      const answer = await send('GET /me', { Cookie: UNKNOWN })
      expect(answer.status).toBe(401)
      expect(answer.json()).toEqual({ error: 'session_invalid' })
      expect(answer.setCookies).toEqual([DELETED_COOKIE])
      expect(answer.header('cache-control')).toBe('no-store')
      expect(store.calls).toEqual(['read'])
    })

    it('counts as none, and is deleted, when it is dead and authentication is optional', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      runtime.advance('7d')
      const answer = await send('GET /maybe', { Cookie })
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({ subject: null })
      expect(answer.setCookies).toEqual([DELETED_COOKIE])
      expect(answer.header('cache-control')).toBe('no-store')
    })

    it('is refused at its idle timeout', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      runtime.advance('7d')
      const answer = await send('GET /me', { Cookie })
      expect(answer.status).toBe(401)
      expect(answer.setCookies).toEqual([DELETED_COOKIE])
    })

    it.each(['', 'x', 'lks_', `${UNKNOWN.slice(15)}x`, '%00', '"quoted"'])(
      'costs no store call when it is malformed: "%s"',
      async (value) => {
        const { send, store } = application()
        const answer = await send('GET /me', { Cookie: `__Host-session=${value}` })
        expect(answer.status).toBe(401)
        expect(answer.setCookies).toEqual([DELETED_COOKIE])
        expect(store.calls).toEqual([])
      },
    )

    it('is not taken under a name that only resembles its own', async () => {
      const { send, logIn, store } = application()
      const [, value] = (await logIn()).split('=')
      for (const name of ['session', '__host-session', 'x__Host-session', '__Host-session2', '__Secure-session']) {
        expect((await send('GET /me', { Cookie: `${name}=${value}` })).status).toBe(401)
      }
      expect(store.calls).toEqual([])
    })

    it('carries values from one request to the next', async () => {
      const { send, logIn } = application()
      const Cookie = await logIn()
      const written = await send('POST /write?value=kept', { ...SAME_ORIGIN, Cookie })
      expect(written.status).toBe(200)
      expect(written.setCookies).toEqual([])
      expect((await send('GET /read', { Cookie })).json()).toEqual({ value: 'kept' })
      expect((await send('GET /read')).json()).toEqual({ value: null })
    })

    it('is made by the first write of a visitor who has none', async () => {
      const { send } = application()
      const written = await send('POST /write?value=cart', SAME_ORIGIN)
      expect(written.json()).toMatchObject({ subject: null })
      expect(written.setCookies).toHaveLength(1)
      expect(written.setCookies[0]).toMatch(ISSUED_COOKIE)
      expect(written.header('cache-control')).toBe('no-store')
      const Cookie = written.setCookies[0]?.split(';')[0] ?? ''
      expect((await send('GET /read', { Cookie })).json()).toEqual({ value: 'cart' })
      expect((await send('GET /me', { Cookie })).json()).toEqual({ error: 'authentication_required' })
    })
  })
}
