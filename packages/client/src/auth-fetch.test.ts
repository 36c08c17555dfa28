import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthFetch } from './auth-fetch.ts'
import {
  API,
  createQuickRuntime,
  createTestLocks,
  createTestServer,
  optionsFor,
  respond,
  type TestServer,
} from './client.fixture.ts'
import { createMemoryStorage, type BasicFetch, type SendToken } from './platform.ts'

const NOTES = `${API}/notes`

/** A client on the test server, and what it sends there. */
async function begin(change: (server: TestServer) => object = () => ({})) {
  const server = createTestServer()
  const quick = createQuickRuntime(server)
  const presented: (string | null)[] = []
  const refresh: SendToken = (token, signal) => {
    presented.push(token)
    return server.refresh(token, signal)
  }
  const ended: string[] = []
  const storage = createMemoryStorage()
  const options = { refresh, runtime: quick.runtime, storage, onEnd: () => void ended.push('ended') }
  const client = createAuthFetch(optionsFor(server, { ...options, ...change(server) }))
  const tokens = await server.logIn()
  await client.begin(tokens)
  return { server, client, tokens, presented, ended, storage, quick, options }
}

describe('fetch()', () => {
  it('sends the access token, and renews nothing while it is good', async () => {
    const { client, presented } = await begin()
    expect(await (await client.fetch(NOTES)).json()).toEqual({ subject: 'user-1' })
    expect(presented).toEqual([])
  })

  it('sends requests as they are before a session begins', async () => {
    const server = createTestServer()
    const client = createAuthFetch(optionsFor(server))
    expect((await client.fetch(NOTES)).status).toBe(401)
    expect(await client.accessToken()).toBeNull()
  })

  it('renews in the background shortly before the token expires, and uses the next one afterwards', async () => {
    const { client, presented, server, tokens } = await begin()
    server.runtime.advance('8m')
    await client.fetch(NOTES)
    expect(presented).toEqual([])
    server.runtime.advance('45s')
    expect((await client.fetch(NOTES)).status).toBe(200)
    expect(presented).toEqual([tokens.refresh_token])
    await expect.poll(() => client.accessToken()).not.toBe(tokens.access_token)
    expect(presented).toHaveLength(1)
  })

  it('waits for the next token when there is no good one, once for all requests', async () => {
    const { client, presented, server, tokens } = await begin()
    server.runtime.advance('11m')
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.fetch(NOTES)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(presented).toEqual([tokens.refresh_token])
  })

  it('renews and sends once more after a 401 that says invalid_token', async () => {
    let refused = 0
    const { client, presented } = await begin((server) => ({
      fetch: (async (input, init) => {
        refused += 1
        if (refused > 1) return server.resource(input, init)
        return respond(401, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })
      }) satisfies BasicFetch,
    }))
    expect((await client.fetch(NOTES)).status).toBe(200)
    expect([refused, presented.length]).toEqual([2, 1])
  })

  it('sends no third time, and gives other refusals to the caller', async () => {
    for (const [challenge, expected] of [
      ['Bearer error="invalid_token"', 2],
      ['Bearer error="insufficient_user_authentication"', 1],
    ] as const) {
      let sent = 0
      const { client } = await begin(() => ({
        fetch: async () => {
          sent += 1
          return respond(401, {}, { 'www-authenticate': challenge })
        },
      }))
      expect((await client.fetch(NOTES)).status).toBe(401)
      expect(sent).toBe(expected)
    }
  })

  it('sends a stream but once', async () => {
    let sent = 0
    const { client } = await begin(() => ({
      fetch: async () => {
        sent += 1
        return respond(401, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })
      },
    }))
    expect((await client.fetch(NOTES, { method: 'POST', body: new ReadableStream() })).status).toBe(401)
    expect(sent).toBe(1)
  })

  it('rejects with ERR_UNAVAILABLE when there is no token to be had, and works again when there is', async () => {
    let isDown = true
    const { client, server, quick, ended } = await begin((own) => ({
      refresh: ((token, signal) =>
        isDown ? Promise.reject(new TypeError()) : own.refresh(token, signal)) satisfies SendToken,
    }))
    server.runtime.advance('11m')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(quick.pauses).toEqual([500, 1_000, 2_000, 4_000])
    // The server is left alone for a while.
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(quick.pauses).toHaveLength(4)
    isDown = false
    server.runtime.advance('4s')
    expect((await client.fetch(NOTES)).status).toBe(200)
    expect(ended).toEqual([])
  })

  it('leaves a server alone for as long as it asks', async () => {
    let asked = 0
    const { client, server } = await begin(() => ({
      refresh: async () => {
        asked += 1
        return respond(503, {}, { 'retry-after': '60' })
      },
    }))
    server.runtime.advance('11m')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    server.runtime.advance('59s')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(asked).toBe(1)
    server.runtime.advance('1s')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(asked).toBe(2)
  })

  it('rejects with ERR_REFUSED when the address is wrong, and ends nothing', async () => {
    const { client, server, ended } = await begin(() => ({ refresh: async () => respond(404, {}) }))
    server.runtime.advance('11m')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_REFUSED' }))
    expect(ended).toEqual([])
  })

  it('survives an answer that was lost', async () => {
    let answers = 0
    const { client, server } = await begin((own) => ({
      refresh: (async (token, signal) => {
        const answer = await own.refresh(token, signal)
        answers += 1
        if (answers === 1) throw new TypeError('The answer is lost')
        return answer
      }) satisfies SendToken,
    }))
    for (let renewal = 0; renewal < 3; renewal += 1) {
      server.runtime.advance('11m')
      expect((await client.fetch(NOTES)).status).toBe(200)
    }
    expect(answers).toBe(4)
  })

  it('tells the application once when the session is over, and goes on without it', async () => {
    const { client, server, ended, presented } = await begin()
    server.runtime.advance('11m')
    await server.auth.revokeAllSessions('user-1')
    const answers = await Promise.all([client.fetch(NOTES), client.fetch(NOTES)])
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    expect((await client.fetch(NOTES)).status).toBe(401)
    expect([ended, presented.length]).toEqual([['ended'], 1])
  })

  it('rejects at once when its request is given up, and lets the renewal go on for others', async () => {
    const { client, server } = await begin()
    server.runtime.advance('11m')
    const giveUp = new AbortController()
    const given = client.fetch(NOTES, { signal: giveUp.signal })
    const other = client.fetch(NOTES)
    giveUp.abort(new Error('changed my mind'))
    await expect(given).rejects.toThrow('changed my mind')
    expect((await other).status).toBe(200)
    await expect(client.fetch(NOTES, { signal: giveUp.signal })).rejects.toThrow('changed my mind')
  })

  it('takes a token for used up when its own clock was set back', async () => {
    let back = 0
    const { client, presented, tokens } = await begin((server) => {
      const { runtime } = createQuickRuntime(server)
      return { runtime: { ...runtime, now: () => runtime.now() - back } }
    })
    back = 1
    expect(await client.accessToken()).not.toBe(tokens.access_token)
    expect(presented).toHaveLength(1)
  })
})

