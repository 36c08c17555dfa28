import { beforeEach, expect, it } from 'vitest'
import { PASSWORD, type Received, type Sending, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

describeServers('PUT /me/password', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const NEXT = 'blue teapots sing'
  const account = { email: 'ada@example.com', password: PASSWORD }
  const change = (json: unknown, sending: Sending): Promise<Received> =>
    server.send('PUT', '/me/password', { json, ...sending })
  const login = (password: string): Promise<Received> =>
    server.send('POST', '/auth/login', { json: { ...account, password } })
  const tokens = async (): Promise<Record<string, string>> =>
    (await server.send('POST', '/auth/token', { json: account })).json as Record<string, string>
  const isOpen = async (sending: Sending): Promise<boolean> => (await server.send('GET', '/me', sending)).status === 200

  it('replaces the password', async () => {
    const { cookie } = await server.signUp()
    const answer = await change({ current: PASSWORD, new: NEXT }, { cookie })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect((await login(PASSWORD)).status).toBe(401)
    expect((await login(NEXT)).status).toBe(200)
  })

  it('keeps the session under a new cookie, and ends every other', async () => {
    const { cookie } = await server.signUp()
    const { cookie: other } = await login(PASSWORD)
    const { refresh_token: refreshToken } = await tokens()
    const { cookie: kept = cookie } = await server.send('PUT', '/session/theme', { cookie, json: { value: 'dark' } })
    const { cookie: renewed } = await change({ current: PASSWORD, new: NEXT }, { cookie: kept })
    expect(renewed).not.toBe(cookie)
    expect((await server.send('GET', '/session', { cookie: renewed })).json).toEqual({ theme: 'dark' })
    expect(await isOpen({ cookie: renewed })).toBe(true)
    expect(await isOpen({ cookie })).toBe(false)
    expect(await isOpen({ cookie: other })).toBe(false)
    const refreshed = await server.send('POST', '/auth/refresh', { json: { refresh_token: refreshToken } })
    expect(refreshed.status).toBe(keepsSessions ? 400 : 501)
    const sessions = await server.send('GET', '/auth/sessions', { cookie: renewed })
    if (keepsSessions) expect(sessions.json).toEqual([expect.objectContaining({ current: true })])
    else expect(sessions.status).toBe(501)
  })

  it.skipIf(!keepsSessions)('ends every session when an access token asks', async () => {
    const { cookie } = await server.signUp()
    const { access_token: token = '', refresh_token: refreshToken } = await tokens()
    const answer = await change({ current: PASSWORD, new: NEXT }, { token })
    expect(answer).toMatchObject({ status: 204, cookie: undefined })
    expect(await isOpen({ cookie })).toBe(false)
    const refreshed = await server.send('POST', '/auth/refresh', { json: { refresh_token: refreshToken } })
    expect(refreshed.status).toBe(400)
  })

  it.each([
    [{ current: 'wrong', new: NEXT }, 401, { error: 'invalid_credentials' }],
    [{ current: '', new: NEXT }, 401, { error: 'invalid_credentials' }],
    [{ current: PASSWORD, new: 'short' }, 422, { error: 'password_too_short' }],
    [{ current: PASSWORD, new: 'password' }, 422, { error: 'password_common' }],
    [{ current: PASSWORD, new: 'ada@example.com' }, 422, { error: 'password_context' }],
    [{ current: PASSWORD, new: 'a\ud800bcdefgh' }, 422, { error: 'password_malformed' }],
    [{ new: NEXT }, 422, { error: 'invalid_request', fields: ['current'] }],
    [{ current: PASSWORD, new: [NEXT] }, 422, { error: 'invalid_request', fields: ['new'] }],
    [null, 422, { error: 'invalid_request', fields: ['current', 'new'] }],
  ])('changes nothing for %j', async (json, status, error) => {
    const { cookie } = await server.signUp()
    const { cookie: other } = await login(PASSWORD)
    expect(await change(json, { cookie })).toMatchObject({ status, json: error, cookie: undefined })
    expect(await isOpen({ cookie })).toBe(true)
    expect(await isOpen({ cookie: other })).toBe(true)
    expect((await login(PASSWORD)).status).toBe(200)
  })

  it('is no way to guess the password on', async () => {
    const { cookie } = await server.signUp()
    const statuses: number[] = []
    for (let guess = 0; guess <= 10; guess += 1) {
      statuses.push((await change({ current: `guess ${guess}`, new: NEXT }, { cookie })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
    const refused = await change({ current: PASSWORD, new: NEXT }, { cookie })
    expect(refused).toMatchObject({ status: 429, json: { error: 'too_many_attempts' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await login(PASSWORD)).status).toBe(200)
  })

  it('lets one of two changes at once succeed', async () => {
    const { cookie } = await server.signUp()
    const news = ['blue teapots sing', 'green kettles hum']
    const answers = await Promise.all(news.map((each) => change({ current: PASSWORD, new: each }, { cookie })))
    const winners = news.filter((_, index) => answers[index]?.status === 204)
    expect(winners).toHaveLength(1)
    const statuses = await Promise.all(news.map(async (each) => (await login(each)).status))
    expect(news.filter((_, index) => statuses[index] === 200)).toEqual(winners)
  })

  it('refuses who is not logged in, and a page of another site', async () => {
    const { cookie } = await server.signUp()
    const json = { current: PASSWORD, new: NEXT }
    expect((await change(json, {})).status).toBe(401)
    expect((await change(json, { cookie, headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await login(PASSWORD)).status).toBe(200)
  })
})
