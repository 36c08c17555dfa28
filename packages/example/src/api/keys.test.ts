import { beforeEach, expect, it } from 'vitest'
import { PASSWORD, type Received, type Sending, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

interface Made {
  readonly id: string
  readonly key: string
}

const ALL = ['notes:read', 'notes:write']

describeServers('API keys', (running, { keepsSessions, isOwnDatabase }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const make = async (cookie: string, init: object = {}): Promise<Made> => {
    const json = { label: 'CI', scopes: ALL, ...init }
    const answer = await server.send('POST', '/me/api-keys', { cookie, json })
    expect(answer.status).toBe(201)
    return answer.json as Made
  }
  const list = async (cookie: string): Promise<unknown> => (await server.send('GET', '/me/api-keys', { cookie })).json
  const readNotes = async (token: string): Promise<number> => (await server.send('GET', '/notes', { token })).status
  const accessToken = async (): Promise<string> => {
    const json = { email: 'ada@example.com', password: PASSWORD }
    return ((await server.send('POST', '/auth/token', { json })).json as { access_token: string }).access_token
  }

  it('are shown once, and listed without what makes them work', async () => {
    const { cookie } = await server.signUp()
    const answer = await server.send('POST', '/me/api-keys', { cookie, json: { label: ' CI ', scopes: ALL } })
    expect(answer).toMatchObject({ status: 201, cookie: undefined })
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      key: expect.stringMatching(/^latchkey_example_[0-9a-f]{32}\.[\w-]{43}$/),
      label: 'CI',
      scopes: ALL,
      expires_in: null,
    })
    const { id, key } = answer.json as Made
    const described = { id, label: 'CI', scopes: ALL, created_at: '2027-01-15T08:00:00.000Z', expires_at: null }
    expect(await list(cookie)).toEqual([{ ...described, last_used_at: null }])
    expect(await readNotes(key)).toBe(200)
    expect(await list(cookie)).toEqual([{ ...described, last_used_at: '2027-01-15T08:00:00.000Z' }])
    expect(JSON.stringify([await list(cookie), server.entries])).not.toContain(key.split('.')[1])
  })

  it('act for who made them, within their scopes', async () => {
    const { cookie, id } = await server.signUp()
    await server.signUp('grace@example.com')
    const { key: reading } = await make(cookie, { scopes: ['notes:read'] })
    const { key: writing } = await make(cookie, { scopes: ['notes:write'] })
    const title = { json: { title: 'First' } }
    const made = await server.send('POST', '/notes', { token: writing, ...title })
    expect(made.status).toBe(201)
    const path = `/notes/${(made.json as { id: string }).id}`
    expect((await server.send('GET', path, { token: reading })).json).toMatchObject({ title: 'First' })
    const refusals = [
      ['POST', '/notes', reading],
      ['PUT', path, reading],
      ['DELETE', path, reading],
      ['GET', '/notes', writing],
      ['GET', path, writing],
    ] as const
    for (const [method, target, token] of refusals) {
      const answer = await server.send(method, target, { token, ...(method === 'GET' ? {} : title) })
      expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
      expect(answer.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="notes:(read|write)"/)
    }
    expect((await server.send('GET', '/me', { token: reading })).json).toEqual({ id, email: 'ada@example.com' })
    expect((await server.send('GET', '/notes', { cookie })).json).toHaveLength(1)
  })

  it('manage neither keys nor sessions nor the password', async () => {
    const { cookie } = await server.signUp()
    const { id, key: token } = await make(cookie)
    const requests: readonly (readonly [string, string, object?])[] = [
      ['GET', '/me/api-keys'],
      ['POST', '/me/api-keys', { label: 'more', scopes: ALL }],
      ['DELETE', '/me/api-keys'],
      ['DELETE', `/me/api-keys/${id}`],
      ['GET', '/auth/sessions'],
      ['DELETE', '/auth/sessions'],
      ['DELETE', `/auth/sessions/${id}`],
      ['PUT', '/me/password', { current: PASSWORD, new: 'blue teapots sing' }],
    ]
    for (const [method, path, json] of requests) {
      const answer = await server.send(method, path, { token, ...(json === undefined ? {} : { json }) })
      expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
    }
    expect(await list(cookie)).toHaveLength(1)
    expect((await server.send('GET', '/me', { cookie })).status).toBe(200)
    // Where cookies alone are looked at, a key is nobody's.
    expect((await server.send('GET', '/session', { token })).json).toEqual({})
  })

  it('end one by one, all at once, by time, and not by strangers', async () => {
    const { cookie } = await server.signUp()
    const { cookie: stranger } = await server.signUp('grace@example.com')
    const keys = [await make(cookie), await make(cookie), await make(cookie, { expires_in: 60 }), await make(cookie)]
    const [first, second, short, last] = keys as [Made, Made, Made, Made]
    const revoke = (id: string, own = cookie): Promise<Received> =>
      server.send('DELETE', `/me/api-keys/${id}`, { cookie: own })
    expect(await revoke(first.id, stranger)).toMatchObject({ status: 404, json: { error: 'not_found' } })
    expect((await server.send('DELETE', '/me/api-keys', { cookie: stranger })).status).toBe(204)
    expect(await readNotes(first.key)).toBe(200)
    expect((await revoke(first.id)).status).toBe(204)
    expect((await revoke(first.id)).status).toBe(404)
    for (const wrong of ['x', '__proto__', '%00', 'a'.repeat(5_000)]) expect((await revoke(wrong)).status).toBe(404)
    expect(await readNotes(first.key)).toBe(401)
    expect(await readNotes(second.key)).toBe(200)
    server.clock.time += 59_999
    expect(await readNotes(short.key)).toBe(200)
    server.clock.time += 1
    expect(await readNotes(short.key)).toBe(401)
    expect((await server.send('DELETE', '/me/api-keys', { cookie })).status).toBe(204)
    for (const { key } of [second, last]) expect(await readNotes(key)).toBe(401)
    expect(await list(cookie)).toEqual([])
  })

  it('go on after a logout and a change of the password', async () => {
    const { cookie } = await server.signUp()
    const { key } = await make(cookie)
    const json = { current: PASSWORD, new: 'blue teapots sing' }
    const { cookie: renewed } = await server.send('PUT', '/me/password', { cookie, json })
    await server.send('POST', '/auth/logout', { cookie: renewed })
    expect(await readNotes(key)).toBe(200)
  })

  it('are not made for a user who is disabled or gone, nor with the access token of an ended session', async () => {
    const { cookie, id } = await server.signUp()
    const json = { label: 'CI', scopes: ALL }
    const post = async (sending: Sending): Promise<number> =>
      (await server.send('POST', '/me/api-keys', { json, ...sending })).status
    if (keepsSessions) {
      const account = { email: 'ada@example.com', password: PASSWORD }
      const tokens = (await server.send('POST', '/auth/token', { json: account })).json as Record<string, string>
      const { access_token: token = '', refresh_token: refreshToken } = tokens
      await server.send('POST', '/auth/revoke', { json: { token: refreshToken } })
      expect(await post({ token })).toBe(401)
      // Where no store is asked, it lives on to its end.
      expect(await readNotes(token)).toBe(200)
    }
    await server.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', id).execute()
    expect(await post({ cookie })).toBe(401)
    expect(server.entries.at(-1)).toEqual({ type: 'rejected', code: 'user_disabled' })
  })

  it('end with their user', async () => {
    const { cookie, id } = await server.signUp()
    const { key: token } = await make(cookie)
    const refused = { status: 401, json: { error: 'invalid_token' } }
    await server.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', id).execute()
    expect(await server.send('GET', '/notes', { token })).toMatchObject(refused)
    expect(server.entries.at(-1)).toEqual({ type: 'rejected', code: 'user_disabled' })
    await server.db.deleteFrom('users').where('id', '=', id).execute()
    expect(await server.send('GET', '/notes', { token })).toMatchObject(refused)
    expect(server.entries.at(-1)).toEqual({ type: 'rejected', code: 'user_gone' })
  })

  it.skipIf(!keepsSessions)('are refused when altered, and told from access tokens by how they begin', async () => {
    const { cookie } = await server.signUp()
    const { key } = await make(cookie)
    const [selector = '', verifier = ''] = key.split('.')
    const other = `${verifier[0] === 'A' ? 'B' : 'A'}${verifier.slice(1)}`
    const codes = {
      [`${selector}.${other}`]: 'api_key_unknown',
      [`latchkey_example_${'0'.repeat(32)}.${verifier}`]: 'api_key_unknown',
      [`${key}A`]: 'api_key_malformed',
      latchkey_example_: 'api_key_malformed',
      [`latchkey_example_${await accessToken()}`]: 'api_key_malformed',
      [key.toUpperCase()]: 'token_malformed',
      [key.replace('latchkey_example_', 'latchkey_other_')]: 'token_malformed',
      [key.slice('latchkey_example_'.length)]: 'token_malformed',
    }
    for (const [token, code] of Object.entries(codes)) {
      const answer = await server.send('GET', '/notes', { token })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
      expect(server.entries.at(-1)).toEqual({ type: 'rejected', code })
    }
    expect(await readNotes(await accessToken())).toBe(200)
    expect(await readNotes(key)).toBe(200)
  })

  it.skipIf(!isOwnDatabase)(
    'are a 503 when their table is out of reach, and what cannot be a key is refused without it',
    async () => {
      const { cookie } = await server.signUp()
      const { key } = await make(cookie)
      const token = await accessToken()
      await server.db.schema.alterTable('latchkey_tokens').renameTo('elsewhere').execute()
      expect(await readNotes(key)).toBe(503)
      expect(await readNotes(`${key}A`)).toBe(401)
      expect(await readNotes(token)).toBe(200)
      expect((await server.send('GET', '/me/api-keys', { cookie })).status).toBe(503)
    },
  )

  it('beside a cookie are refused', async () => {
    const { cookie } = await server.signUp()
    const { key: token } = await make(cookie)
    expect(await server.send('GET', '/notes', { cookie, token })).toMatchObject({
      status: 400,
      json: { error: 'ambiguous_credentials' },
    })
  })

  it.each<[json: unknown, fields: readonly string[]]>([
    [{}, ['label', 'scopes']],
    [[], ['label', 'scopes']],
    [{ label: '', scopes: ALL }, ['label']],
    [{ label: '  ', scopes: ALL }, ['label']],
    [{ label: 'a\u0007', scopes: ALL }, ['label']],
    [{ label: 'a\ud800', scopes: ALL }, ['label']],
    [{ label: 'a'.repeat(101), scopes: ALL }, ['label']],
    [{ label: 1, scopes: ALL }, ['label']],
    [{ label: 'CI', scopes: [] }, ['scopes']],
    [{ label: 'CI', scopes: 'notes:read' }, ['scopes']],
    [{ label: 'CI', scopes: ['account'] }, ['scopes']],
    [{ label: 'CI', scopes: ['notes:read', 'admin'] }, ['scopes']],
    [{ label: 'CI', scopes: [['notes:read']] }, ['scopes']],
    ...[0, -1, 1.5, '60', true, {}, 400 * 86_400 + 1, 1e300].map((expires_in): [unknown, readonly string[]] => [
      { label: 'CI', scopes: ALL, expires_in },
      ['expires_in'],
    ]),
  ])('are not made with %j', async (json, fields) => {
    const { cookie } = await server.signUp()
    const answer = await server.send('POST', '/me/api-keys', { cookie, json })
    expect(answer).toMatchObject({ status: 422, json: { error: 'invalid_request', fields } })
    expect(await list(cookie)).toEqual([])
  })

  it('are for those who are logged in, by cookie or token, on the pages of this site', async () => {
    const { cookie } = await server.signUp()
    const json = { label: 'CI', scopes: ALL }
    const post = async (sending: Sending): Promise<number> =>
      (await server.send('POST', '/me/api-keys', { json, ...sending })).status
    expect(await post({})).toBe(401)
    expect(await post({ cookie, headers: { origin: 'https://evil.example' } })).toBe(403)
    if (keepsSessions) expect(await post({ token: await accessToken() })).toBe(201)
    for (const path of ['', '/0123']) expect((await server.send('DELETE', `/me/api-keys${path}`)).status).toBe(401)
  })
})
