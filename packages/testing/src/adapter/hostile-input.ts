/**
 * Requests that no honest client sends.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { SAME_ORIGIN, type CurrentApplication } from './harness.ts'

/** Defines the tests of hostile input. */
export function describeHostileInput(application: CurrentApplication): void {
  describe('hostile input', () => {
    it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype'])(
      'changes nothing by a cookie named %s',
      async (name) => {
        const { send, logIn } = application()
        const pair = await logIn()
        const Cookie = `${name}=polluted; ${name}[subject]=admin; ${pair}; ${name}=again`
        expect((await send('GET /me', { Cookie })).json()).toMatchObject({ subject: 'user-1' })
        expect((await send('GET /me', { Cookie: `${name}=polluted` })).status).toBe(401)
        expect(Object.prototype).not.toHaveProperty('subject')
      },
    )

    it.each(['__proto__', 'constructor', 'x-authorization', 'cookie2'])(
      'changes nothing by a header named %s',
      async (name) => {
        const { send, bearer } = application()
        expect((await send('GET /me', { [name]: bearer() })).status).toBe(401)
      },
    )

    it('changes no method by a header or a query', async () => {
      const { send, logIn } = application()
      const Cookie = await logIn()
      for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
        expect((await send('GET /me', { Cookie, [header]: 'POST' })).status).toBe(200)
        expect((await send('POST /write?_method=GET&value=1', { Cookie, [header]: 'GET' })).status).toBe(403)
      }
    })

    it('is answered, and quickly, when a cookie header is long', async () => {
      const { send } = application()
      const Cookie = '__Host-session='.repeat(900)
      expect((await send('GET /me', { Cookie })).status).toBe(401)
    })

    it('takes no session from bytes that are no ASCII', async () => {
      const { send, logIn } = application()
      const pair = await logIn()
      expect((await send('GET /me', { Cookie: `\u00a0${pair}` })).status).toBe(401)
      expect((await send('GET /me', { Cookie: `${pair}\u00ff` })).status).toBe(401)
    })

    it('changes no session by a value that looks like a prototype', async () => {
      const { send, logIn } = application()
      const headers = { ...SAME_ORIGIN, Cookie: await logIn() }
      await send('POST /write?value=__proto__', headers)
      expect((await send('GET /read', headers)).json()).toEqual({ value: '__proto__' })
    })
  })
}
