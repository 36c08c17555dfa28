/**
 * Logging out.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { DELETED_COOKIE, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

/** Defines the tests of a logout. */
export function describeLogout(application: CurrentApplication): void {
  describe('a logout', () => {
    it('ends the session on the server, and deletes the cookie with the attributes it was set with', async () => {
      const { send, logIn, drainStore } = application()
      const Cookie = await logIn()
      const answer = await send('POST /logout', { ...SAME_ORIGIN, Cookie })
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ revoked: true })
      expect(answer.setCookies).toEqual([DELETED_COOKIE])
      expect(answer.header('cache-control')).toBe('no-store')
      expect((await send('GET /me', { Cookie })).status).toBe(401)
      await expect(drainStore()).resolves.toBe(0)
    })

    it('may be repeated', async () => {
      const { send, logIn } = application()
      const Cookie = await logIn()
      await send('POST /logout', { ...SAME_ORIGIN, Cookie })
      const again = await send('POST /logout', { ...SAME_ORIGIN, Cookie })
      expect(again.status).toBe(200)
      expect(again.json()).toEqual({ revoked: false })
      expect(again.setCookies).toEqual([DELETED_COOKIE])
    })

    it('leaves other sessions of the subject alone', async () => {
      const { send, logIn } = application()
      const [one, other] = [await logIn(), await logIn()]
      await send('POST /logout', { ...SAME_ORIGIN, Cookie: one })
      expect((await send('GET /me', { Cookie: other })).status).toBe(200)
    })
  })
}
