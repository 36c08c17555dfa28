import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@latchkey/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAuth } from '../auth.ts'
import { ConfigError, UnavailableError } from '../faults.ts'
import { createEffects } from '../http/effects.ts'
import type { JsonWebKey } from './jwk.ts'
import { createKeyring } from './keyring.ts'
import { discoverKeys, remoteKeys, type RemoteKeysOptions } from './remote-keys.ts'
import type { TokenKey, VerificationKeys } from './token-key.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const privateOf = (pair: { privateKey: { export(options: { format: 'jwk' }): object } }): JsonWebKey =>
  pair.privateKey.export({ format: 'jwk' }) as JsonWebKey
const EC = privateOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const OTHER = privateOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const RSA = privateOf(generateKeyPairSync('rsa', { modulusLength: 2_048 }))
const WEAK = privateOf(generateKeyPairSync('rsa', { modulusLength: 1_024 }))

/** The public half of a key, as a server publishes it. */
function publicOf({ kty, crv, x, y, n, e }: JsonWebKey, more: object = {}): object {
  return { kty, crv, x, y, n, e, use: 'sig', ...more }
}

let origin: string
let requests: string[] = []
let handle: Handler = () => {}
let runtime: TestRuntime
const server = createServer((request, response) => {
  requests.push(request.url ?? '')
  handle(request, response)
})

const answer =
  (body: unknown, { type = 'application/jwk-set+json', status = 200 } = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const publish = (...keys: readonly object[]): Handler => answer({ keys })

function create(options: Partial<RemoteKeysOptions> = {}): VerificationKeys {
  return remoteKeys(`${origin}/jwks`, { fetch, insecureLoopback: true, runtime, ...options })
}

async function outcome(keys: VerificationKeys, kid = 'a'): Promise<string> {
  try {
    return (await keys.find(kid))?.alg ?? 'none'
  } catch (error) {
    expect(error).toBeInstanceOf(UnavailableError)
    return 'unavailable'
  }
}

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => {
    server.close(resolve)
  })
})

beforeEach(() => {
  requests = []
  runtime = createTestRuntime()
  handle = publish(publicOf(EC, { kid: 'a', alg: 'ES256' }))
})

