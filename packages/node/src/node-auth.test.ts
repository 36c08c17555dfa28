import { once } from 'node:events'
import { createServer, IncomingMessage, request as connect, ServerResponse, type Server } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import { createAuth, createMemorySessionStore, storedSessions, UnavailableError, type Denial } from '@latchkey/core'
import { createFaultySessionStore, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodeAuth, type NodeAuthOptions, type NodeHandler } from './index.ts'

const ORIGIN = 'https://app.test'
const SAME_ORIGIN = { Origin: ORIGIN }

function makeAuth(name = '__Host-session') {
  const runtime = createTestRuntime()
  const faulty = createFaultySessionStore(createMemorySessionStore())
  const auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions<{ value: string }>(faulty.store),
    cookie: { name },
    runtime,
  })
  return { auth, runtime, faulty }
}

const servers: Server[] = []

async function serve(server: Server): Promise<string> {
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serveHandler(handler: NodeHandler, options?: NodeAuthOptions): Promise<string> {
  return serve(createServer(nodeAuth(makeAuth().auth, options).listener(handler)))
}

afterEach(async () => {
  vi.restoreAllMocks()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

describe('open()', () => {
  const makeRequest = () => new IncomingMessage(new Socket())

  it('opens a request once, and wraps its response once', () => {
    const { open, authOf } = nodeAuth(makeAuth().auth)
    const request = makeRequest()
    const response = new ServerResponse(request)
    const context = open(request, response)
    const { writeHead } = response
    expect(open(request, response)).toBe(context)
    expect(authOf(request)).toBe(context)
    expect(response.writeHead).toBe(writeHead)
  })

  it('opens a request without a response on a closed sink', async () => {
    const { auth } = makeAuth()
    const context = nodeAuth(auth).open(Object.assign(makeRequest(), { method: 'GET' }), undefined)
    await auth.guard({ optional: true })(context)
    const session = await context.session()
    await expect(session.set('value', '1')).rejects.toMatchObject({ reason: 'headers_sent' })
  })
})

describe('authOf()', () => {
  it.each(['was not opened', 'another instance opened'])('refuses a request that %s', (title) => {
    const request = new IncomingMessage(new Socket())
    if (title === 'another instance opened') nodeAuth(makeAuth().auth).open(request, undefined)
    const { authOf } = nodeAuth(makeAuth().auth)
    expect(() => authOf(request)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', reason: 'not_guarded' }))
  })
})

describe('a request that was made of another one', () => {
  it.each<[string, (request: IncomingMessage) => IncomingMessage]>([
    ['inherits from it', (request) => Object.create(request) as IncomingMessage],
    ['is a copy of it', (request) => Object.assign(new IncomingMessage(new Socket()), request)],
  ])('and %s is a stranger', (_, derive) => {
    const { open, authOf } = nodeAuth(makeAuth().auth)
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/' })
    const context = open(request)
    const derived = derive(request)
    expect(() => authOf(derived)).toThrow(expect.objectContaining({ reason: 'not_guarded' }))
    expect(open(derived)).not.toBe(context)
    expect(authOf(request)).toBe(context)
  })
})

describe('listener()', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('internal detail')
      },
    ],
    ['rejects', () => Promise.reject(new Error('internal detail'))],
  ])('hands what a handler %s to onError, and answers 500', async (_, handler) => {
    const onError = vi.fn()
    const response = await fetch(await serveHandler(handler, { onError }))
    expect(response.status).toBe(500)
    await expect(response.text()).resolves.toBe('{"error":"internal_error"}')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'internal detail' }),
      expect.anything(),
    )
  })

  it('emits a process warning where there is no onError', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const error = new Error('internal detail')
    const origin = await serveHandler((request) => {
      throw request.url === '/text' ? 'a text' : error
    })
    expect((await fetch(origin)).status).toBe(500)
    expect((await fetch(`${origin}/text`)).status).toBe(500)
    expect(emitWarning.mock.calls).toEqual([[error], ['A request handler threw something that is no Error']])
  })

  it("hands an outage to onError with the driver's error, and answers 503", async () => {
    const onError = vi.fn()
    const cause = new Error('connection refused')
    const origin = await serveHandler(() => Promise.reject(new UnavailableError({ cause })), { onError })
    const response = await fetch(origin)
    expect(response.status).toBe(503)
    await expect(response.text()).resolves.not.toContain('refused')
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ cause }), expect.anything())
  })

  it('cuts the connection off when a handler throws with the headers gone', async () => {
    const onError = vi.fn()
    const origin = await serveHandler(
      async (_, response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('half')
        throw new UnavailableError()
      },
      { onError },
    )
    const response = await fetch(origin)
    await expect(response.text()).rejects.toThrow()
    expect(onError).toHaveBeenCalledOnce()
  })

  it('leaves an answer whole when a handler throws after it', async () => {
    const onError = vi.fn()
    const whole = 'x'.repeat(20_000_000)
    const origin = await serveHandler(
      async (_, response) => {
        response.end(whole)
        throw new Error('late')
      },
      { onError },
    )
    const text = await (await fetch(origin)).text()
    expect(text.length).toBe(whole.length)
    expect(onError).toHaveBeenCalledOnce()
  })

  it('keeps two instances apart, each with its own cookie', async () => {
    const [one, two] = [makeAuth('__Host-one'), makeAuth('__Host-two')]
    const [first, second] = [nodeAuth(one.auth), nodeAuth(two.auth)]
    const both = second.listener(async (request, response) => {
      await one.auth.login(first.authOf(request), { subject: 'user-1', deliver: 'cookie' })
      await two.auth.login(second.authOf(request), { subject: 'user-2', deliver: 'cookie' })
      const { principal } = first.authOf(request)
      response.end(`${principal.subject} ${second.authOf(request).principal.subject}`)
    })
    const origin = await serve(createServer(first.listener(both)))
    const response = await fetch(origin, { method: 'POST', headers: SAME_ORIGIN })
    await expect(response.text()).resolves.toBe('user-1 user-2')
    const names = response.headers.getSetCookie().map((line) => line.split('=')[0])
    expect(new Set(names)).toEqual(new Set(['__Host-one', '__Host-two']))
    expect(names).toHaveLength(2)
  })
})

