import { beforeEach, expect, it } from 'vitest'
import { PASSWORD, type Received, type Sending, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

describeServers('POST /auth/step-up', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const account = { email: 'ada@example.com', password: PASSWORD }
  const change = (sending: Sending): Promise<Received> =>
    server.send('PUT', '/me/password', { json: { current: PASSWORD, new: 'blue teapots sing' }, ...sending })
  const stepUp = (sending: Sending, password: unknown = PASSWORD): Promise<Received> =>
    server.send('POST', '/auth/step-up', { json: { password }, ...sending })
  const STALE = {
    status: 401,
    json: { error: 'insufficient_user_authentication' },
  }

  it('opens what asks for a recent login, under a new cookie', async () => {
    const { cookie } = await server.signUp()
    server.clock.time += 6 * 60_000
    const refused = await change({ cookie })
    expect(refused).toMatchObject(STALE)
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", max_age="300"',
    )
    const current = refused.cookie ?? cookie
    const answer = await stepUp({ cookie: current })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(answer.cookie).not.toBe(current)
    expect((await change({ cookie: answer.cookie })).status).toBe(204)
  })

  it('ends the cookie from before', async () => {
    const { cookie } = await server.signUp()
    const { cookie: renewed } = await stepUp({ cookie })
    expect((await server.send('GET', '/me', { cookie: renewed })).status).toBe(200)
    expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
  })

  it('is refused for a wrong password, without one, and for another site', async () => {
    const { cookie } = await server.signUp()
    expect(await stepUp({ cookie }, 'wrong')).toMatchObject({ status: 401, json: { error: 'invalid_credentials' } })
    expect((await stepUp({ cookie }, 7)).status).toBe(422)
    expect((await stepUp({ cookie, headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await stepUp({})).status).toBe(401)
    server.clock.time += 6 * 60_000
    expect(await change({ cookie })).toMatchObject(STALE)
  })

  it.skipIf(!keepsSessions)('gives an API client new tokens, and the refresh token from before is dead', async () => {
    await server.signUp()
    const { json } = await server.send('POST', '/auth/token', { json: account })
    const { access_token: token, refresh_token: before } = json as Record<string, string>
    server.clock.time += 6 * 60_000
    expect(await change({ token })).toMatchObject(STALE)
    const answer = await stepUp({ token })
    expect(answer).toMatchObject({ status: 200, cookie: undefined })
    const { access_token: fresh, refresh_token: after } = answer.json as Record<string, string>
    const refresh = (presented: unknown) => server.send('POST', '/auth/refresh', { json: { refresh_token: presented } })
    expect(await refresh(before)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect((await refresh(after)).status).toBe(200)
    expect((await change({ token: fresh })).status).toBe(204)
  })

  it.skipIf(!keepsSessions)('takes access tokens that are revoked by themselves', async () => {
    await server.signUp()
    const { json } = await server.send('POST', '/auth/token', { json: account })
    const { access_token: token } = json as Record<string, string>
    expect(await server.send('POST', '/auth/revoke', { json: { token } })).toMatchObject({ status: 200, json: {} })
  })
})
