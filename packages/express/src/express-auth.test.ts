import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuth, createMemorySessionStore, storedSessions, UnavailableError, type Auth } from '@latchkey/core'
import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import express, { Router, type ErrorRequestHandler, type Express } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expressAuth } from './index.ts'

const ORIGIN = 'https://app.test'

function makeAuth(name = '__Host-session') {
  return createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: storedSessions(createMemorySessionStore()),
    cookie: { name },
    runtime: createTestRuntime(),
  })
}

const servers: Server[] = []

async function serve(app: Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** An application whose last error handler keeps what reaches it. */
function makeApp() {
  const app = express()
  const errors: unknown[] = []
  const keep: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    errors.push(error)
    response.status(500).json({ error: 'internal_error' })
  }
  return { app, errors, keep }
}

describe('mount', () => {
  it('does nothing the second time, also on a router', async () => {
    const auth = makeAuth()
    const open = vi.fn<Auth['open']>(auth.open)
    const { mount, requireAuth, authOf } = expressAuth({ ...auth, open })
    const { app } = makeApp()
    const router = Router()
    router.use(mount)
    router.post('/login', async (request, response) => {
      await auth.login(authOf(request), { subject: 'user-1', deliver: 'cookie' })
      response.end()
    })
    router.get('/me', requireAuth({ optional: true }), (_, response) => void response.end())
    app.use(mount, mount)
    app.use('/api', router)
    const origin = await serve(app)
    const response = await fetch(`${origin}/api/login`, { method: 'POST', headers: { Origin: ORIGIN } })
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(open).toHaveBeenCalledOnce()
  })

  it('shows the target as it was sent, also from a router', async () => {
    const auth = makeAuth()
    const open = vi.fn<Auth['open']>(auth.open)
    const { mount } = expressAuth({ ...auth, open })
    const { app } = makeApp()
    app.use('/api', mount, (_, response) => void response.end())
    await fetch(`${await serve(app)}/api/me?a=1`)
    expect(open.mock.calls[0]?.[0].url).toBe('/api/me?a=1')
  })

  it('keeps two instances apart', async () => {
    const [one, two] = [makeAuth('__Host-one'), makeAuth('__Host-two')]
    const [first, second] = [expressAuth(one), expressAuth(two)]
    const { app, errors, keep } = makeApp()
    app.use(first.mount, second.mount)
    app.get('/', first.requireAuth({ optional: true }), (request, response) => {
      response.json([first.authOf(request).authentication.status, second.authOf(request).authentication.status])
    })
    app.use(keep)
    expect((await fetch(await serve(app))).status).toBe(500)
    expect(errors).toMatchObject([{ reason: 'not_guarded' }])
  })
})

describe('requireAuth()', () => {
  it('refuses a misspelt requirement when the route is made', () => {
    const { requireAuth } = expressAuth(makeAuth())
    expect(() => requireAuth({ scopes: 'admin' } as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('is one usage error where mount does not come before', async () => {
    const { requireAuth } = expressAuth(makeAuth())
    const { app, errors, keep } = makeApp()
    const handler = vi.fn()
    app.get('/', requireAuth(), handler)
    app.use(keep)
    expect((await fetch(await serve(app))).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'ERR_USAGE', reason: 'not_guarded' }])
    expect(handler).not.toHaveBeenCalled()
  })

  it('passes a request on once, and an error of what follows once', async () => {
    const { mount, requireAuth } = expressAuth(makeAuth())
    const { app, errors, keep } = makeApp()
    const error = new Error('internal detail')
    const handler = vi.fn(() => {
      throw error
    })
    app.use(mount)
    app.get('/', requireAuth({ optional: true }), requireAuth({ optional: true }), handler)
    app.use(keep)
    expect((await fetch(await serve(app))).status).toBe(500)
    expect(handler).toHaveBeenCalledOnce()
    expect(errors).toEqual([error])
  })

  it('hands a denial to onDenied in place of sending it, and ends there', async () => {
    const { mount, requireAuth } = expressAuth(makeAuth(), {
      onDenied: (denial, request, response) => response.redirect(303, `/login?${denial.status}&from=${request.path}`),
    })
    const { app } = makeApp()
    const handler = vi.fn()
    app.use(mount)
    app.get('/me', requireAuth(), handler)
    const response = await fetch(`${await serve(app)}/me`, { redirect: 'manual' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/login?401&from=/me')
    expect(handler).not.toHaveBeenCalled()
  })

  it('hands what onDenied throws to the error handlers, once', async () => {
    const error = new Error('template missing')
    const { mount, requireAuth } = expressAuth(makeAuth(), { onDenied: () => Promise.reject(error) })
    const { app, errors, keep } = makeApp()
    app.use(mount)
    app.get('/me', requireAuth())
    app.use(keep)
    expect((await fetch(`${await serve(app)}/me`)).status).toBe(500)
    expect(errors).toEqual([error])
  })
})

describe('faults', () => {
  it('answers a fault, and hands it to nobody else', async () => {
    const { faults } = expressAuth(makeAuth())
    const { app, errors, keep } = makeApp()
    app.get('/', () => {
      throw new UnavailableError()
    })
    app.use(faults, keep)
    expect((await fetch(await serve(app))).status).toBe(503)
    expect(errors).toEqual([])
  })

  it('hands every other error on, as it is', async () => {
    const { faults } = expressAuth(makeAuth())
    const { app, errors, keep } = makeApp()
    const error = Object.assign(new Error('Teapot'), { status: 418 })
    app.get('/', () => {
      throw error
    })
    app.use(faults, keep)
    expect((await fetch(await serve(app))).status).toBe(500)
    expect(errors).toEqual([error])
  })

  it('hands a fault on when the headers are gone', async () => {
    const { faults } = expressAuth(makeAuth())
    const { app } = makeApp()
    const errors: unknown[] = []
    app.get('/', (_, response) => {
      response.write('half')
      throw new UnavailableError()
    })
    const end: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
      errors.push(error)
      response.end()
    }
    app.use(faults, end)
    await expect((await fetch(await serve(app))).text()).resolves.toBe('half')
    expect(errors).toMatchObject([{ code: 'ERR_UNAVAILABLE' }])
  })
})
