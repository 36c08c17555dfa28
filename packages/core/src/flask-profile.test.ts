import { TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, type TestAuth } from './auth.fixture.ts'
import type { Requirement } from './authentication.ts'
import { createMemoryRevocationStore } from './memory/revocation-store.ts'
import { createKeyring } from './token/keyring.ts'

const FLASK = { profile: 'flaskJwtExtended', issuer: null, audience: null } as const

async function createFlask(): Promise<TestAuth> {
  return createTestAuth({ tokens: { ...FLASK, keys: await createKeyring([TEST_KEYS.HS256]) } })
}

function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}` } }
}

async function statusOf({ visit }: TestAuth, token: string, requirement?: Requirement) {
  const { denial } = await visit(bearer(token), requirement)
  return denial === undefined ? 200 : `${denial.status} ${denial.body.msg}`
}

function payloadOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

describe('the profile flaskJwtExtended', () => {
  it('issues tokens with the header that the library expects', async () => {
    const { auth } = await createFlask()
    const [header = ''] = (await auth.issueAccessToken('7')).split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'JWT',
      kid: 'test-hs256',
    })
  })

  it('admits its own access tokens, and never a refresh JWT in the place of one', async () => {
    const flask = await createFlask()
    const access = await flask.auth.issueAccessToken('7')
    const refresh = await flask.auth.issueAccessToken('7', { refresh: true })
    expect(await statusOf(flask, access)).toBe(200)
    expect(await statusOf(flask, refresh)).toBe('422 Wrong type of token')
    expect(await statusOf(flask, refresh, { refresh: true })).toBe(200)
    expect(await statusOf(flask, access, { refresh: true })).toBe('422 Wrong type of token')
  })

  it('never takes a token of another issuer for a refresh JWT', async () => {
    const [own, theirs] = [await createKeyring([TEST_KEYS.HS256]), await createKeyring([TEST_KEYS.EdDSA])]
    const issuer = 'https://other.test'
    const other = createTestAuth({ tokens: { issuer, audience: 'api', keys: theirs } })
    const trustedIssuers = [{ issuer, keys: theirs }]
    const flask = createTestAuth({
      tokens: { ...FLASK, issuer: 'https://api.test', audience: 'api', keys: own, trustedIssuers },
    })
    const token = await other.auth.issueAccessToken('7')
    expect(await statusOf(flask, token)).toBe(200)
    expect(await statusOf(flask, token, { refresh: true })).toBe('422 Wrong type of token')
  })

  it('never takes a session for a refresh JWT', async () => {
    const { logIn, visit } = await createFlask()
    const cookie = await logIn('7')
    const { denial } = await visit({ headers: { cookie } }, { refresh: true })
    expect(denial).toMatchObject({ status: 401, body: { msg: 'Missing Authorization Header' } })
  })

  it('counts a token as fresh until its time, and the leeway, are over', async () => {
    const flask = await createFlask()
    const token = await flask.auth.issueAccessToken('7', { fresh: '5m' })
    expect(await statusOf(flask, token, { fresh: true })).toBe(200)
    flask.runtime.advance(305)
    expect(await statusOf(flask, token, { fresh: true })).toBe(200)
    flask.runtime.advance(1)
    expect(await statusOf(flask, token, { fresh: true })).toBe('401 Fresh token required')
    expect(await statusOf(flask, token)).toBe(200)
  })

  it('maps freshness onto the age of the login', async () => {
    const flask = await createFlask()
    const fresh = await flask.auth.issueAccessToken('7', { fresh: true })
    const stale = await flask.auth.issueAccessToken('7')
    expect(await statusOf(flask, fresh, { maxAge: '1m' })).toBe(200)
    expect(await statusOf(flask, stale, { maxAge: '30d' })).toBe('401 Fresh token required')
    expect(await statusOf(flask, stale, { fresh: true })).toBe('401 Fresh token required')
  })

  it('gives tokens that are fresh for a while after a login, and keep that over a refresh', async () => {
    const flask = await createFlask()
    const login = await flask.auth.login(flask.open({ method: 'POST' }).context, { subject: '7', deliver: 'tokens' })
    if (!login.ok) throw new Error(login.code)
    expect(await statusOf(flask, login.tokens.access_token, { fresh: true })).toBe(200)
    flask.runtime.advance('14m')
    const refreshed = await flask.auth.refresh(login.tokens.refresh_token)
    if (!refreshed.ok) throw new Error(refreshed.code)
    const { access_token: token } = refreshed.tokens
    expect(payloadOf(token)).toMatchObject({ fresh: 1_800_000_900, type: 'access' })
    expect(await statusOf(flask, token, { fresh: true })).toBe(200)
    flask.runtime.advance('2m')
    expect(await statusOf(flask, token, { fresh: true })).toBe('401 Fresh token required')
  })

  it('judges a session by the same time', async () => {
    const { logIn, visit, runtime } = await createFlask()
    const cookie = await logIn('7')
    expect((await visit({ headers: { cookie } }, { fresh: true })).denial).toBeUndefined()
    runtime.advance('16m')
    expect((await visit({ headers: { cookie } }, { fresh: true })).denial?.status).toBe(401)
  })

  it('takes a token that names no key by the key that is configured for it, and by no other', async () => {
    const keys = await createKeyring([
      { ...TEST_KEYS.HS256, kid: 'new', secret: new Uint8Array(32).map((_, index) => index * 5) },
      { ...TEST_KEYS.HS256, kid: 'flask', state: 'accepted' },
    ] as never)
    const flask = await createFlask()
    const unnamed = await nameless(await flask.auth.issueAccessToken('7'))
    const both = createTestAuth({ tokens: { ...FLASK, keys, unnamedKey: 'flask' } })
    expect(await statusOf(both, unnamed)).toBe(200)
    const active = createTestAuth({ tokens: { ...FLASK, keys } })
    expect(await statusOf(active, unnamed)).toBe('422 Signature verification failed')
    const absent = createTestAuth({ tokens: { ...FLASK, keys, unnamedKey: 'absent' } })
    expect(await statusOf(absent, unnamed)).toBe('422 Signature verification failed')
  })

  it('revokes a refresh JWT by its text, as it does an access token', async () => {
    const flask = createTestAuth({
      tokens: { ...FLASK, keys: await createKeyring([TEST_KEYS.HS256]) },
      revocations: { store: createMemoryRevocationStore() },
    })
    const refresh = await flask.auth.issueAccessToken('7', { refresh: true })
    const requirement = { refresh: true, authoritative: true } as const
    expect(await statusOf(flask, refresh, requirement)).toBe(200)
    expect(await flask.auth.revokeAccessToken(refresh)).toBe(true)
    expect(await statusOf(flask, refresh, requirement)).toBe('401 Token has been revoked')
  })

  it('is not spoken elsewhere: each profile refuses the tokens of the other', async () => {
    const keys = await createKeyring([TEST_KEYS.HS256])
    const flask = await createFlask()
    const rfc = createTestAuth({ tokens: { issuer: 'https://api.test', audience: 'api', keys } })
    const foreign = await rfc.visit(bearer(await flask.auth.issueAccessToken('7')))
    expect(foreign.denial).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(await statusOf(flask, await rfc.auth.issueAccessToken('7'))).toBe('422 Wrong type of token')
  })

  it.each([
    ['no token', {}, 401, 'Missing Authorization Header'],
    ['another scheme', { headers: { authorization: 'Basic eDp5' } }, 401, 'Missing Authorization Header'],
    ['blanks and commas', { headers: { authorization: ', ,' } }, 401, 'Missing Authorization Header'],
    ['no token after the scheme', { headers: { authorization: 'Bearer' } }, 422, 'Bad Authorization header'],
    ['text that is no token', bearer('garbage'), 422, 'Not a valid token'],
  ])('answers %s in the words of the library', async (_, request, status, msg) => {
    const { visit } = await createFlask()
    const { denial } = await visit(request)
    expect(denial).toMatchObject({ status, body: { msg: expect.stringContaining(msg) as string } })
    expect(denial?.headers['cache-control']).toBe('no-store')
  })

  it('answers 401 for an expired token, whatever else is wrong with its claims', async () => {
    const flask = await createFlask()
    const token = await flask.auth.issueAccessToken('7', { lifetime: '1m' })
    flask.runtime.advance('2m')
    expect(await statusOf(flask, token, { fresh: true })).toBe('401 Token has expired')
  })

  it('answers 400 where the application refuses the claims', async () => {
    const keys = await createKeyring([TEST_KEYS.HS256])
    const flask = createTestAuth({ tokens: { ...FLASK, keys, checkClaims: ({ sub }) => sub !== 'banned' } })
    expect(await statusOf(flask, await flask.auth.issueAccessToken('7'))).toBe(200)
    const refused = await flask.auth.issueAccessToken('banned')
    expect(await statusOf(flask, refused)).toBe('400 User claims verification failed')
  })
})

/** Signs the claims of a token again, with the same key, and a header that names none. */
async function nameless(token: string): Promise<string> {
  const { createHmac } = await import('node:crypto')
  const input = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${token.split('.')[1]}`
  const { secret } = TEST_KEYS.HS256 as unknown as { readonly secret: Uint8Array }
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
