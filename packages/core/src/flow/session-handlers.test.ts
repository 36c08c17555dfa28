import { TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth } from '../auth.fixture.ts'
import { createKeyring } from '../token/keyring.ts'
import { createHandlersApp, SAME_ORIGIN } from './handlers.fixture.ts'

const UNKNOWN = 'ab'.repeat(16)

describe('the logout route', () => {
  it('ends the session in the cookie and deletes it, and is done where there is none', async () => {
    const app = createHandlersApp()
    const cookie = await app.logIn('user-1')
    const answer = await app.ask('POST /auth/logout', { headers: { ...SAME_ORIGIN, cookie } })
    expect(answer).toMatchObject({ status: 204, headers: { 'cache-control': 'no-store' } })
    expect(answer.body).toBeUndefined()
    expect(answer.cookies).toEqual([expect.stringContaining('__Host-session=; Max-Age=0')])
    expect(await app.auth.listSessions('user-1')).toEqual([])
    expect(await app.ask('POST /auth/logout', { headers: SAME_ORIGIN })).toMatchObject({ status: 204 })
  })

  it('is refused across origins', async () => {
    const app = createHandlersApp()
    const cookie = await app.logIn('user-1')
    const answer = await app.ask('POST /auth/logout', { headers: { cookie, origin: 'https://evil.test' } })
    expect(answer).toMatchObject({ status: 403, body: { error: 'cross_origin' } })
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
  })
})

describe('the routes of the device list', () => {
  async function begin() {
    const app = createHandlersApp()
    const cookie = await app.logIn('user-1', { label: 'Firefox' })
    app.runtime.advance(1)
    const other = await app.logIn('user-1', { label: 'Phone' })
    await app.logIn('user-2')
    const headers = { ...SAME_ORIGIN, cookie }
    const [second, first] = await app.auth.listSessions('user-1')
    return { ...app, headers, other, ids: [first?.id ?? '', second?.id ?? ''] as const }
  }

  it('list the caller\u2019s sessions, newest first, without anything that opens them', async () => {
    const { ask, headers, ids } = await begin()
    const { status, body } = await ask('GET /auth/sessions', { headers })
    expect(status).toBe(200)
    expect(body.sessions).toMatchObject([
      { id: ids[1], label: 'Phone', current: false },
      { id: ids[0], label: 'Firefox', current: true },
    ])
    expect(JSON.stringify(body)).not.toMatch(/salt|generation|lks_|user-2/)
  })

  it('end one, and no one else\u2019s', async () => {
    const { ask, auth, headers, ids } = await begin()
    const [stranger] = await auth.listSessions('user-2')
    for (const id of [UNKNOWN, stranger?.id, 'x', '%00']) {
      expect(await ask(`DELETE /auth/sessions/${id}`, { headers })).toMatchObject({
        status: 404,
        body: { error: 'not_found' },
      })
    }
    expect(await ask(`DELETE /auth/sessions/${ids[1]}?x=/y`, { headers })).toMatchObject({ status: 204, cookies: [] })
    expect(await auth.listSessions('user-1')).toMatchObject([{ id: ids[0] }])
    expect(await auth.listSessions('user-2')).toHaveLength(1)
  })

  it('delete the cookie of a session that ends itself', async () => {
    const { ask, headers, ids } = await begin()
    const answer = await ask(`DELETE /auth/sessions/${ids[0]}`, { headers })
    expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
  })

  it('end all others', async () => {
    const { ask, auth, headers, ids } = await begin()
    expect(await ask('DELETE /auth/sessions', { headers })).toMatchObject({ status: 204 })
    expect(await auth.listSessions('user-1')).toMatchObject([{ id: ids[0] }])
    expect(await auth.listSessions('user-2')).toHaveLength(1)
  })

  it('are for callers who are authenticated, and whose page is ours', async () => {
    const { ask, auth, headers, ids } = await begin()
    for (const line of ['GET /auth/sessions', 'DELETE /auth/sessions', `DELETE /auth/sessions/${ids[1]}`]) {
      expect((await ask(line)).status).toBe(401)
      if (line.startsWith('DELETE')) {
        expect((await ask(line, { headers: { ...headers, origin: 'https://evil.test' } })).status).toBe(403)
      }
    }
    expect(await auth.listSessions('user-1')).toHaveLength(2)
  })

  it('are closed to an access token whose session was ended, and to one whose user is gone', async () => {
    const app = createHandlersApp()
    const logIn = async (user: string) =>
      (await app.ask('POST /auth/token', { body: { user, password: 'right' } })).body as {
        readonly access_token: string
      }
    const stolen = (await logIn('user-1')).access_token
    const [session] = await app.auth.listSessions('user-1')
    await logIn('user-1')
    await app.auth.revokeSession('user-1', session?.id ?? '')
    const gone = (await logIn('gone')).access_token
    for (const token of [stolen, gone]) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await app.ask('GET /auth/sessions', { headers })).status).toBe(401)
      expect((await app.ask('DELETE /auth/sessions', { headers })).status).toBe(401)
    }
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
  })

  it('are closed to API keys', async () => {
    const authenticatedAt = 1_800_000_000_000
    const principal = { subject: 'user-1', keyId: 'key-1', scopes: ['admin'], authenticatedAt }
    const app = createHandlersApp(
      {},
      { apiKeys: { prefix: 'key', verify: async () => ({ ok: true, principal }) as never } },
    )
    const headers = { authorization: 'Bearer key_1' }
    for (const line of ['GET /auth/sessions', 'DELETE /auth/sessions', `DELETE /auth/sessions/${UNKNOWN}`]) {
      expect(await app.ask(line, { headers })).toMatchObject({ status: 403, body: { error: 'access_denied' } })
    }
  })

  it('are closed to the subjects of other issuers, whose names are those of our users by chance', async () => {
    const keys = await createKeyring([TEST_KEYS.EdDSA])
    const issuer = 'https://other.test'
    const other = createTestAuth({ tokens: { issuer, audience: 'api', keys } })
    const app = createHandlersApp(
      {},
      { tokens: { issuer: 'https://api.test', audience: 'api', trustedIssuers: [{ issuer, keys }] } },
    )
    await app.logIn('user-1')
    const [session] = await app.auth.listSessions('user-1')
    const token = await other.auth.issueAccessToken('user-1', { sessionId: session?.id ?? '' })
    const headers = { authorization: `Bearer ${token}` }
    for (const line of ['GET /auth/sessions', 'DELETE /auth/sessions', `DELETE /auth/sessions/${session?.id}`]) {
      expect(await app.ask(line, { headers })).toMatchObject({ status: 403, body: { error: 'access_denied' } })
    }
    const { context, denial } = await app.visit({ method: 'POST', headers })
    expect(denial).toBeUndefined()
    expect(await app.auth.elevate(context, { amr: ['otp'] })).toMatchObject({ ok: false, code: 'session_unknown' })
    expect(await app.auth.listSessions('user-1')).toHaveLength(1)
  })

  it('ask what the application says', async () => {
    const app = createHandlersApp({ sessions: { scope: 'devices' } })
    const cookie = await app.logIn('user-1')
    expect((await app.ask('GET /auth/sessions', { headers: { cookie } })).status).toBe(403)
  })
})
