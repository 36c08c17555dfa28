import { createHmac, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { ConfigError, UnavailableError } from '../faults.ts'
import { bindAccessTokens, type AccessTokens } from './access-token.ts'
import { resolveTokenOptions } from './options.ts'
import type { FetchResponse } from './json-fetch.ts'
import type { KeyAlgorithm } from './algorithm.ts'
import type { JsonWebKey } from './jwk.ts'
import { createKeyring } from './keyring.ts'
import { remoteKeys } from './remote-keys.ts'
import { deriveKeyring } from './secret-keyring.ts'
import { createRootSecrets } from '../secrets.ts'

/**
 * The items of the attack corpus about key sets from a URL. Each is a procedure; the server is played by the `fetch` that is handed in
 * (remote-keys.test.ts has the same and more with a real one).
 */
const ITEMS = (
  JSON.parse(readFileSync(new URL('../../vectors/attack-corpus/jwt.json', import.meta.url), 'utf8')) as {
    elsewhere: readonly { readonly slug: string }[]
  }
).elsewhere.map(({ slug }) => slug)

const ISSUER = 'https://login.test'
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' }) as JsonWebKey
const { n, e } = RSA
const PUBLIC = { kty: 'RSA', n, e, kid: 'k', alg: 'RS256', use: 'sig' }

interface Stage {
  readonly tokens: AccessTokens
  readonly runtime: ReturnType<typeof createTestRuntime>
  requests: number
  /** What the server answers. */
  answer: () => Promise<FetchResponse>
  /** Issues a token of the other issuer. */
  issue(alg?: KeyAlgorithm, kid?: string): Promise<string>
}

function respond(
  content: string | AsyncIterator<Uint8Array>,
  { status = 200, type = 'application/json' } = {},
): Promise<FetchResponse> {
  const bytes = typeof content === 'string' ? [new TextEncoder().encode(content)].values() : content
  return Promise.resolve({
    status,
    redirected: false,
    headers: { get: (name) => (name === 'content-type' ? type : null) },
    body: {
      getReader: () => ({
        read: async () => {
          const { done = false, value } = await bytes.next()
          return done ? { done } : { done, value: value as Uint8Array }
        },
        cancel: async () => {},
      }),
    },
  })
}

const serve =
  (...keys: readonly object[]): (() => Promise<FetchResponse>) =>
  () =>
    respond(JSON.stringify({ keys }))

function createStage(): Stage {
  const runtime = createTestRuntime()
  const keys = remoteKeys(`${ISSUER}/jwks`, {
    runtime,
    fetch: () => {
      stage.requests += 1
      return stage.answer()
    },
  })
  const own = deriveKeyring(createRootSecrets({ 1: 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2' }))
  const options = { issuer: 'https://api.test', audience: 'api', trustedIssuers: [{ issuer: ISSUER, keys }] }
  const stage: Stage = {
    tokens: bindAccessTokens(resolveTokenOptions(options), () => own, runtime),
    runtime,
    requests: 0,
    answer: serve(PUBLIC),
    async issue(alg = 'RS256', kid = 'k') {
      const ring = await createKeyring([{ kid, alg, jwk: RSA }])
      const policy = resolveTokenOptions({ issuer: ISSUER, audience: 'api' })
      return bindAccessTokens(policy, () => ring, runtime).issue('user-1')
    },
  }
  return stage
}

async function outcome({ tokens }: Stage, token: string): Promise<string> {
  try {
    const result = await tokens.verify(token)
    return result.ok ? 'ok' : result.code
  } catch (error) {
    expect(error).toBeInstanceOf(UnavailableError)
    return '503'
  }
}

/** A token of the other issuer that is signed with HMAC, under the id of its key. */
function forge({ runtime }: Stage, secret: string): string {
  const iat = runtime.now() / 1_000
  const claims = { iss: ISSUER, aud: 'api', sub: 'user-1', jti: 'j', iat, exp: iat + 60 }
  const input = [{ alg: 'HS256', typ: 'at+jwt', kid: 'k' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** What each item does, and what comes of it. A set without any usable key counts as out of reach, for nothing is known of the token then. */
const PROCEDURES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async 'jwks-private'(stage) {
    stage.answer = serve({ ...RSA, ...PUBLIC }, { ...PUBLIC, kid: 'other' })
    expect(await outcome(stage, await stage.issue())).toBe('token_key')
  },
  async 'jwks-oct'(stage) {
    const secret = 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2'
    const k = Buffer.from(secret).toString('base64url')
    stage.answer = serve({ kty: 'oct', k, kid: 'k', alg: 'HS256' }, { ...PUBLIC, kid: 'other' })
    expect(await outcome(stage, forge(stage, secret))).toBe('token_key')
  },
  async 'jwks-dupkid'(stage) {
    stage.answer = serve(PUBLIC, PUBLIC, { ...PUBLIC, kid: 'other' })
    expect(await outcome(stage, await stage.issue())).toBe('token_key')
  },
  async 'jwks-keyops'(stage) {
    stage.answer = serve({ ...PUBLIC, use: undefined, key_ops: ['sign'] }, { ...PUBLIC, kid: 'other' })
    expect(await outcome(stage, await stage.issue())).toBe('token_key')
  },
  async 'jwks-algmismatch'(stage) {
    stage.answer = serve({ ...PUBLIC, alg: 'PS256' })
    expect(await outcome(stage, await stage.issue())).toBe('token_algorithm')
  },
  async 'jwks-noalg'(stage) {
    const published = { ...PUBLIC, alg: undefined }
    stage.answer = serve(published, { ...PUBLIC, kid: 'other' })
    expect(await outcome(stage, forge(stage, JSON.stringify(published)))).toBe('token_key')
    expect(await outcome(stage, await stage.issue())).toBe('token_key')
  },
  async 'jwks-rotate'(stage) {
    expect(await outcome(stage, await stage.issue())).toBe('ok')
    stage.answer = serve(PUBLIC, { ...PUBLIC, kid: 'new' })
    stage.runtime.advance('30s')
    expect(await outcome(stage, await stage.issue('RS256', 'new'))).toBe('ok')
    expect(stage.requests).toBe(2)
  },
  async 'jwks-stale'(stage) {
    expect(await outcome(stage, await stage.issue())).toBe('ok')
    stage.answer = () => respond('', { status: 503 })
    stage.runtime.advance('1h')
    expect(await outcome(stage, await stage.issue())).toBe('ok')
    stage.runtime.advance('23h')
    expect(await outcome(stage, await stage.issue())).toBe('503')
  },
  async 'jwks-slow'(stage) {
    stage.answer = () => new Promise(() => {})
    const token = await stage.issue()
    const waiting = Promise.all(Array.from({ length: 10 }, () => outcome(stage, token)))
    while (stage.requests === 0) await Promise.resolve()
    stage.runtime.advance('5s')
    expect(new Set(await waiting)).toEqual(new Set(['503']))
    expect(stage.requests).toBe(1)
  },
  async 'jwks-huge'(stage) {
    let sent = 0
    async function* flood(): AsyncGenerator<Uint8Array> {
      for (; sent < 104_857_600; sent += 65_536) yield new Uint8Array(65_536).fill(32)
    }
    stage.answer = () => respond(flood())
    expect(await outcome(stage, await stage.issue())).toBe('503')
    expect(sent).toBeLessThanOrEqual(524_288 + 65_536)
  },
  async 'jwks-http'() {
    expect(() => remoteKeys('http://login.test/jwks', { fetch })).toThrow(ConfigError)
  },
  async 'jwks-retired'(stage) {
    const token = await stage.issue()
    expect(await outcome(stage, token)).toBe('ok')
    stage.answer = serve({ ...PUBLIC, kid: 'new' })
    stage.runtime.advance('9m')
    expect(await outcome(stage, token)).toBe('ok')
    stage.runtime.advance('59s')
    const late = await stage.issue()
    stage.runtime.advance('1s')
    expect(await outcome(stage, late)).toBe('token_key')
  },
  async 'jwks-nonjson'(stage) {
    stage.answer = () => respond(JSON.stringify({ keys: [PUBLIC] }), { type: 'text/html' })
    expect(await outcome(stage, await stage.issue())).toBe('503')
  },
}

describe('the attack corpus: key sets from a URL', () => {
  it('is complete', () => {
    expect(Object.keys(PROCEDURES)).toEqual(ITEMS)
  })

  it.each(ITEMS)('%s', async (slug) => {
    await PROCEDURES[slug]?.(createStage())
  })
})
