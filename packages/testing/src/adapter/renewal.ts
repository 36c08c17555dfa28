/**
 * The renewal of a session, and its cookie on every kind of response.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { cookiePair, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

const RENEWING = [
  ['success', 'GET /me', 200],
  ['HEAD', 'HEAD /me', 200],
  ['a redirect', 'GET /redirect', 302],
  ['a thrown error', 'GET /throw', 500],
  ['raw headers in an object', 'GET /raw?form=object', 200],
  ['raw headers in an array', 'GET /raw?form=array', 200],
  ['a response with other cookies', 'GET /own-cookies', 200],
  ['a denial for a missing scope', 'GET /scope', 403],
  ['a step-up challenge', 'GET /step-up', 401],
] as const

/** Defines the tests of renewal. */
export function describeRenewal(application: CurrentApplication): void {
  describe('a session that is used', () => {
    it.each(RENEWING)('is renewed, with its cookie and no-store, on %s', async (_, line, status) => {
      const { send, logIn, runtime, store } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await send(line, { Cookie })
      expect(answer.status).toBe(status)
      expect(store.calls).toEqual(['read', 'touch', 'read'])
      const ours = answer.setCookies.filter((cookie) => cookie.startsWith('__Host-session='))
      expect(ours).toEqual([`${Cookie}; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax`])
      expect(answer.header('cache-control')).toBe('no-store')
      expect(answer.header('vary')).toMatch(/\bCookie\b/)
    })

    it('is renewed once in each "touchEvery", and sets no cookie in between', async () => {
      const { send, logIn, runtime, store } = application()
      const Cookie = await logIn()
      runtime.advance(299)
      expect((await send('GET /me', { Cookie })).setCookies).toEqual([])
      runtime.advance(1)
      expect((await send('GET /me', { Cookie })).setCookies).toHaveLength(1)
      expect((await send('GET /me', { Cookie })).setCookies).toEqual([])
      expect(store.calls.filter((name) => name === 'touch')).toHaveLength(1)
    })

    it('lives on for as long as it is used, up to its absolute timeout', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      for (let day = 0; day < 24; day += 6) {
        runtime.advance('6d')
        expect((await send('GET /me', { Cookie })).status).toBe(200)
      }
      runtime.advance('6d')
      expect((await send('GET /me', { Cookie })).status).toBe(401)
    })

    it('is not renewed by passive routes', async () => {
      const { send, logIn, runtime, store } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await send('GET /passive', { Cookie })
      expect(answer.status).toBe(200)
      expect(answer.setCookies).toEqual([])
      expect(store.calls).toEqual(['read'])
    })

    it('is renewed at most once by one request that writes', async () => {
      const { send, logIn, runtime, store } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await send('POST /write?value=1', { ...SAME_ORIGIN, Cookie })
      expect(answer.setCookies).toHaveLength(1)
      expect(store.calls).toEqual(['read', 'touch', 'read', 'update'])
    })
  })

  describe('a response with cookies of its own', () => {
    it('keeps them, but for the one under our name', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await send('GET /own-cookies', { Cookie })
      expect(answer.setCookies.map((line) => line.split(';')[0])).toEqual(['theme=dark', Cookie])
      expect(cookiePair(answer)).toBe(Cookie)
      expect(answer.text).toBe('own')
    })

    it('keeps them all where we set none', async () => {
      const { send, logIn } = application()
      const answer = await send('GET /own-cookies', { Cookie: await logIn() })
      const names = answer.setCookies.map((line) => line.split('=')[0])
      expect(names).toEqual(['theme', '__Host-session'])
    })
  })

  describe('a response with cache headers of its own', () => {
    it('keeps "private", and gets Cookie added to Vary', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await send('GET /private', { Cookie })
      expect(answer.setCookies).toHaveLength(1)
      expect(answer.header('cache-control')).toBe('private, max-age=60')
      expect(answer.header('vary')).toBe('Accept, Cookie')
    })
  })
}
