/**
 * What routes require, and whom each request belongs to.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import { APP_ORIGIN, SAME_ORIGIN, type CurrentApplication } from './harness.ts'

/** Defines the tests of requirements and of contexts. */
export function describeRequirements(application: CurrentApplication): void {
  describe('a route', () => {
    it('with a scope answers 403 and names the scope', async () => {
      const { send, bearer, logIn } = application()
      for (const headers of [{ Authorization: bearer({ claims: { scope: 'read' } }) }, { Cookie: await logIn() }]) {
        const answer = await send('GET /scope', headers)
        expect(answer.status).toBe(403)
        expect(answer.header('www-authenticate')).toBe('Bearer realm="api", error="insufficient_scope", scope="admin"')
        expect(answer.json()).toEqual({ error: 'insufficient_scope' })
      }
      const admin = await send('GET /scope', { Authorization: bearer({ claims: { scope: 'read admin' } }) })
      expect(admin.status).toBe(200)
    })

    it('with a greatest age answers 401 and asks for a fresh login', async () => {
      const { send, logIn, runtime } = application()
      const Cookie = await logIn()
      expect((await send('GET /step-up', { Cookie })).status).toBe(200)
      runtime.advance('6m')
      const answer = await send('GET /step-up', { Cookie })
      expect(answer.status).toBe(401)
      expect(answer.header('www-authenticate')).toBe(
        'Bearer realm="api", error="insufficient_user_authentication", max_age="300"',
      )
      expect(answer.json()).toEqual({ error: 'insufficient_user_authentication' })
    })

    it.each(['/me', '/scope', '/step-up', '/bearer'])('is guarded for HEAD as for GET: %s', async (path) => {
      const { send, bearer } = application()
      const refused = await send(`HEAD ${path}`)
      expect(refused.status).toBe(401)
      expect(refused.header('www-authenticate')).toBe('Bearer realm="api"')
      expect(refused.text).toBe('')
      const admitted = await send(`HEAD ${path}`, { Authorization: bearer({ claims: { scope: 'admin' } }) })
      expect(admitted.status).toBe(200)
      expect(admitted.text).toBe('')
    })

    it('without a guard gets no word about the caller, and fails', async () => {
      const { send, bearer } = application()
      for (const headers of [{}, { Authorization: bearer() }]) {
        const answer = await send('GET /unguarded', headers)
        expect(answer.status).toBe(500)
        expect(answer.json()).toEqual({ error: 'internal_error' })
      }
    })
  })

  describe('a context', () => {
    it('belongs to one request, however many are under way', async () => {
      const { send, bearer } = application()
      const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`)
      const answers = await Promise.all(
        subjects.map((subject) => send('GET /me', { Authorization: bearer({ subject, claims: { jti: subject } }) })),
      )
      expect(answers.map((answer) => answer.json())).toEqual(
        subjects.map((subject) => ({ subject, via: 'bearer', name: `Name of ${subject}` })),
      )
    })

    it('belongs to one request when cookies are set by many at once', async () => {
      const { send } = application()
      const subjects = Array.from({ length: 20 }, (_, index) => `user-${index}`)
      const answers = await Promise.all(subjects.map((subject) => send(`POST /login?subject=${subject}`, SAME_ORIGIN)))
      const cookies = answers.map(({ setCookies }) => setCookies[0]?.split(';')[0] ?? '')
      expect(new Set(cookies).size).toBe(subjects.length)
      const callers = await Promise.all(cookies.map((Cookie) => send('GET /me', { Cookie })))
      expect(callers.map((answer) => (answer.json() as { subject: string }).subject)).toEqual(subjects)
    })

    it('is the same one when nobody says so but a header, a query or a body', async () => {
      const { send } = application()
      const claims = JSON.stringify({ principal: { subject: 'admin' }, subject: 'admin', user: { id: 'admin' } })
      const answer = await send(
        'POST /write?value=1&subject=admin&principal=admin',
        {
          Origin: APP_ORIGIN,
          'Content-Type': 'application/json',
          'X-User': 'admin',
          'X-Forwarded-User': 'admin',
          'Remote-User': 'admin',
          Principal: 'admin',
        },
        { body: claims },
      )
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ subject: null, via: null, name: null })
    })
  })
}
