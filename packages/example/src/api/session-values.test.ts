import { beforeEach, expect, it } from 'vitest'
import type { TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

describeServers('session values', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const put = (key: string, value: unknown, cookie?: string) =>
    server.send('PUT', `/session/${encodeURIComponent(key)}`, { cookie, json: { value } })
  const read = async (cookie?: string) => (await server.send('GET', '/session', { cookie })).json

  it('is empty without a session, and makes none by reading', async () => {
    expect(await server.send('GET', '/session')).toMatchObject({ status: 200, json: {}, cookie: undefined })
  })

  it('keeps values without a login', async () => {
    const { status, text, cookie: first } = await put('username', 'user1')
    expect([status, text]).toEqual([204, ''])
    // A sealed session moves into a new cookie with each write; any other keeps the one that it has.
    const { cookie: second = first } = await put('cart', [{ id: 1 }], first)
    expect(await read(second)).toEqual({ username: 'user1', cart: [{ id: 1 }] })
    const removed = await server.send('DELETE', '/session/username', { cookie: second })
    const { cookie = second } = removed
    expect([removed.status, cookie === first]).toEqual([204, keepsSessions])
    expect((await server.send('DELETE', '/session/never', { cookie })).status).toBe(204)
    expect(await read(cookie)).toEqual({ cart: [{ id: 1 }] })
    expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
  })

  it('deletes nothing without a session', async () => {
    expect(await server.send('DELETE', '/session/theme')).toMatchObject({ status: 204, cookie: undefined })
  })

  it.skipIf(!keepsSessions)('keeps each of 20 values that are written at once', async () => {
    const { cookie } = await server.signUp()
    const keys = Array.from({ length: 20 }, (_, index) => `key${index}`)
    const answers = await Promise.all(keys.map((key) => put(key, key, cookie)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect(await read(cookie)).toEqual(Object.fromEntries(keys.map((key) => [key, key])))
  })

  it('lets no writer bring a session back that a logout ends meanwhile', async () => {
    const { cookie } = await server.signUp()
    const writers = Array.from({ length: 20 }, (_, index) => put(`key${index}`, index, cookie))
    const logout = server.send('POST', '/auth/logout', { cookie })
    expect((await logout).status).toBe(204)
    const answers = await Promise.all(writers)
    for (const { status } of answers) expect([204, 401, 409]).toContain(status)
    expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
    for (const { cookie: handedOut } of answers) {
      expect((await server.send('GET', '/me', { cookie: handedOut })).status).toBe(401)
    }
  })

  it('refuses a write with a cookie that does not say where it comes from, or comes from elsewhere', async () => {
    const { cookie } = await server.signUp()
    for (const headers of [{ cookie }, { cookie, origin: 'https://evil.example' }, { cookie, origin: 'null' }]) {
      expect(await server.send('PUT', '/session/theme', { headers, json: { value: 1 } })).toMatchObject({
        status: 403,
        json: { error: 'cross_origin' },
      })
    }
    expect(await read(cookie)).toEqual({})
  })

  it.each(['constructor', 'toString', 'a/b', '%', '%2F', '...', ' ', '\0', '\u{1f600}', 'k'.repeat(128), '?a#b'])(
    'takes the key %j',
    async (key) => {
      const { status, cookie } = await put(key, 1)
      expect(status).toBe(204)
      expect(await read(cookie)).toEqual({ [key]: 1 })
    },
  )

  it.each(['__proto__', 'k'.repeat(129), 'k'.repeat(10_000)])('refuses the key %#', async (key) => {
    expect(await put(key, 1)).toMatchObject({ status: 422, json: { error: 'invalid_request', fields: ['key'] } })
    expect((await server.send('DELETE', `/session/${key}`)).status).toBe(204)
  })

  it('refuses values that a session cannot hold', async () => {
    const bodies = [
      `{"value":${'['.repeat(40)}${']'.repeat(40)}}`,
      `{"value":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      '{"value":{"__proto__":{"admin":true}}}',
      '{"value":1e999}',
      '{}',
      '[]',
      'null',
      '"value"',
      '',
    ]
    for (const body of bodies) {
      expect(await server.send('PUT', '/session/theme', { body })).toMatchObject({
        status: 422,
        json: { error: 'invalid_request', fields: ['value'] },
      })
    }
  })

  it('refuses what would pass the limit of a session, and keeps what was there', async () => {
    const size = keepsSessions ? 40_000 : 1_500
    const { cookie } = await put('first', 'a'.repeat(size))
    expect(await put('second', 'b'.repeat(size), cookie)).toMatchObject({
      status: 413,
      json: { error: 'session_too_large' },
    })
    expect(Object.keys((await read(cookie)) as object)).toEqual(['first'])
  })

  it('drops a dead cookie and goes on without a session', async () => {
    const dead = 'session=lks_0123'
    expect(await server.send('GET', '/session', { cookie: dead })).toMatchObject({
      status: 200,
      json: {},
      cookie: 'session=',
    })
  })
})