describe('remoteKeys()', () => {
  it('fetches nothing before a key is asked for, and then once for all who ask', async () => {
    const keys = create()
    expect(requests).toEqual([])
    const found = await Promise.all(Array.from({ length: 20 }, async () => keys.find('a')))
    expect(requests).toEqual(['/jwks'])
    expect(new Set(found).size).toBe(1)
    expect(found[0]).toMatchObject({ kid: 'a', alg: 'ES256', state: 'accepted', sign: undefined })
    expect(keys.find('a')).toBe(found[0])
    expect(requests).toHaveLength(1)
  })

  it('asks again for an unknown key id, at most once each cooldown, so that a storm of them costs one request', async () => {
    const keys = create()
    expect(await outcome(keys)).toBe('ES256')
    const storm = (): Promise<string[]> =>
      Promise.all(Array.from({ length: 50 }, (_, index) => outcome(keys, `x${index}`)))
    expect(new Set(await storm())).toEqual(new Set(['none']))
    expect(requests).toHaveLength(1)
    runtime.advance('30s')
    expect(new Set([...(await storm()), ...(await storm())])).toEqual(new Set(['none']))
    expect(requests).toHaveLength(2)
  })

  it('takes a new key up, keeps the others as the same objects, and lets go of one that is no longer published', async () => {
    const keys = create()
    const before = await keys.find('a')
    handle = publish(publicOf(EC, { kid: 'a', alg: 'ES256' }), publicOf(RSA, { kid: 'b', alg: 'PS256' }))
    runtime.advance('30s')
    expect(await outcome(keys, 'b')).toBe('PS256')
    expect(await keys.find('a')).toBe(before)
    handle = publish(publicOf(RSA, { kid: 'b', alg: 'PS256' }))
    runtime.advance('10m')
    expect([await outcome(keys, 'a'), await outcome(keys, 'b')]).toEqual(['none', 'PS256'])
    handle = publish(publicOf(OTHER, { kid: 'a', alg: 'ES256' }))
    runtime.advance('10m')
    expect(await keys.find('a')).not.toBe(before)
  })

  it('goes on with what it has while the server fails, up to its limit, and never says that there is no such key', async () => {
    const keys = create({ staleFor: '1h' })
    expect(await outcome(keys)).toBe('ES256')
    handle = answer('', { status: 503 })
    runtime.advance('59m')
    expect([await outcome(keys), await outcome(keys, 'new')]).toEqual(['ES256', 'unavailable'])
    expect(requests).toHaveLength(2)
    runtime.advance('1m')
    expect(await outcome(keys)).toBe('unavailable')
    handle = publish(publicOf(EC, { kid: 'a', alg: 'ES256' }))
    runtime.advance('5s')
    expect(await outcome(keys)).toBe('ES256')
  })

  it('is out of reach from the start when the server is, and tries again after a while only', async () => {
    handle = answer('', { status: 500 })
    const keys = create()
    expect([await outcome(keys), await outcome(keys)]).toEqual(['unavailable', 'unavailable'])
    expect(requests).toHaveLength(1)
    runtime.advance('5s')
    handle = publish(publicOf(EC, { kid: 'a', alg: 'ES256' }))
    expect(await outcome(keys)).toBe('ES256')
  })

  it('gives a server that does not answer up after the time limit, and one that does not end its answer', async () => {
    for (const stall of [
      () => {},
      ((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"keys":[')
      }) as Handler,
    ]) {
      handle = stall
      requests = []
      const keys = create()
      const waiting = outcome(keys)
      while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
      runtime.advance('5s')
      expect(await waiting).toBe('unavailable')
    }
  })

  it('reads no more than the limit of an answer that does not end', async () => {
    let written = 0
    let closed: () => void = () => {}
    const closing = new Promise<void>((resolve) => {
      closed = resolve
    })
    handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.on('close', closed)
      const chunk = ' '.repeat(65_536)
      const write = (): void => {
        while (!response.destroyed && written < 104_857_600) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
    }
    expect(await outcome(create({ maxBytes: 65_536 }))).toBe('unavailable')
    await closing
    expect(written).toBeLessThan(33_554_432)
  })

  it.each<[string, Handler]>([
    ['a page', answer('<html></html>', { type: 'text/html' })],
    ['keys without a JSON media type', answer({ keys: [publicOf(EC, { kid: 'a' })] }, { type: 'text/plain' })],
    ['broken JSON', answer('{"keys":[')],
    ['a list', answer([publicOf(EC, { kid: 'a' })])],
    ['no list of keys', answer({ keys: { a: publicOf(EC, { kid: 'a' }) } })],
    ['a member twice', answer(`{"keys":[],"keys":[${JSON.stringify(publicOf(EC, { kid: 'a' }))}]}`)],
    ['no keys', publish()],
    [
      '101 keys',
      publish(...Array.from({ length: 101 }, (_, index) => publicOf(EC, { kid: `k${index}`, alg: 'ES256' }))),
    ],
    ['status 404', answer({ keys: [publicOf(EC, { kid: 'a' })] }, { status: 404 })],
    ['status 206', answer({ keys: [publicOf(EC, { kid: 'a' })] }, { status: 206 })],
    [
      'a declared length past the limit',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '524289' })
        response.end(JSON.stringify({ keys: [publicOf(EC, { kid: 'a' })] }).padEnd(524_289))
      },
    ],
    [
      'a redirect',
      ({ url }, response) => {
        if (url === '/jwks') return void response.writeHead(302, { location: `${origin}/elsewhere` }).end()
        answer({ keys: [publicOf(EC, { kid: 'a' })] })({} as IncomingMessage, response)
      },
    ],
    ['a closed connection', (_, response) => void response.destroy()],
  ])('takes for out of reach: %s', async (_, handler) => {
    handle = handler
    expect(await outcome(create())).toBe('unavailable')
    expect(requests.filter((url) => url !== '/jwks')).toEqual([])
  })

  it('refuses a redirect also from a fetch that follows them', async () => {
    handle = ({ url }, response) => {
      if (url === '/jwks') return void response.writeHead(302, { location: `${origin}/elsewhere` }).end()
      publish(publicOf(EC, { kid: 'a' }))({} as IncomingMessage, response)
    }
    const following: RemoteKeysOptions['fetch'] = (url, init) => fetch(url, { ...init, redirect: 'follow' })
    expect(await outcome(create({ fetch: following }))).toBe('unavailable')
  })

  it.each<[string, readonly object[], string]>([
    ['a key with a private half', [{ ...EC, kid: 'a', alg: 'ES256' }], 'none'],
    ['a secret', [{ kty: 'oct', k: 'A'.repeat(43), kid: 'a', alg: 'HS256' }], 'none'],
    ['two keys of one id', [publicOf(EC, { kid: 'a' }), publicOf(OTHER, { kid: 'a' })], 'none'],
    ['a key for encryption', [publicOf(EC, { kid: 'a', use: 'enc' })], 'none'],
    ['a key that may not verify', [publicOf(EC, { kid: 'a', use: undefined, key_ops: ['deriveKey'] })], 'none'],
    ['a key of another type than its algorithm has', [publicOf(EC, { kid: 'a', alg: 'RS256' })], 'none'],
    ['an algorithm that is not offered', [publicOf(RSA, { kid: 'a', alg: 'RSA-OAEP' })], 'none'],
    ['an RSA key without an algorithm', [publicOf(RSA, { kid: 'a' })], 'none'],
    ['an RSA key of 1024 bits', [publicOf(WEAK, { kid: 'a', alg: 'RS256' })], 'none'],
    ['a point that is not on its curve', [publicOf({ ...EC, y: EC['x'] }, { kid: 'a' })], 'none'],
    ['a key without an id', [publicOf(EC)], 'none'],
    ['an id out of its grammar', [publicOf(EC, { kid: '../a' })], 'none'],
    ['what is no key', [[], { kid: 'a' }], 'none'],
    [
      'an EC key without an algorithm, whose curve has one',
      [publicOf(EC, { kid: 'a', x5c: ['x'], x5t: 'x' })],
      'ES256',
    ],
  ])('of a set with %s and a good one, uses the fit ones alone', async (_, published, found) => {
    handle = publish(...published, publicOf(OTHER, { kid: 'good', alg: 'ES256' }))
    const keys = create()
    expect([await outcome(keys), await outcome(keys, 'good')]).toEqual([found, 'ES256'])
  })

  it('uses RSA keys that name no algorithm for the one that the application names', async () => {
    handle = publish(publicOf(RSA, { kid: 'a' }), publicOf(RSA, { kid: 'b', alg: 'PS512' }))
    const keys = create({ rsaAlgorithm: 'RS256' })
    expect([await outcome(keys), await outcome(keys, 'b')]).toEqual(['RS256', 'PS512'])
  })

  it('fails closed with a clock that says nonsense, and asks anew when it was set back', async () => {
    const keys = create()
    expect(await outcome(keys)).toBe('ES256')
    runtime.set(Number.NaN)
    expect(() => keys.find('a')).toThrow(UnavailableError)
    runtime.set(1_000)
    handle = answer('', { status: 500 })
    expect(await outcome(keys)).toBe('unavailable')
    expect(requests).toHaveLength(2)
  })

  it.each<[string, unknown, unknown]>([
    ['jwksUri', 'http://127.0.0.1/jwks', { fetch }],
    ['jwksUri', 'http://issuer.example/jwks', { fetch, insecureLoopback: true }],
    ['jwksUri', 'https://user:password@issuer.example/jwks', { fetch }],
    ['jwksUri', 'file:///etc/keys', { fetch }],
    ['jwksUri', 'issuer.example/jwks', { fetch }],
    ['jwksUri', undefined, { fetch }],
    ['fetch', 'https://issuer.example/jwks', {}],
    ['options', 'https://issuer.example/jwks', undefined],
    ['maxAge', 'https://issuer.example/jwks', { fetch, maxAge: '9s' }],
    ['staleFor', 'https://issuer.example/jwks', { fetch, staleFor: '9m' }],
    ['cooldown', 'https://issuer.example/jwks', { fetch, cooldown: 0 }],
    ['timeout', 'https://issuer.example/jwks', { fetch, timeout: '2m' }],
    ['maxBytes', 'https://issuer.example/jwks', { fetch, maxBytes: 1 }],
    ['rsaAlgorithm', 'https://issuer.example/jwks', { fetch, rsaAlgorithm: 'ES256' }],
    ['agent', 'https://issuer.example/jwks', { fetch, agent: {} }],
  ])('refuses %s: %j %j', (option, uri, options) => {
    const make = (): unknown => remoteKeys(uri as string, options as RemoteKeysOptions)
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(expect.objectContaining({ option }))
  })
})