describe('requireAuth()', () => {
  it('refuses a misspelt requirement when the route is made', () => {
    const { requireAuth } = nodeAuth(makeAuth().auth)
    expect(() => requireAuth({ scopes: 'admin' } as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('hands a denial to onDenied in place of sending it, and does not run the handler', async () => {
    const handler = vi.fn()
    const denials: Denial[] = []
    const { listener, requireAuth } = nodeAuth(makeAuth().auth, {
      onDenied(denial, request, response) {
        denials.push(denial)
        response.writeHead(303, { Location: `/login?from=${request.url}` }).end()
      },
    })
    const origin = await serve(createServer(listener(requireAuth()(handler))))
    const response = await fetch(`${origin}/me`, { redirect: 'manual' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/login?from=/me')
    expect(denials).toMatchObject([{ status: 401 }])
    expect(handler).not.toHaveBeenCalled()
  })

  it('answers what onDenied throws', async () => {
    const onError = vi.fn()
    const { listener, requireAuth } = nodeAuth(makeAuth().auth, {
      onDenied: () => Promise.reject(new Error('template missing')),
      onError,
    })
    const origin = await serve(createServer(listener(requireAuth()(() => {}))))
    expect((await fetch(origin)).status).toBe(500)
    expect(onError).toHaveBeenCalledOnce()
  })

  it('is a usage error outside of the listener', async () => {
    const { requireAuth } = nodeAuth(makeAuth().auth)
    await expect(requireAuth()(() => {})({} as IncomingMessage, {} as never)).rejects.toMatchObject({
      reason: 'not_guarded',
    })
  })
})

describe('upgrade()', () => {
  async function upgradeServer() {
    const { auth, runtime, faulty } = makeAuth()
    const { listener, upgrade, authOf } = nodeAuth(auth)
    const seen: unknown[] = []
    const server = createServer(
      listener(async (request, response) => {
        await auth.login(authOf(request), { subject: 'user-1', deliver: 'cookie' })
        response.end()
      }),
    )
    const admit = auth.guard()
    server.on('upgrade', (request, socket) => {
      const context = upgrade(request)
      const answer = (status: unknown) => {
        seen.push(status)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      }
      admit(context).then((denial) => answer(denial?.status ?? authOf(request).principal.subject), answer)
    })
    const origin = await serve(server)
    const login = await fetch(origin, { method: 'POST', headers: SAME_ORIGIN })
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    async function handshake(headers: Record<string, string>) {
      const outgoing = connect(origin, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...headers } })
      outgoing.end()
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      response.resume()
      return response
    }
    return { handshake, cookie, seen, runtime, faulty }
  }

  it('authenticates a handshake of our own page, and renews nothing', async () => {
    const { handshake, cookie, seen, runtime, faulty } = await upgradeServer()
    runtime.advance('10m')
    faulty.forgetCalls()
    const response = await handshake({ Cookie: cookie, Origin: ORIGIN })
    expect(seen).toEqual(['user-1'])
    expect(faulty.calls).toEqual(['read'])
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  it('refuses a cross-site handshake with a cookie', async () => {
    const { handshake, cookie, seen } = await upgradeServer()
    await handshake({ Cookie: cookie, Origin: 'https://evil.test' })
    await handshake({ Cookie: cookie })
    await handshake({ Origin: ORIGIN })
    expect(seen).toEqual([403, 403, 401])
  })
})
