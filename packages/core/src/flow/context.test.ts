import { createTestRequest, mintAccessToken, TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'
import { createEffects } from '../http/effects.ts'
import { createKeyring } from '../token/keyring.ts'

const NOT_GUARDED = expect.objectContaining({ code: 'ERR_USAGE', reason: 'not_guarded' })

describe('Context', () => {
  it('gives nothing that no guard has looked at', async () => {
    const { open, logIn } = createTestAuth()
    const { context } = open({ headers: { cookie: await logIn('user-1') } })
    expect(() => context.authentication).toThrow(NOT_GUARDED)
    expect(() => context.principal).toThrow(NOT_GUARDED)
    await expect(context.session()).rejects.toThrow(NOT_GUARDED)
    await expect(context.user()).rejects.toThrow(NOT_GUARDED)
  })

  it('gives nothing when the caller ignores a refusal', async () => {
    const { visit } = createTestAuth()
    const { context } = await visit({ headers: { authorization: 'Bearer bad' } })
    expect(context.authentication.status).toBe('rejected')
    expect(() => context.principal).toThrow(NOT_GUARDED)
    await expect(context.session()).rejects.toThrow(NOT_GUARDED)
    await expect(context.user()).rejects.toThrow(NOT_GUARDED)
  })

  it('gives no principal for anonymous callers, and no user', async () => {
    const { visit } = createTestAuth()
    const { context } = await visit({}, { optional: true })
    expect(() => context.principal).toThrow(NOT_GUARDED)
    expect(await context.user()).toBeNull()
  })

  it('gives no user for the subject of another issuer, and asks nobody about it', async () => {
    const lookups: string[] = []
    const users = { findById: (id: string) => (lookups.push(id), { id, email: 'a@app.test' }) }
    const keys = await createKeyring([TEST_KEYS.EdDSA])
    const { visit, auth } = createTestAuth({
      users,
      tokens: { issuer: 'https://api.test', audience: 'api', trustedIssuers: [{ issuer: 'https://other.test', keys }] },
    })
    const authorization = `Bearer ${mintAccessToken({ alg: 'EdDSA', issuer: 'https://other.test', subject: 'user-1' })}`
    for (const authoritative of [false, true]) {
      const { context } = await visit({ headers: { authorization } }, { authoritative })
      expect(context.principal).toMatchObject({ subject: 'user-1', issuer: 'https://other.test' })
      expect(await context.user()).toBeNull()
    }
    const result = await auth.verifyAccessToken(authorization.slice('Bearer '.length))
    expect([result.ok, await auth.userOf(result)]).toEqual([true, null])
    expect(lookups).toEqual([])
  })

  it('looks the user up once, when first asked for', async () => {
    const lookups: string[] = []
    const { visit, logIn } = createTestAuth({
      users: {
        findById(id) {
          lookups.push(id)
          return { id, email: 'a@app.test' }
        },
      },
    })
    const { context } = await visit({ headers: { cookie: await logIn('user-1') } })
    expect(lookups).toEqual([])
    expect(await Promise.all([context.user(), context.user()])).toEqual([
      { id: 'user-1', email: 'a@app.test' },
      { id: 'user-1', email: 'a@app.test' },
    ])
    expect(lookups).toEqual(['user-1'])
  })

  it('gives null for a user who is gone', async () => {
    const { visit, logIn } = createTestAuth()
    const { context } = await visit({ headers: { cookie: await logIn('gone') } })
    expect(await context.user()).toBeNull()
  })

  it('takes a lookup that fails for an outage', async () => {
    const { visit, logIn } = createTestAuth({
      users: {
        findById: () => {
          throw new Error('down')
        },
      },
    })
    const { context } = await visit({ headers: { cookie: await logIn('user-1') } })
    await expect(context.user()).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE', cause: expect.any(Error) }),
    )
  })

  it('gives one handle per request', async () => {
    const { visit, logIn } = createTestAuth()
    const { context } = await visit({ headers: { cookie: await logIn('user-1') } })
    const [one, two] = await Promise.all([context.session(), context.session()])
    expect(one).toBe(two)
  })

  it('goes with the last guard, where two of them find two callers', async () => {
    const { auth, open, logIn } = createTestAuth({ credentials: 'bearer-first' })
    const cookie = await logIn('user-1')
    const headers = { cookie, authorization: `Bearer ${await auth.issueAccessToken('user-2')}` }
    const { context } = open({ headers })
    const [session, bearer] = [auth.guard({ via: 'session' }), auth.guard()]
    expect(await session(context)).toBeUndefined()
    expect([(await context.user())?.id, (await context.session()).subject]).toEqual(['user-1', 'user-1'])
    expect(await bearer(context)).toBeUndefined()
    expect([(await context.user())?.id, (await context.session()).subject]).toEqual(['user-2', null])
    expect(await session(context)).toBeUndefined()
    expect([(await context.user())?.id, (await context.session()).subject]).toEqual(['user-1', 'user-1'])
  })

  it('keeps the session from a route that looks at bearer tokens alone', async () => {
    const { auth, visit, logIn } = createTestAuth()
    const cookie = await logIn('user-1')
    const headers = {
      cookie,
      authorization: `Bearer ${await auth.issueAccessToken('user-2')}`,
      origin: 'https://evil.test',
    }
    const { context } = await visit({ method: 'POST', headers }, { via: 'bearer' })
    await expect(context.session()).rejects.toThrow(NOT_GUARDED)
  })

  it.each(['exclusive', 'bearer-first'] as const)(
    'gives bearer callers an empty session that cannot begin, and never the cookie\u2019s: %s',
    async (credentials) => {
      const { auth, visit, logIn } = createTestAuth({ credentials })
      const victim = await logIn('victim')
      const authorization = `Bearer ${await auth.issueAccessToken('mallory')}`
      const headers = { authorization, origin: 'https://evil.test' }
      const exchange = await visit({
        method: 'POST',
        headers: credentials === 'exclusive' ? headers : { ...headers, cookie: victim },
      })
      const session = await exchange.context.session()
      expect([exchange.context.principal.subject, session.subject, session.keys()]).toEqual(['mallory', null, []])
      await expect(session.set('a', 1)).rejects.toThrow(NOT_GUARDED)
      expect(exchange.cookies).toEqual([])
    },
  )

  it('gives nothing but the authentication after any refusal', async () => {
    const { auth, logIn, visit } = createTestAuth()
    const cookie = await logIn('user-1')
    for (const { context } of [
      await visit({ headers: { cookie } }, { scope: 'admin' }),
      await visit({}),
      await visit({ method: 'POST', headers: { origin: 'https://evil.test' } }),
    ]) {
      expect(['authenticated', 'anonymous']).toContain(context.authentication.status)
      expect(() => context.principal).toThrow(NOT_GUARDED)
      await expect(context.session()).rejects.toThrow(NOT_GUARDED)
      await expect(context.user()).rejects.toThrow(NOT_GUARDED)
      expect(await auth.guard({ optional: true })(context)).toEqual(
        context.authentication.status === 'rejected' ? expect.objectContaining({ status: 403 }) : undefined,
      )
    }
  })

  it('begins no session for another site\u2019s page, where nobody said who may pass', async () => {
    const { auth, storeCalls } = createTestAuth()
    const request = createTestRequest({ method: 'POST', headers: { origin: 'https://evil.test' } })
    const context = await auth.authenticate(request, createEffects())
    await expect(context.session()).rejects.toThrow(NOT_GUARDED)
    expect(storeCalls).toEqual([])
  })

  it('says which part is not configured', async () => {
    const { visit, logIn } = createTestAuth({ users: undefined })
    const { context } = await visit({ headers: { cookie: await logIn('user-1') } })
    await expect(context.user()).rejects.toThrow(expect.objectContaining({ reason: 'not_configured' }))
    const without = await createTestAuth({ sessions: undefined }).visit({}, { optional: true })
    await expect(without.context.session()).rejects.toThrow(expect.objectContaining({ reason: 'not_configured' }))
  })

  it('makes a visitor\u2019s session only with the first write', async () => {
    const { visit, storeCalls } = createTestAuth()
    const exchange = await visit({ method: 'PUT', headers: { origin: ORIGIN } }, { optional: true })
    const session = await exchange.context.session()
    expect(session.get('a')).toBeUndefined()
    expect(storeCalls).toEqual([])
    await session.set('a', 1)
    expect(storeCalls).toEqual(['create'])
  })
})