describe('discoverKeys()', () => {
  const discovered =
    (document: object): Handler =>
    (request, response) =>
      request.url?.endsWith('/.well-known/openid-configuration') === true
        ? answer(document, { type: 'application/json' })(request, response)
        : publish(publicOf(EC, { kid: 'a' }))(request, response)

  const discover = (path = ''): VerificationKeys =>
    discoverKeys(`${origin}${path}`, { fetch, insecureLoopback: true, runtime })

  it('finds the keys through the document of the issuer', async () => {
    handle = discovered({ issuer: `${origin}/tenant`, jwks_uri: `${origin}/keys`, more: true })
    const keys = discover('/tenant')
    expect(await outcome(keys)).toBe('ES256')
    expect(requests).toEqual(['/tenant/.well-known/openid-configuration', '/keys'])
  })

  it('takes the document of another issuer, and one that leads elsewhere than https, for out of reach', async () => {
    for (const document of [
      { issuer: `${origin}/`, jwks_uri: `${origin}/keys` },
      { issuer: 'https://evil.example', jwks_uri: `${origin}/keys` },
      { jwks_uri: `${origin}/keys` },
      { issuer: origin },
      { issuer: origin, jwks_uri: 'http://issuer.example/keys' },
      { issuer: origin, jwks_uri: 'file:///etc/keys' },
      { issuer: origin, jwks_uri: ['https://issuer.example/keys'] },
    ]) {
      handle = discovered(document)
      requests = []
      expect(await outcome(discover())).toBe('unavailable')
      expect(requests).toEqual(['/.well-known/openid-configuration'])
    }
  })

  it.each(['http://issuer.example', 'https://issuer.example/?a', 'https://issuer.example/#a', 'nothing'])(
    'refuses the issuer %s',
    (issuer) => {
      expect(() => discoverKeys(issuer, { fetch })).toThrow(expect.objectContaining({ option: 'issuer' }))
    },
  )
})

