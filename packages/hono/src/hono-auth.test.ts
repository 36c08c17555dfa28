import { createAuth, createMemorySessionStore, storedSessions, UnavailableError, type Auth } from '@latchkey/core'
import { createFaultySessionStore, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it, vi } from 'vitest'
import { honoAuth } from './index.ts'

const ORIGIN = 'https://app.test'

function makeAuth(name = '__Host-session') {
  const runtime = createTestRuntime()
  const faulty = createFaultySessionStore(createMemorySessionStore())
  const auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions(faulty.store),
    cookie: { name },
    runtime,
  })
  return { auth, runtime, faulty }
}

/** An application, and a visitor who is logged in and due for a renewal. */
async function makeApp() {
  const { auth, runtime, faulty } = makeAuth()
  const adapter = honoAuth(auth)
  const entrance = new Hono().use(adapter.mount).post('/', async (c) => {
    await auth.login(adapter.authOf(c), { subject: 'user-1', deliver: 'cookie' })
    return c.text('in')
  })
  const login = await entrance.request('/', { method: 'POST', headers: { Origin: ORIGIN } })
  const Cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  runtime.advance('10m')
  faulty.forgetCalls()
  return { app: new Hono().use(adapter.mount), ...adapter, Cookie, faulty }
}

describe('mount', () => {
  it('works without a server', async () => {
    const { app, requireAuth, authOf, Cookie } = await makeApp()
    app.get('/me', requireAuth(), (c) => c.text(authOf(c).principal.subject))
    expect((await app.request('/me')).status).toBe(401)
    const response = await app.request('/me', { headers: { Cookie } })
    await expect(response.text()).resolves.toBe('user-1')
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it.each<[string, () => never, number]>([
    [
      'an error',
      () => {
        throw new Error('internal detail')
      },
      500,
    ],
    [
      'an HTTPException',
      () => {
        throw new HTTPException(418, { message: 'Teapot' })
      },
      418,
    ],
    [
      'an HTTPException with a response of its own',
      () => {
        throw new HTTPException(402, { res: new Response('Pay', { status: 402, headers: { 'Set-Cookie': 'a=1' } }) })
      },
      402,
    ],
  ])('adds its cookie when a handler throws %s', async (_, handler, status) => {
    const { app, requireAuth, Cookie } = await makeApp()
    app.onError((error) => (error instanceof HTTPException ? error.getResponse() : new Response('', { status: 500 })))
    app.get('/', requireAuth(), handler)
    const response = await app.request('/', { headers: { Cookie } })
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toContainEqual(expect.stringContaining(Cookie))
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('adds its cookie to a response that does not exist', async () => {
    const { app, requireAuth, Cookie } = await makeApp()
    app.use('/missing', requireAuth())
    const response = await app.request('/missing', { headers: { Cookie } })
    expect(response.status).toBe(404)
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it('adds its cookie to a response with immutable headers, and keeps its body', async () => {
    const { app, requireAuth, Cookie } = await makeApp()
    app.get('/', requireAuth(), () => fetch('data:text/plain,raw'))
    const response = await app.request('/', { headers: { Cookie } })
    expect(response.headers.getSetCookie()).toHaveLength(1)
    await expect(response.text()).resolves.toBe('raw')
  })

  it('adds its cookie where a sub-application answers its own errors', async () => {
    const { app, requireAuth, sendFault, Cookie } = await makeApp()
    const sub = new Hono()
    sub.onError((error, c) => sendFault(c, error) ?? c.text('sub', 500))
    sub.get('/', requireAuth(), () => {
      throw new UnavailableError()
    })
    app.route('/sub', sub)
    const response = await app.request('/sub', { headers: { Cookie } })
    expect(response.status).toBe(503)
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it('leaves a response without effects untouched', async () => {
    const { app } = await makeApp()
    const original = new Response('same')
    app.get('/', () => original)
    expect(await app.request('/')).toBe(original)
  })

  it('closes the sink when a handler throws what is no error', async () => {
    const { app, requireAuth, authOf } = await makeApp()
    let write: (() => Promise<void>) | undefined
    app.get('/', requireAuth({ optional: true }), async (c) => {
      const session = await authOf(c).session()
      write = () => session.set('value', 1)
      const thrown: unknown = 'a text'
      throw thrown
    })
    await expect(Promise.resolve(app.request('/'))).rejects.toBe('a text')
    await expect(write?.()).rejects.toMatchObject({ reason: 'headers_sent' })
  })

  it('does nothing the second time, also on a sub-application', async () => {
    const { auth } = makeAuth()
    const open = vi.fn<Auth['open']>(auth.open)
    const { mount, authOf } = honoAuth({ ...auth, open })
    const sub = new Hono()
    sub.use(mount)
    sub.post('/login', async (c) => {
      await auth.login(authOf(c), { subject: 'user-1', deliver: 'cookie' })
      return c.text('in')
    })
    const app = new Hono()
    app.use(mount, mount)
    app.route('/sub', sub)
    const response = await app.request('/sub/login', { method: 'POST', headers: { Origin: ORIGIN } })
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(open).toHaveBeenCalledOnce()
  })

  it('knows no context that inherits from one that it has opened', async () => {
    const { mount, authOf } = honoAuth(makeAuth().auth)
    const app = new Hono()
    app.use(mount)
    app.get('/', (c) => {
      expect(authOf(c)).toBe(authOf(c))
      expect(() => authOf(Object.create(c) as typeof c)).toThrow(expect.objectContaining({ reason: 'not_guarded' }))
      return c.text('seen')
    })
    expect(await (await app.request('/')).text()).toBe('seen')
  })

  it('keeps two instances apart, each with its own cookie', async () => {
    const [one, two] = [makeAuth('__Host-one').auth, makeAuth('__Host-two').auth]
    const [first, second] = [honoAuth(one), honoAuth(two)]
    const app = new Hono()
    app.use(first.mount, second.mount)
    app.post('/', async (c) => {
      await one.login(first.authOf(c), { subject: 'user-1', deliver: 'cookie' })
      await two.login(second.authOf(c), { subject: 'user-2', deliver: 'cookie' })
      return c.text(`${first.authOf(c).principal.subject} ${second.authOf(c).principal.subject}`)
    })
    const response = await app.request('/', { method: 'POST', headers: { Origin: ORIGIN } })
    await expect(response.text()).resolves.toBe('user-1 user-2')
    const names = response.headers.getSetCookie().map((line) => line.split('=')[0])
    expect(new Set(names)).toEqual(new Set(['__Host-one', '__Host-two']))
    expect(names).toHaveLength(2)
  })

  it('authenticates a WebSocket handshake without renewing, and refuses a cross-site one', async () => {
    const { app, requireAuth, Cookie, faulty } = await makeApp()
    app.get('/socket', requireAuth(), (c) => c.text('open'))
    const handshake = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
    const response = await app.request('/socket', { headers: { Cookie, ...handshake, Origin: ORIGIN } })
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(faulty.calls).toEqual(['read'])
    const foreign = await app.request('/socket', { headers: { Cookie, ...handshake, Origin: 'https://evil.test' } })
    expect(foreign.status).toBe(403)
  })
})

describe('requireAuth()', () => {
  it('refuses a misspelt requirement when the route is made', () => {
    const { requireAuth } = honoAuth(makeAuth().auth)
    expect(() => requireAuth({ scopes: 'admin' } as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('is a usage error where mount does not come before', async () => {
    const { requireAuth } = honoAuth(makeAuth().auth)
    const app = new Hono()
    const handler = vi.fn()
    const errors: Error[] = []
    app.onError((error, c) => {
      errors.push(error)
      return c.text('', 500)
    })
    app.get('/', requireAuth(), handler)
    expect((await app.request('/')).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'ERR_USAGE', reason: 'not_guarded' }])
    expect(handler).not.toHaveBeenCalled()
  })

  it('hands a denial to onDenied in place of sending it, and does not run the handler', async () => {
    const { mount, requireAuth } = honoAuth(makeAuth().auth, {
      onDenied: (denial, c) => c.redirect(`/login?${denial.status}&from=${c.req.path}`, 303),
    })
    const app = new Hono()
    const handler = vi.fn()
    app.use(mount)
    app.get('/me', requireAuth(), handler)
    const response = await app.request('/me')
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/login?401&from=/me')
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('sendFault()', () => {
  it('gives nothing for every other error', async () => {
    const { sendFault } = honoAuth(makeAuth().auth)
    const app = new Hono()
    app.get('/', (c) => c.json(sendFault(c, new Error('internal detail')) === undefined))
    await expect((await app.request('/')).json()).resolves.toBe(true)
  })

  it('keeps headers that were set before, such as those of CORS', async () => {
    const { sendFault } = honoAuth(makeAuth().auth)
    const app = new Hono()
    app.get('/', (c) => {
      c.header('Access-Control-Allow-Origin', ORIGIN)
      return sendFault(c, new UnavailableError()) ?? c.text('')
    })
    const response = await app.request('/')
    expect(response.status).toBe(503)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('content-type')).toBe('application/json')
  })
})

describe('routes', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  function makeRoutes() {
    const { auth } = makeAuth()
    const { mount, routes } = honoAuth(auth)
    return { mount, routes: routes(auth.handlers()) }
  }

  it('keep no more of a body than they need, however long it is', async () => {
    const { mount, routes } = makeRoutes()
    const request = new Request('http://localhost/auth/revoke', {
      method: 'POST',
      headers: FORM,
      body: 'x'.repeat(70_000),
    })
    const wholes = [vi.spyOn(request, 'text'), vi.spyOn(request, 'arrayBuffer')]
    const response = await new Hono().use(mount).use(routes).fetch(request)
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }])
    for (const whole of wholes) expect(whole).not.toHaveBeenCalled()
  })

  it('take no body that is no UTF-8, as on Node', async () => {
    const { mount, routes } = makeRoutes()
    const body = new Uint8Array([...Buffer.from('token=lkr_'), 0xff])
    const response = await new Hono()
      .use(mount)
      .use(routes)
      .request('/auth/revoke', { method: 'POST', headers: FORM, body })
    expect(response.status).toBe(400)
  })

  it('take what a middleware before them has read, and a request without a body', async () => {
    const { mount, routes } = makeRoutes()
    const app = new Hono().use(mount)
    app.use(async (c, next) => {
      if (c.req.query('parse') !== undefined) await c.req.parseBody()
      return next()
    })
    app.use(routes)
    const init = { method: 'POST', headers: FORM }
    expect((await app.request('/auth/revoke?parse', { ...init, body: 'token=lkr_x' })).status).toBe(200)
    expect((await app.request('/auth/revoke', init)).status).toBe(400)
  })
})
