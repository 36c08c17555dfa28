import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from './database.ts'
import { openStores, STORES } from './open-stores.ts'
import { PASSWORD, type Received, type TestServer } from './server.fixture.ts'
import { describeAllServers } from './variants.fixture.ts'

describeAllServers('a walk through the API', (running, { keepsSessions }) => {
  let server: TestServer
  let jar: string | undefined
  beforeEach(() => {
    server = running()
    jar = undefined
  })

  /** Sends with the cookie that is in the jar, and keeps the one that comes. */
  async function browse(method: string, path: string, json?: unknown): Promise<Received> {
    const received = await server.send(method, path, { cookie: jar, ...(json === undefined ? {} : { json }) })
    jar = received.cookie ?? jar
    return received
  }
  const account = { email: 'ada@example.com', password: PASSWORD }
  const statusOf = async (method: string, path: string, json?: unknown): Promise<number> =>
    (await browse(method, path, json)).status

  it('goes from registration to logout, and the cookie is dead afterwards', async () => {
    expect(await statusOf('PUT', '/session/theme', { value: 'dark' })).toBe(204)
    expect((await browse('GET', '/session')).json).toEqual({ theme: 'dark' })
    expect(await statusOf('POST', '/auth/register', account)).toBe(201)
    expect(await statusOf('POST', '/auth/login', account)).toBe(200)
    expect((await browse('GET', '/session')).json).toEqual({})
    expect(await statusOf('PUT', '/session/theme', { value: 'light' })).toBe(204)
    expect((await browse('GET', '/session')).json).toEqual({ theme: 'light' })
    expect(await statusOf('POST', '/notes', { title: 'First' })).toBe(201)
    expect(await statusOf('GET', '/auth/sessions')).toBe(keepsSessions ? 200 : 501)
    expect(await statusOf('POST', '/auth/token', account)).toBe(keepsSessions ? 200 : 501)
    const change = { current: PASSWORD, new: 'blue teapots sing' }
    const before = jar
    expect(await statusOf('PUT', '/me/password', change)).toBe(204)
    expect((await browse('GET', '/session')).json).toEqual({ theme: 'light' })
    const after = jar
    expect(await statusOf('POST', '/auth/logout')).toBe(204)
    for (const cookie of [before, after]) expect((await server.send('GET', '/me', { cookie })).status).toBe(401)
  })

  it('makes a key, resets the password by mail, and ends both key and session by it', async () => {
    await statusOf('POST', '/auth/register', account)
    await statusOf('POST', '/auth/login', account)
    const { json } = await browse('POST', '/me/api-keys', { label: 'CI', scopes: ['notes:read'] })
    const { id, key } = json as { id: string; key: string }
    const readNotes = async (): Promise<number> => (await server.send('GET', '/notes', { token: key })).status
    expect(await readNotes()).toBe(200)
    expect((await browse('GET', '/me/api-keys')).json).toMatchObject([{ id, last_used_at: expect.any(String) }])
    expect((await server.send('POST', '/auth/password/forgot', { json: account })).status).toBe(202)
    await vi.waitFor(() => expect(server.mails).toHaveLength(1))
    const token = /^Token: (\S+)$/m.exec(server.mails[0]?.text ?? '')?.[1]
    const reset = { token, password: 'blue teapots sing' }
    const answers = await Promise.all([1, 2].map(() => server.send('POST', '/auth/password/reset', { json: reset })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 400]))
    expect([await readNotes(), await statusOf('GET', '/me')]).toEqual([401, 401])
    expect(await statusOf('POST', '/auth/login', { ...account, password: 'blue teapots sing' })).toBe(200)
  })

  it('counts wrong passwords, also of many at once', async () => {
    await statusOf('POST', '/auth/register', account)
    const guess = (index: number): Promise<Received> =>
      server.send('POST', '/auth/login', { json: { ...account, password: `guess ${index}` } })
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => guess(index)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })
})

describe('openStores()', () => {
  it('opens a file of its own for SQLite where there is a path', async () => {
    const db = await openDatabase(':memory:')
    const stores = await openStores('sqlite', { db, url: ':memory:', onError: () => {} })
    const record = { id: '0'.repeat(32), purpose: 'p', subject: 's', digest: 'd', createdAt: 1, expiresAt: null }
    await stores.tokens.create({ ...record, lastUsedAt: null, data: {} }, { now: 1 })
    expect(await stores.tokens.listBySubject('s', 'p', { now: 1 })).toHaveLength(1)
    const own = await openStores('sqlite', { db, url: undefined, onError: () => {} })
    expect(await own.tokens.listBySubject('s', 'p', { now: 1 })).toEqual([])
    await stores.close()
    await own.close()
    await db.destroy()
  })

  // Nothing listens on port 1.
  it.each([
    ['postgres', 'postgres://root@127.0.0.1:1/test'],
    ['mysql', 'mysql://root@127.0.0.1:1/test'],
    ['redis', 'redis://127.0.0.1:1'],
  ] as const)('rejects when %s is out of reach, and holds nothing open', async (store, url) => {
    expect(STORES).toContain(store)
    await expect(
      openStores(store, { db: undefined as never, url, onError: () => expect.unreachable() }),
    ).rejects.toThrow(/ECONNREFUSED/)
  })
})
