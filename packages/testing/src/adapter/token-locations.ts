/**
 * Access tokens elsewhere than in the header.
 *
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SAME_ORIGIN, startTestApplication, type StartAdapter, type TestApplication } from './harness.ts'

const LOCATIONS = [
  { in: 'header' },
  { in: 'cookie', doubleSubmit: { field: 'csrf_token' } },
  { in: 'insecureQuery' },
  { in: 'insecureBody' },
] as const

/** Defines the tests of tokens in cookies, queries and bodies: what the adapter hands over of a request is enough for them. */
export function describeTokenLocations(start: StartAdapter): void {
  describe('a token elsewhere than in the header', () => {
    let application: TestApplication
    let token: string
    beforeEach(async () => {
      application = await startTestApplication(start, LOCATIONS)
      token = await application.auth.issueAccessToken('user-1')
    })
    afterEach(async () => application.close())

    const csrfOf = async (): Promise<string> => {
      const result = await application.auth.verifyAccessToken(token)
      return String(result.ok && result.claims['csrf'])
    }

    it('is found in the query string', async () => {
      const answer = await application.send(`GET /me?jwt=${token}`)
      expect(answer.json()).toMatchObject({ subject: 'user-1', via: 'bearer' })
    })

    it('is found in a JSON body', async () => {
      const body = JSON.stringify({ access_token: token })
      const answer = await application.send('POST /me', { 'Content-Type': 'application/json' }, { body })
      expect(answer.json()).toMatchObject({ subject: 'user-1', via: 'bearer' })
    })

    it.each(['[]', '["access_token"]', '{}', '{"access_token":""}'])(
      'is not found in the JSON body %s',
      async (body) => {
        const answer = await application.send('POST /me', { 'Content-Type': 'application/json' }, { body })
        expect(answer.status).toBe(401)
      },
    )

    it('is found in its cookie, and the answer says that it depends on it', async () => {
      const answer = await application.send('GET /me', { Cookie: `__Host-access_token=${token}` })
      expect(answer.json()).toMatchObject({ subject: 'user-1', via: 'bearer' })
      expect(answer.header('vary')).toMatch(/cookie/i)
      expect(answer.setCookies).toEqual([])
    })

    it('changes nothing from a cookie without the double submit, and from another origin', async () => {
      const cookie = { Cookie: `__Host-access_token=${token}` }
      const missing = await application.send('POST /me', { ...SAME_ORIGIN, ...cookie })
      expect([missing.status, missing.json()]).toMatchObject([403, { error: 'csrf_token_invalid' }])
      const sent = { ...cookie, 'X-CSRF-TOKEN': await csrfOf() }
      const admitted = await application.send('POST /me', { ...SAME_ORIGIN, ...sent })
      expect(admitted.json()).toMatchObject({ subject: 'user-1' })
      const elsewhere = await application.send('POST /me', { Origin: 'https://evil.example', ...sent })
      expect(elsewhere.json()).toMatchObject({ error: 'cross_origin' })
    })

    it('takes the value of the double submit from a member of the body', async () => {
      const headers = { ...SAME_ORIGIN, Cookie: `__Host-access_token=${token}`, 'Content-Type': 'application/json' }
      const body = JSON.stringify({ csrf_token: await csrfOf() })
      expect((await application.send('POST /me', headers, { body })).json()).toMatchObject({ subject: 'user-1' })
      const wrong = JSON.stringify({ csrf_token: 'x' })
      expect((await application.send('POST /me', headers, { body: wrong })).status).toBe(403)
    })

    it('is refused beside another one', async () => {
      const answer = await application.send(`GET /me?jwt=${token}`, { Authorization: `Bearer ${token}` })
      expect([answer.status, answer.json()]).toMatchObject([400, { error: 'ambiguous_credentials' }])
    })
  })
}
