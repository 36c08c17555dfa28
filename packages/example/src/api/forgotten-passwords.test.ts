import { beforeEach, expect, it, vi } from 'vitest'
import { PASSWORD, type Received, type Sending, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

describeServers('a forgotten password', (running, { keepsSessions, isOwnDatabase }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const NEXT = 'blue teapots sing'
  const EMAIL = 'ada@example.com'
  const forgot = (email: unknown, sending: Sending = {}): Promise<Received> =>
    server.send('POST', '/auth/password/forgot', { json: { email }, ...sending })
  const reset = (json: unknown, sending: Sending = {}): Promise<Received> =>
    server.send('POST', '/auth/password/reset', { json, ...sending })
  const login = (password: string): Promise<Received> =>
    server.send('POST', '/auth/login', { json: { email: EMAIL, password } })
  const mailed = (count: number) => vi.waitFor(() => expect(server.mails).toHaveLength(count))
  /** Asks for a token, and takes it from the mail. */
  async function requestToken(): Promise<string> {
    const count = server.mails.length
    await forgot(EMAIL)
    await mailed(count + 1)
    return /^Token: (\S+)$/m.exec(server.mails.at(-1)?.text ?? '')?.[1] ?? expect.unreachable()
  }

  it('is replaced by a token from a mail, and every session ends', async () => {
    const { cookie } = await server.signUp()
    const tokens = await server.send('POST', '/auth/token', { json: { email: EMAIL, password: PASSWORD } })
    const { refresh_token } = tokens.json as { refresh_token: string }
    expect(await forgot(' ADA@example.com')).toMatchObject({ status: 202, text: '', cookie: undefined })
    await mailed(1)
    expect(server.mails[0]).toMatchObject({ to: EMAIL, subject: 'Set a new password' })
    const token = /^Token: (\S+)$/m.exec(server.mails[0]?.text ?? '')?.[1]
    expect(token).toMatch(/^lkt_[0-9a-f]{32}\.[\w-]{43}$/)
    expect(await reset({ token, password: NEXT })).toMatchObject({ status: 204, text: '', cookie: undefined })
    expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
    const refreshed = await server.send('POST', '/auth/refresh', { json: { refresh_token } })
    expect([tokens.status, refreshed.status]).toEqual(keepsSessions ? [200, 400] : [501, 501])
    expect((await login(PASSWORD)).status).toBe(401)
    expect((await login(NEXT)).status).toBe(200)
    expect(JSON.stringify(server.entries)).not.toContain(token)
  })

  it('is asked for with one answer, whoever has the address', async () => {
    await server.signUp()
    await server.signUp('grace@example.com')
    await server.db.updateTable('users').set({ disabled_at: 1 }).where('email', '=', 'grace@example.com').execute()
    const others = [
      'nobody@example.com',
      'grace@example.com',
      'no address',
      '',
      `${EMAIL},evil@example.com`,
      '\0',
      "' or 1=1",
    ]
    const answers: Received[] = []
    for (const email of [...others, EMAIL]) answers.push(await forgot(email))
    for (const { status, text, headers } of answers) {
      expect([status, text, headers.get('cache-control')]).toEqual([202, '', 'no-store'])
    }
    // The last one was mailed, and it alone.
    await mailed(1)
    expect(server.mails[0]?.to).toBe(EMAIL)
  })

  it('is asked for five times an hour: what is more, is answered alike and mails nothing', async () => {
    await server.signUp()
    for (let count = 0; count < 5; count += 1) expect((await forgot(EMAIL)).status).toBe(202)
    for (const email of [EMAIL, ' ADA@example.com']) {
      expect(await forgot(email)).toMatchObject({ status: 202, text: '' })
    }
    await mailed(5)
    expect(server.entries.filter((entry) => 'type' in entry && entry.type === 'password_throttled')).toHaveLength(2)
    // Its counters are its own: a login is no worse off.
    expect((await login(PASSWORD)).status).toBe(200)
  })

  it('takes each token once, also of two at once', async () => {
    await server.signUp()
    const token = await requestToken()
    const passwords = [NEXT, 'green kettles hum']
    const answers = await Promise.all(passwords.map((password) => reset({ token, password })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 400]))
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] ?? ''
    expect((await login(winner)).status).toBe(200)
    expect(await reset({ token, password: NEXT })).toMatchObject({
      status: 400,
      json: { error: 'reset_token_invalid' },
    })
  })

  it('takes the newest token alone, for half an hour, and none from before a change of the password', async () => {
    const { cookie } = await server.signUp()
    const refused = { status: 400, json: { error: 'reset_token_invalid' } }
    const first = await requestToken()
    const second = await requestToken()
    expect(await reset({ token: first, password: NEXT })).toMatchObject(refused)
    server.clock.time += 1_800_000
    expect(await reset({ token: second, password: NEXT })).toMatchObject(refused)
    const third = await requestToken()
    const change = { current: PASSWORD, new: NEXT }
    const { cookie: fresh } = await server.send('POST', '/auth/step-up', { cookie, json: { password: PASSWORD } })
    expect((await server.send('PUT', '/me/password', { cookie: fresh, json: change })).status).toBe(204)
    expect(await reset({ token: third, password: 'green kettles hum' })).toMatchObject(refused)
    expect((await login(NEXT)).status).toBe(200)
  })

  it.each([
    ['short', 'too_short'],
    ['password', 'common'],
    [EMAIL, 'context'],
    ['a\ud800bcdefgh', 'malformed'],
  ])('is not replaced by %j, and the token stays good', async (password, problem) => {
    await server.signUp()
    const token = await requestToken()
    expect(await reset({ token, password })).toMatchObject({ status: 422, json: { error: `password_${problem}` } })
    expect((await login(PASSWORD)).status).toBe(200)
    expect((await reset({ token, password: NEXT })).status).toBe(204)
  })

  it.each(['', 'x', '\0', 'lkt_', `lkt_${'0'.repeat(32)}.${'A'.repeat(43)}`, 'a'.repeat(60_000)])(
    'is not replaced by the token %#',
    async (token) => {
      await server.signUp()
      expect(await reset({ token, password: NEXT })).toMatchObject({
        status: 400,
        json: { error: 'reset_token_invalid' },
      })
      expect((await login(PASSWORD)).status).toBe(200)
    },
  )

  it('ends the API keys with the sessions', async () => {
    const { cookie } = await server.signUp()
    const init = { label: 'CI', scopes: ['notes:read'] }
    const { key } = (await server.send('POST', '/me/api-keys', { cookie, json: init })).json as { key: string }
    expect((await server.send('GET', '/notes', { token: key })).status).toBe(200)
    expect((await reset({ token: await requestToken(), password: NEXT })).status).toBe(204)
    expect((await server.send('GET', '/notes', { token: key })).status).toBe(401)
  })

  it('is not replaced for a user who is disabled or gone meanwhile', async () => {
    const { id } = await server.signUp()
    const token = await requestToken()
    await server.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', id).execute()
    expect((await reset({ token, password: NEXT })).status).toBe(400)
    await server.db.deleteFrom('users').where('id', '=', id).execute()
    expect((await reset({ token, password: NEXT })).status).toBe(400)
  })

  it.each([
    ['forgot', {}, ['email']],
    ['forgot', { email: 1 }, ['email']],
    ['forgot', [], ['email']],
    ['reset', {}, ['token', 'password']],
    ['reset', { token: ['x'], password: NEXT }, ['token']],
    ['reset', null, ['token', 'password']],
  ])('names the members that are missing: %s %j', async (route, json, fields) => {
    const answer = await server.send('POST', `/auth/password/${route}`, { json })
    expect(answer).toMatchObject({ status: 422, json: { error: 'invalid_request', fields } })
  })

  it('is no way in for a page of another site', async () => {
    const { cookie } = await server.signUp()
    const token = await requestToken()
    for (const sending of [{}, { cookie }]) {
      const elsewhere = { ...sending, headers: { origin: 'https://evil.example' } }
      expect(await forgot(EMAIL, elsewhere)).toMatchObject({ status: 403, json: { error: 'cross_origin' } })
      expect((await reset({ token, password: NEXT }, elsewhere)).status).toBe(403)
    }
    expect(server.mails).toHaveLength(1)
    expect((await reset({ token, password: NEXT }, { cookie })).status).toBe(204)
  })

  it.skipIf(!isOwnDatabase)('is a 503 when the database is out of reach, for every address', async () => {
    await server.signUp()
    await server.db.schema.alterTable('latchkey_tokens').renameTo('elsewhere').execute()
    for (const email of [EMAIL, 'nobody@example.com']) expect((await forgot(email)).status).toBe(503)
    const token = `lkt_${'0'.repeat(32)}.${'A'.repeat(43)}`
    expect((await reset({ token, password: NEXT })).status).toBe(503)
  })
})