describe('createAuth() with the keys of another issuer', () => {
  it('lets its tokens in, and answers 503 and not 401 while the keys are out of reach', async () => {
    const other = createAuth({
      tokens: {
        issuer: 'https://login.example',
        audience: 'api',
        keys: await createKeyring([{ kid: 'a', alg: 'ES256', jwk: EC }]),
      },
      runtime,
    })
    const auth = createAuth({
      secrets: { 1: 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2' },
      tokens: {
        issuer: 'https://api.example',
        audience: 'api',
        trustedIssuers: [{ issuer: 'https://login.example', keys: create() }],
      },
      runtime,
    })
    const token = await other.issueAccessToken('7')
    const headers = new Headers({ authorization: `Bearer ${token}` })
    const request = { method: 'GET', url: '/', headers }
    handle = answer('', { status: 500 })
    await expect(auth.authenticate(request, createEffects())).rejects.toThrow(UnavailableError)
    runtime.advance('5s')
    handle = publish(publicOf(EC, { kid: 'a', alg: 'ES256' }))
    const { principal } = await auth.authenticate(request, createEffects())
    expect(principal).toMatchObject({ subject: '7', issuer: 'https://login.example' })
    // Its own tokens need nobody.
    handle = answer('', { status: 500 })
    expect((await auth.verifyAccessToken(await auth.issueAccessToken('8'))).ok).toBe(true)
    const forger = await createKeyring([{ kid: 'a', alg: 'ES256', jwk: OTHER }])
    const forged = createAuth({ tokens: { issuer: 'https://login.example', audience: 'api', keys: forger }, runtime })
    expect(await auth.verifyAccessToken(await forged.issueAccessToken('7'))).toMatchObject({ code: 'token_signature' })
    expect((forger.find('a') as TokenKey).kid).toBe('a')
  })
})
