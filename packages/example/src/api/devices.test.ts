import { beforeEach, expect, it } from 'vitest'
import { PASSWORD, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

interface Device {
  readonly id: string
  readonly current: boolean
  readonly label: string | null
}

describeServers('devices', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const account = { email: 'ada@example.com', password: PASSWORD }
  const login = async (agent: string) =>
    (await server.send('POST', '/auth/login', { json: account, headers: { 'user-agent': agent } })).cookie
  const list = async (cookie: string | undefined) =>
    (await server.send('GET', '/auth/sessions', { cookie })).json as Device[]

  it.skipIf(!keepsSessions)('lists the sessions of the caller, and tells which one is asking', async () => {
    const { cookie } = await server.signUp()
    await server.signUp('grace@example.com')
    server.clock.time += 1_000
    await login(`Phone\t${'x'.repeat(200)}`)
    const sessions = await list(cookie)
    expect(sessions).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        created_at: '2027-01-15T08:00:01.000Z',
        last_seen_at: '2027-01-15T08:00:01.000Z',
        current: false,
        label: `Phone${'x'.repeat(95)}`,
        user_agent: expect.stringMatching(/^Phone/),
        address: '127.0.0.1',
      },
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        created_at: '2027-01-15T08:00:00.000Z',
        last_seen_at: '2027-01-15T08:00:00.000Z',
        current: true,
        label: expect.any(String),
        user_agent: expect.any(String),
        address: '127.0.0.1',
      },
    ])
  })

  it.skipIf(!keepsSessions)('ends one session, and not those of others', async () => {
    const { cookie } = await server.signUp()
    const { cookie: stranger } = await server.signUp('grace@example.com')
    const phone = await login('Phone')
    const id = (await list(cookie)).find(({ current }) => !current)?.id ?? ''
    expect((await server.send('DELETE', `/auth/sessions/${id}`, { cookie: stranger })).status).toBe(404)
    expect((await server.send('GET', '/me', { cookie: phone })).status).toBe(200)
    expect((await server.send('DELETE', `/auth/sessions/${id}`, { cookie })).status).toBe(204)
    expect((await server.send('GET', '/me', { cookie: phone })).status).toBe(401)
    expect(await server.send('DELETE', `/auth/sessions/${id}`, { cookie })).toMatchObject({
      status: 404,
      json: { error: 'not_found' },
    })
    for (const wrong of ['x', '__proto__', '%00', 'a'.repeat(5_000)]) {
      expect((await server.send('DELETE', `/auth/sessions/${wrong}`, { cookie })).status).toBe(404)
    }
  })

  it.skipIf(!keepsSessions)('ends all others, by cookie and by token', async () => {
    const { cookie } = await server.signUp()
    const phone = await login('Phone')
    expect((await server.send('DELETE', '/auth/sessions', { cookie })).status).toBe(204)
    expect((await server.send('GET', '/me', { cookie: phone })).status).toBe(401)
    expect((await server.send('GET', '/me', { cookie })).status).toBe(200)

    const { json } = await server.send('POST', '/auth/token', { json: account })
    const { access_token: token } = json as { access_token: string }
    const listed = (await server.send('GET', '/auth/sessions', { token })).json as { current: boolean }[]
    expect(listed.filter(({ current }) => current)).toHaveLength(1)
    expect(listed).toHaveLength(2)
    expect((await server.send('DELETE', '/auth/sessions', { token })).status).toBe(204)
    expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
    expect((await server.send('GET', '/auth/sessions', { token })).json).toMatchObject([{ current: true }])
  })

  it.skipIf(keepsSessions)('are not known where each session is in its cookie alone', async () => {
    const { cookie } = await server.signUp()
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['DELETE', '/0123'],
    ] as const) {
      expect(await server.send(method, `/auth/sessions${path}`, { cookie })).toMatchObject({
        status: 501,
        json: { error: 'not_implemented' },
      })
    }
    for (const path of ['token', 'refresh', 'revoke']) {
      expect((await server.send('POST', `/auth/${path}`, { json: account })).status).toBe(501)
    }
    expect((await server.send('GET', '/me', { cookie })).status).toBe(200)
  })

  it('is for those who are logged in', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['DELETE', '/0123'],
    ] as const) {
      expect((await server.send(method, `/auth/sessions${path}`)).status).toBe(401)
    }
  })
})