describe('a refresh token in a cookie', () => {
  /** A jar that only the server sees. */
  function inCookie(server: TestServer, first: string | undefined) {
    let jar = first
    const refresh: SendToken = async (token, signal) => {
      expect(token).toBeNull()
      const answer = await server.refresh(jar ?? 'none', signal)
      if (answer.status !== 200) return answer
      const { refresh_token: next, ...rest } = (await answer.json()) as { refresh_token: string }
      jar = next
      return respond(200, rest)
    }
    const revoke: SendToken = (_, signal) => server.revoke(jar ?? null, signal)
    return { carry: 'cookie', refresh, revoke } as const
  }

  it('is asked for when nothing is known, and is never seen', async () => {
    const server = createTestServer()
    const { refresh_token: token } = await server.logIn()
    const storage = createMemoryStorage()
    const client = createAuthFetch(optionsFor(server, { ...inCookie(server, token), storage }))
    for (let renewal = 0; renewal < 3; renewal += 1) {
      expect((await client.fetch(NOTES)).status).toBe(200)
      server.runtime.advance('11m')
    }
    expect(storage.getItem('latchkey')).not.toContain('lkr_')
  })

  it('is asked for but once when there is none, and again after a login', async () => {
    const server = createTestServer()
    let asked = 0
    const ended: string[] = []
    const cookie = inCookie(server, undefined)
    const options = optionsFor(server, {
      ...cookie,
      onEnd: () => void ended.push('ended'),
      refresh: (token, signal) => {
        asked += 1
        return asked === 1 ? cookie.refresh(token, signal) : server.logIn().then((tokens) => respond(200, tokens))
      },
    })
    const client = createAuthFetch(options)
    for (const _ of [1, 2]) expect((await client.fetch(NOTES)).status).toBe(401)
    expect([asked, ended]).toEqual([1, []])
    await client.begin()
    expect((await client.fetch(NOTES)).status).toBe(200)
  })

  it('ends with a logout, and is not asked afterwards', async () => {
    const server = createTestServer()
    const { refresh_token: token } = await server.logIn()
    const client = createAuthFetch(optionsFor(server, inCookie(server, token)))
    expect((await client.fetch(NOTES)).status).toBe(200)
    expect(await client.logout()).toEqual({ revoked: true })
    expect(await server.auth.listSessions('user-1')).toEqual([])
    expect(await client.accessToken()).toBeNull()
  })
})

