import { describe, expect, it } from 'vitest'
import { createAuth } from '../auth.ts'
import { createRootSecrets } from '../secrets.ts'
import { deriveKeyring, keyringFromSecrets } from './secret-keyring.ts'
import { createTokenVerifier } from './verifier.ts'

describe('deriveKeyring()', () => {
  const text = 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2'
  const secrets = createRootSecrets({ 3: text, 7: `${text}7`, 12: `${text}12` }, 7)

  it('signs with the signing id and accepts the others', async () => {
    const ring = deriveKeyring(secrets)
    expect(ring.active).toMatchObject({ kid: '7', alg: 'HS256', state: 'active' })
    expect(['3', '7', '12', '8', '07'].map((kid) => ring.find(kid)?.state)).toEqual([
      'accepted',
      'active',
      'accepted',
      undefined,
      undefined,
    ])
    expect(ring.find('3')?.sign).toBeUndefined()
    const signature = (await ring.active?.sign?.('message')) ?? new Uint8Array()
    expect(await ring.active?.verify('message', signature)).toBe(true)
  })

  it('derives each key for this purpose alone', async () => {
    const mac = await secrets.deriveHmacKey(3, 'access-token/HS256').sign('message')
    const other = await secrets.deriveHmacKey(3, 'session-credential').sign('message')
    const key = deriveKeyring(secrets).find('3')
    expect([await key?.verify('message', mac), await key?.verify('message', other)]).toEqual([true, false])
  })

  it('publishes nothing', () => {
    expect(deriveKeyring(secrets).publicJwks()).toEqual({ keys: [] })
  })
})

describe('keyringFromSecrets()', () => {
  const secrets = { 1: 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2', 2: 'Q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2' }

  it('has the keys that createAuth derives from the same secrets', async () => {
    const auth = createAuth({ secrets, tokens: { issuer: 'https://api.test', audience: 'api' } })
    const keys = keyringFromSecrets(secrets)
    const { verify } = createTokenVerifier({ issuer: 'https://api.test', audience: 'api', keys })
    expect(await verify(await auth.issueAccessToken('user-1'))).toMatchObject({ ok: true })
  })

  it('signs with the secret that is named, or the highest', () => {
    expect(keyringFromSecrets(secrets).active?.kid).toBe('2')
    expect(keyringFromSecrets(secrets, { signWith: 1 }).active?.kid).toBe('1')
  })

  it.each([
    ['secrets', undefined, {}],
    ['secrets', {}, {}],
    ['secrets.1', { 1: 'short' }, {}],
    ['signWith', secrets, { signWith: 3 }],
    ['signwith', secrets, { signwith: 1 }],
    ['options', secrets, null],
  ])('names %s where that is wrong', (option, given, options) => {
    expect(() => keyringFromSecrets(given as never, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })
})
