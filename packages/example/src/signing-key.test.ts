import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADAPTERS } from './app.ts'
import { PASSWORD, startTestServer } from './server.fixture.ts'
import { readSigningKey } from './signing-key.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-signing-key-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('readSigningKey()', () => {
  it('makes a key that only the owner can read, and gives the same one from then on', async () => {
    const path = join(folder, 'signing-key.json')
    const rings = await Promise.all([readSigningKey(path), readSigningKey(path)])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(rings[1].publicJwks()).toEqual(rings[0].publicJwks())
    expect((await readSigningKey(path)).active?.kid).toBe(rings[0].active?.kid)
  })
})

describe('GET /.well-known/jwks.json', () => {
  it.each(ADAPTERS)(
    'publishes the public half of the key that tokens are signed with, and no more: %s',
    async (adapter) => {
      const path = join(folder, 'signing-key.json')
      const server = await startTestServer(adapter, { keys: await readSigningKey(path) })
      await server.signUp()
      const answer = await server.send('GET', '/.well-known/jwks.json')
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/jwk-set+json')
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
      const { d, x } = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
      expect(answer.json).toMatchObject({ keys: [{ kty: 'OKP', crv: 'Ed25519', x }] })
      expect(answer.text).not.toContain(d)
      const { json } = await server.send('POST', '/auth/token', {
        json: { email: 'ada@example.com', password: PASSWORD },
      })
      const { access_token: token } = json as { access_token: string }
      const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object
      const [{ kid }] = (answer.json as { keys: [{ kid: string }] }).keys
      expect(header).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid })
      expect((await server.send('GET', '/me', { token })).status).toBe(200)
      expect((await server.send('POST', '/.well-known/jwks.json')).status).toBe(405)
      await server.close()
    },
  )
})