describe('begin()', () => {
  it('refuses what are no tokens', async () => {
    const { client } = await begin()
    for (const wrong of [undefined, {}, { access_token: 'a', expires_in: 600 }]) {
      await expect(client.begin(wrong)).rejects.toThrow(TypeError)
    }
  })

  it('takes the place of the session before, also while that one is being renewed', async () => {
    const { client, server } = await begin()
    server.runtime.advance('11m')
    const waiting = client.fetch(NOTES)
    const next = await server.logIn()
    await client.begin(next)
    expect((await waiting).status).toBe(200)
    expect(await client.accessToken()).toBe(next.access_token)
  })
})

describe('logout()', () => {
  it('ends the session here and on the server', async () => {
    const { client, server, ended } = await begin()
    expect(await client.logout()).toEqual({ revoked: true })
    expect((await client.fetch(NOTES)).status).toBe(401)
    expect(await server.auth.listSessions('user-1')).toEqual([])
    expect(ended).toEqual([])
    expect(await client.logout()).toEqual({ revoked: false })
  })

  it('ends it here though the server cannot be told, and says so', async () => {
    const { client, server, quick } = await begin(() => ({ revoke: () => Promise.reject(new TypeError()) }))
    expect(await client.logout()).toEqual({ revoked: false })
    expect(quick.pauses).toEqual([500, 1_000, 2_000, 4_000])
    expect(await client.accessToken()).toBeNull()
    expect(await server.auth.listSessions('user-1')).toHaveLength(1)
  })

  it('is not undone by a renewal whose answer comes later', async () => {
    const release = Promise.withResolvers<void>()
    const { client, server, storage } = await begin((own) => ({
      refresh: (async (token, signal) => {
        const answer = await own.refresh(token, signal)
        await release.promise
        return answer
      }) satisfies SendToken,
    }))
    server.runtime.advance('11m')
    const waiting = client.fetch(NOTES)
    await new Promise(setImmediate)
    const loggedOut = client.logout()
    release.resolve()
    expect(await loggedOut).toEqual({ revoked: true })
    expect((await waiting).status).toBe(401)
    expect(storage.getItem('latchkey')).toContain('"ended":true')
    expect(await client.accessToken()).toBeNull()
  })

  it('is told to the other tabs by the storage', async () => {
    const locks = createTestLocks()
    const { client, server, options } = await begin(() => ({ locks }))
    const ended: string[] = []
    const other = createAuthFetch(optionsFor(server, { ...options, locks, onEnd: () => void ended.push('other') }))
    expect((await other.fetch(NOTES)).status).toBe(200)
    await client.logout()
    expect((await other.fetch(NOTES)).status).toBe(401)
    expect(ended).toEqual(['other'])
  })
})

describe('locks', () => {
  it('that refuse do not stop the renewal', async () => {
    const { client, server } = await begin(() => ({
      locks: { request: () => Promise.reject(new DOMException('Not here', 'SecurityError')) },
    }))
    server.runtime.advance('11m')
    expect((await client.fetch(NOTES)).status).toBe(200)
  })

  it('let the faults of a renewal through', async () => {
    const { client, server } = await begin(() => ({
      locks: createTestLocks(),
      refresh: async () => respond(403, {}),
    }))
    server.runtime.advance('11m')
    await expect(client.fetch(NOTES)).rejects.toThrow(expect.objectContaining({ code: 'ERR_REFUSED' }))
  })
})

describe('over real sockets', () => {
  const servers: Server[] = []

  async function listen(handle: (path: string, authorization: string | undefined) => [number, Record<string, string>]) {
    const server = createServer((request, response) => {
      response.writeHead(...handle(request.url ?? '', request.headers.authorization)).end('{}')
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('the token does not follow a redirect to another origin, and the refresh token follows none', async () => {
    const seen: (string | undefined)[] = []
    const elsewhere = await listen((_, authorization) => {
      seen.push(authorization)
      return [200, {}]
    })
    const api = await listen((path) => [path === '/auth/refresh' ? 307 : 302, { location: `${elsewhere}/caught` }])
    const storage = createMemoryStorage()
    const server = createTestServer()
    const { runtime } = createQuickRuntime(server)
    const client = createAuthFetch({ refreshUrl: `${api}/auth/refresh`, storage, runtime })
    await client.begin(await server.logIn())
    await client.fetch(`${api}/notes`)
    await client.fetch(`${elsewhere}/direct`)
    expect(seen).toEqual([undefined, undefined])
    server.runtime.advance('11m')
    await expect(client.fetch(`${api}/notes`)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(seen).toHaveLength(2)
  })
})
