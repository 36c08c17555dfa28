import { createKeyring, type KeyAlgorithm, type KeyInput, type JsonWebKey } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { generateKey, generateSecret } from './generate-key.ts'

const ASYMMETRIC = ['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const

async function signs(input: object): Promise<boolean> {
  const { active } = await createKeyring([input as KeyInput])
  const signature = await active?.sign?.('message')
  return signature !== undefined && active !== undefined && (await active.verify('message', signature))
}

describe('generateSecret()', () => {
  it('gives 32 bytes in base64, another time others', () => {
    expect(generateSecret()).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect(generateSecret()).not.toBe(generateSecret())
  })
})

describe('generateKey()', () => {
  it.each([...ASYMMETRIC, 'HS256', 'HS384', 'HS512'])(
    'makes a JWK for %s that createKeyring takes as it is',
    async (alg) => {
      const text = await generateKey(alg, { ...(alg.startsWith('HS') && { kid: 'mine' }), pem: false })
      const jwk = JSON.parse(text) as JsonWebKey
      expect(jwk).toMatchObject({
        alg,
        use: 'sig',
        kid: alg.startsWith('HS') ? 'mine' : (expect.stringMatching(/^[\w-]{43}$/) as string),
      })
      expect(text.trim().split('\n')).toHaveLength(1)
      expect(await signs({ alg, jwk })).toBe(true)
    },
  )

  it.each(ASYMMETRIC)('makes PEM for %s', async (alg) => {
    const pem = await generateKey(alg, { pem: true })
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(await signs({ alg: alg as KeyAlgorithm, pem })).toBe(true)
  })

  it.each([
    ['none', {}, 'keys[0].alg'],
    ['__proto__', {}, 'keys[0].alg'],
    ['RS999', {}, 'keys[0].alg'],
    ['HS256', {}, 'keys[0].kid'],
    ['ES256', { kid: '../x' }, 'keys[0].kid'],
    ['HS256', { kid: 'a', pem: true }, 'keys[0].pem'],
  ])('refuses %s %j', async (alg, options, option) => {
    await expect(generateKey(alg, { pem: false, ...options })).rejects.toMatchObject({ code: 'ERR_CONFIG', option })
  })
})
