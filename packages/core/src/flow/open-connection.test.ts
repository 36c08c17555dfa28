import { createTestRequest, mintAccessToken, TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import { closedSink } from '../http/effects.ts'
import type { StoredSessionOptions } from '../session/stored.ts'
import { createKeyring } from '../token/keyring.ts'

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' }

/** A WebSocket handshake of a browser that is logged in, and the view that the socket keeps. */
async function connect(options: StoredSessionOptions = {}, test: TestAuth = createTestAuth({}, options)) {
  const cookie = await test.logIn('user-1', { scopes: ['chat'] })
  const view = await viewOf(test, { origin: ORIGIN, cookie })
  test.storeCalls.length = 0
  return { test, cookie, view }
}

async function viewOf({ auth }: TestAuth, headers: Readonly<Record<string, string>>) {
  const context = auth.open(createTestRequest({ headers: { ...UPGRADE, ...headers } }), closedSink)
  expect(await auth.guard({ optional: true })(context)).toBeUndefined()
  return context.view()
}

const post = async ({ visit }: TestAuth, cookie: string) =>
  (await visit({ method: 'POST', headers: { origin: ORIGIN, cookie } }, { passive: true })).context.session()

describe('an open connection', () => {
  it('keeps a view of the session, and can write nothing through it', async () => {
    const { view } = await connect()
    expect([view.subject, view.scopes, view.id]).toEqual(['user-1', ['chat'], expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(Object.keys(view).toSorted()).toEqual(['get', 'has', 'id', 'keys', 'revalidate', 'scopes', 'subject'])
  })

  it('sees what others wrote when it revalidates, by one read and no write', async () => {
    const { test, cookie, view } = await connect()
    await (await post(test, cookie)).set('room', 'a')
    expect(view.get('room')).toBeUndefined()
    test.storeCalls.length = 0
    expect(await view.revalidate()).toBe('live')
    expect([view.get('room'), test.storeCalls]).toEqual(['a', ['read']])
  })

  it('renews nothing: the session ends by its idle timeout although it revalidates all the time', async () => {
    const { test, view } = await connect({ idleTimeout: '1h', absoluteTimeout: '24h' })
    for (let minutes = 0; minutes < 59; minutes += 1) {
      test.runtime.advance('1m')
      expect(await view.revalidate()).toBe('live')
    }
    test.runtime.advance('1m')
    expect(await view.revalidate()).toBe('expired')
    expect(new Set(test.storeCalls)).toEqual(new Set(['read']))
  })

  it('goes on while requests keep the session in use, until its absolute timeout', async () => {
    const { test, cookie, view } = await connect({ idleTimeout: '1h', absoluteTimeout: '2h' })
    for (let minutes = 0; minutes < 90; minutes += 30) {
      test.runtime.advance('30m')
      await test.visit({ headers: { cookie } })
      expect(await view.revalidate()).toBe('live')
    }
    test.runtime.advance('30m')
    expect(await view.revalidate()).toBe('expired')
    expect(view.subject).toBeNull()
  })

  it.each<[string, (test: TestAuth, cookie: string, id: string) => Promise<unknown>]>([
    [
      'a logout',
      ({ auth, open }, cookie) => auth.logout(open({ method: 'POST', headers: { origin: ORIGIN, cookie } }).context),
    ],
    ['a click in the device list', ({ auth }, _, id) => auth.revokeSession('user-1', id)],
    ['the end of all sessions', ({ auth }) => auth.revokeAllSessions('user-1')],
    ['a change of the credential that it was opened by', async (test, cookie) => (await post(test, cookie)).rotate()],
  ])('is gone after %s', async (_, end) => {
    const { test, cookie, view } = await connect()
    await end(test, cookie, view.id ?? '')
    expect(await view.revalidate()).toBe('gone')
    expect([view.id, view.subject, view.keys()]).toEqual([null, null, []])
    expect(await view.revalidate()).toBe('gone')
  })

  it('survives the end of all other sessions', async () => {
    const { test, view } = await connect()
    await test.auth.revokeAllSessions('user-1', { except: view.id ?? '' })
    expect(await view.revalidate()).toBe('live')
  })

  it('does not take a store that is down for a logout', async () => {
    const { test, view } = await connect()
    test.hooks.before = () => Promise.reject(new Error('down'))
    await expect(view.revalidate()).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    test.hooks.before = () => {}
    expect(await view.revalidate()).toBe('live')
  })

  it('of an API client is the session that its access token names', async () => {
    const test = createTestAuth()
    const { context } = test.open({ method: 'POST' })
    const login = await test.auth.login(context, { subject: 'user-1', deliver: 'tokens' })
    if (!login.ok) throw new Error(login.code)
    const view = await viewOf(test, { authorization: `Bearer ${login.tokens.access_token}` })
    expect([view.subject, await view.revalidate()]).toEqual(['user-1', 'live'])
    await test.auth.refresh(login.tokens.refresh_token)
    expect(await view.revalidate()).toBe('live')
    await test.auth.revokeRefreshToken(login.tokens.refresh_token)
    expect(await view.revalidate()).toBe('gone')
  })

  it('is none of ours where another issuer names it, nor is it elevated', async () => {
    const issuer = 'https://other.test'
    const trustedIssuers = [{ issuer, keys: await createKeyring([TEST_KEYS.EdDSA]) }]
    const tokens = { issuer: 'https://api.test', audience: 'api', trustedIssuers }
    const test = createTestAuth({ tokens })
    const login = await test.auth.login(test.open({ method: 'POST' }).context, { subject: 'user-1', deliver: 'tokens' })
    if (!login.ok) throw new Error(login.code)
    const [session] = await test.auth.listSessions('user-1')
    const claims = { sid: session?.id ?? '' }
    const token = mintAccessToken({ alg: 'EdDSA', issuer, subject: 'user-1', claims, now: test.runtime.now() })
    const headers = { authorization: `Bearer ${token}` }
    const view = await viewOf(test, headers)
    expect([view.id, await view.revalidate()]).toEqual([null, 'gone'])
    const { context, denial } = await test.visit({ method: 'POST', headers })
    expect([denial, context.principal.sessionId, context.principal.issuer]).toEqual([undefined, session?.id, issuer])
    await expect(test.auth.elevate(context, { amr: ['otp'] })).resolves.toMatchObject({ code: 'session_unknown' })
  })

  it('has an empty view without a session, which is gone and costs no call', async () => {
    const test = createTestAuth()
    for (const headers of [{}, { authorization: `Bearer ${await test.auth.issueAccessToken('user-1')}` }]) {
      const view = await viewOf(test, { origin: ORIGIN, ...headers })
      expect([view.id, view.keys(), await view.revalidate()]).toEqual([null, [], 'gone'])
    }
    expect(test.storeCalls).toEqual([])
  })

  it('cannot be viewed where no guard let the request in', async () => {
    const { auth } = createTestAuth()
    const context = auth.open(createTestRequest({}), closedSink)
    await expect(context.view()).rejects.toThrow(expect.objectContaining({ reason: 'not_guarded' }))
  })
})
