/**
 * Requests that another site's page makes a browser send.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { HeaderLines } from './client.ts'
import { APP_ORIGIN, type CurrentApplication } from './harness.ts'

const FOREIGN: readonly (readonly [string, HeaderLines])[] = [
  ['from another site', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
  ['from another site, by its Origin alone', { Origin: 'https://evil.test' }],
  ['from another site, by Sec-Fetch-Site alone', { 'Sec-Fetch-Site': 'cross-site' }],
  ['from another site, by its Referer alone', { Referer: 'https://evil.test/page' }],
  ['from a sibling of the same site', { Origin: 'https://blog.app.test', 'Sec-Fetch-Site': 'same-site' }],
  ['from a sibling, by Sec-Fetch-Site alone', { 'Sec-Fetch-Site': 'same-site' }],
  ['with Origin null', { Origin: 'null' }],
  ['with Origin null and a claim to be same-origin', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }],
  ['with none of the three headers', {}],
  ['from our name over http', { Origin: 'http://app.test' }],
  ['from our name on another port', { Origin: `${APP_ORIGIN}:8443` }],
  ['from a name that begins like ours', { Origin: `${APP_ORIGIN}.evil.test` }],
  ['with two Origin lines, one of them ours', { Origin: [APP_ORIGIN, 'https://evil.test'] }],
  ['with two Origin lines, both ours', { Origin: [APP_ORIGIN, APP_ORIGIN] }],
  ['with two Sec-Fetch-Site lines', { 'Sec-Fetch-Site': ['same-origin', 'cross-site'] }],
  ['with a Host header that names the other site', { Host: 'evil.test', Origin: 'https://evil.test' }],
  ['with a method override to GET', { Origin: 'https://evil.test', 'X-HTTP-Method-Override': 'GET' }],
  ['with a content type of JSON', { Origin: 'https://evil.test', 'Content-Type': 'application/json' }],
  ['from a forwarded host of that name', { Origin: 'https://evil.test', 'X-Forwarded-Host': 'evil.test' }],
]

/** Defines the tests of cross-site requests. */
export function describeCrossOrigin(application: CurrentApplication): void {
  describe('a state-changing request with a cookie', () => {
    it.each(FOREIGN)('is refused without any store call when it comes %s', async (_, headers) => {
      const { send, logIn, store } = application()
      const Cookie = await logIn()
      const answer = await send('POST /write?value=stolen', { ...headers, Cookie })
      expect(answer.status).toBe(403)
      expect(answer.json()).toMatchObject({ error: 'cross_origin' })
      expect(answer.header('cache-control')).toBe('no-store')
      expect(answer.setCookies).toEqual([])
      expect(store.calls).toEqual([])
      expect((await send('GET /read', { Cookie })).json()).toEqual({ value: null })
    })

    it.each<readonly [string, HeaderLines]>([
      ['Origin and Sec-Fetch-Site', { Origin: APP_ORIGIN, 'Sec-Fetch-Site': 'same-origin' }],
      ['Origin', { Origin: APP_ORIGIN }],
      ['Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin' }],
      ['Referer', { Referer: `${APP_ORIGIN}/page` }],
    ])('is admitted when %s says that it is our own', async (_, headers) => {
      const { send, logIn } = application()
      const answer = await send('POST /write?value=mine', { ...headers, Cookie: await logIn() })
      expect(answer.status).toBe(200)
    })

    it('needs none of these headers when it is a GET', async () => {
      const { send, logIn } = application()
      const answer = await send('GET /me', {
        Cookie: await logIn(),
        Origin: 'https://evil.test',
        'Sec-Fetch-Site': 'cross-site',
      })
      expect(answer.status).toBe(200)
    })

    it('needs none of these headers when a bearer token rides along in place of the cookie', async () => {
      const { send, bearer } = application()
      const answer = await send('POST /me', { Authorization: bearer(), Origin: 'https://evil.test' })
      expect(answer.status).toBe(200)
    })
  })

  describe('a state-changing request without a cookie, where authentication is optional', () => {
    const named = FOREIGN.filter(([title]) => title !== 'with none of the three headers')

    it.each(named)('begins no session in the place of the visitor\u2019s own when it comes %s', async (_, headers) => {
      const { send, store } = application()
      const answer = await send('POST /write?value=planted', headers)
      expect(answer.status).toBe(403)
      expect(answer.json()).toMatchObject({ error: 'cross_origin' })
      expect(answer.setCookies).toEqual([])
      expect(store.calls).toEqual([])
    })

    it('begins one for a client that is no browser', async () => {
      const answer = await application().send('POST /write?value=mine')
      expect(answer.status).toBe(200)
      expect(answer.setCookies).toHaveLength(1)
    })
  })

  describe.each(['/login?subject=mallory', '/logout'])('POST %s', (path) => {
    const named = FOREIGN.filter(([title]) => title !== 'with none of the three headers')

    it.each(named)('is refused, cookie or not, when it comes %s', async (_, headers) => {
      const { send, logIn, store } = application()
      const Cookie = await logIn()
      for (const cookie of [{}, { Cookie }]) {
        const answer = await send(`POST ${path}`, { ...headers, ...cookie })
        expect(answer.status).toBe(403)
        expect(answer.json()).toMatchObject({ error: 'cross_origin' })
        expect(answer.setCookies).toEqual([])
      }
      expect(store.calls).toEqual([])
      expect((await send('GET /me', { Cookie })).status).toBe(200)
    })

    it('is refused with a cookie and none of the three headers', async () => {
      const { send, logIn } = application()
      expect((await send(`POST ${path}`, { Cookie: await logIn() })).status).toBe(403)
      expect((await send(`POST ${path}`, { Cookie: 'theme=dark' })).status).toBe(403)
    })

    it('is admitted without a cookie and without the headers of a browser', async () => {
      expect((await application().send(`POST ${path}`)).status).toBe(200)
    })
  })
}
