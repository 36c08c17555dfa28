import { createKeyring } from '../token/keyring.ts'
import { TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createHandlersApp, SAME_ORIGIN } from './handlers.fixture.ts'

describe('createHandlers()', () => {
  it.each([
    'POST /auth/token',
    'POST /auth/refresh',
    'POST /auth/revoke?x=1',
    'POST /auth/introspect',
    'POST /auth/logout',
    'GET /auth/sessions',
    'HEAD /auth/sessions',
    'DELETE /auth/sessions',
    'DELETE /auth/sessions/x',
    'GET /.well-known/jwks.json',
    'HEAD /.well-known/jwks.json',
  ])('answers %s', async (line) => {
    const app = createHandlersApp({ introspect: {} })
    expect(await app.send(line, { headers: SAME_ORIGIN })).toHaveProperty('headers.cache-control')
  })

  it.each([
    'GET /',
    'GET /auth',
    'POST /auth/',
    'POST /auth/refresh/',
    'POST /AUTH/refresh',
    'POST /auth/sessions/',
    'DELETE /auth/sessions/x/y',
    'OPTIONS /auth/refresh',
    'POST /auth/introspect',
    'GET /auth/constructor',
    'GET //auth/sessions',
    'GET *',
  ])('leaves %s to others', async (line) => {
    expect(await createHandlersApp().send(line)).toBeUndefined()
  })

  it.each([
    ['GET /auth/refresh', 'POST'],
    ['POST /auth/sessions', 'GET, HEAD, DELETE'],
    ['constructor /auth/sessions', 'GET, HEAD, DELETE'],
    ['PUT /auth/sessions/x', 'DELETE'],
    ['POST /.well-known/jwks.json', 'GET, HEAD'],
  ])('answers %s with the methods that there are', async (line, allow) => {
    expect(await createHandlersApp().ask(line)).toMatchObject({ status: 405, headers: { allow } })
  })

  it('stands where the application says', async () => {
    const app = createHandlersApp({ prefix: '/api/v1/session' })
    expect(await app.send('POST /api/v1/session/refresh')).toMatchObject({ status: 400 })
    expect(await app.send('POST /auth/refresh')).toBeUndefined()
    expect(await createHandlersApp({ prefix: '' }).send('POST /refresh')).toMatchObject({ status: 400 })
  })

  it.each<[string, object, readonly string[]]>([
    ['tokens', { tokens: undefined, revocations: undefined }, ['POST /auth/refresh', 'GET /.well-known/jwks.json']],
    [
      'sessions',
      { sessions: undefined },
      [
        'POST /auth/refresh',
        'POST /auth/logout',
        'GET /auth/sessions',
        'DELETE /auth/sessions',
        'DELETE /auth/sessions/x',
      ],
    ],
  ])('leaves to others what cannot be answered without %s', async (_, overrides, lines) => {
    const app = createHandlersApp({}, overrides)
    for (const line of lines) expect(await app.send(line, { headers: SAME_ORIGIN })).toBeUndefined()
  })

  it('publishes the public keys, for caches to keep', async () => {
    const keys = await createKeyring([TEST_KEYS.EdDSA])
    const app = createHandlersApp({}, { tokens: { issuer: 'https://api.test', audience: 'api', keys } })
    const { status, headers, body } = await app.ask('GET /.well-known/jwks.json')
    expect({ status, headers }).toEqual({
      status: 200,
      headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=300' },
    })
    expect(body.keys).toHaveLength(1)
    expect(Object.keys(body.keys[0] as object).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  it('publishes no secret: of shared keys nothing at all', async () => {
    const { body } = await createHandlersApp().ask('GET /.well-known/jwks.json')
    expect(body).toEqual({ keys: [] })
  })

  it.each<[object, string]>([
    [{ prefix: 'auth' }, 'handlers.prefix'],
    [{ prefix: '/auth/' }, 'handlers.prefix'],
    [{ prefix: '/auth*' }, 'handlers.prefix'],
    [{ token: {} }, 'handlers.token'],
    [{ sessions: { scopes: 'a' } }, 'requirement.scopes'],
    [{ login: () => undefined }, 'handlers.login'],
  ])('refuses the options %j at once', (options, option) => {
    expect(() => createHandlersApp(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
