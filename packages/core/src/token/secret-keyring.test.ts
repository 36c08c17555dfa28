import { describe, expect, it } from 'vitest'
import { createRootSecrets } from '../secrets.ts'
import { keyringFromSecrets } from './secret-keyring.ts'

describe('keyringFromSecrets()', () => {
  const text = 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iQ2'
  const secrets = createRootSecrets({ 3: text, 7: `${text}7`, 12: `${text}12` }, 7)

  it('signs with the signing id and accepts the others', async () => {
    const ring = keyringFromSecrets(secrets)
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
    const key = keyringFromSecrets(secrets).find('3')
    expect([await key?.verify('message', mac), await key?.verify('message', other)]).toEqual([true, false])
  })

  it('publishes nothing', () => {
    expect(keyringFromSecrets(secrets).publicJwks()).toEqual({ keys: [] })
  })
})
