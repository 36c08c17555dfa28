import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../faults.ts'
import type { KeyAlgorithm } from './algorithm.ts'
import { nodeCrypto } from '../runtime.ts'
import { importPublicKey, toCryptoKey, tryOut, withoutMaterial } from './jwk-import.ts'
import type { JsonWebKey } from './jwk.ts'

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const toJwk = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' }) as JsonWebKey
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ED = generateKeyPairSync('ed25519')
const PAIRS: readonly (readonly [KeyAlgorithm, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }])[] = [
  ['RS256', RSA],
  ['RS512', RSA],
  ['PS256', RSA],
  ['PS384', RSA],
  ['ES256', ec('P-256')],
  ['ES384', ec('P-384')],
  ['ES512', ec('P-521')],
  ['EdDSA', ED],
  ['Ed25519', ED],
]
const ENGINES = [nodeCrypto, null]

describe('toCryptoKey() and tryOut()', () => {
  it.each(PAIRS)('put a pair to work, by each engine: %s', async (alg, { privateKey, publicKey }) => {
    const publicJwk = toJwk(publicKey)
    const [verifying, signing] = [await toCryptoKey(publicJwk, alg), await toCryptoKey(toJwk(privateKey), alg)]
    expect([verifying.type, verifying.usages, signing.type, signing.usages]).toEqual([
      'public',
      ['verify'],
      'private',
      ['sign'],
    ])
    for (const node of ENGINES) {
      const { sign, verify } = await tryOut('k', alg, { verifying, signing, publicJwk }, node)
      const signature = (await sign?.('message')) ?? new Uint8Array()
      expect([await verify('message', signature), await verify('other', signature)]).toEqual([true, false])
    }
  })

  it('gives a key away only where that is said', async () => {
    expect((await toCryptoKey(toJwk(ED.privateKey), 'EdDSA', false)).extractable).toBe(false)
  })

  it.each(ENGINES)('refuses halves of two keys', async (node) => {
    const [one, other] = [ec('P-256'), ec('P-256')]
    const publicJwk = toJwk(one.publicKey)
    const keys = {
      verifying: await toCryptoKey(publicJwk, 'ES256'),
      signing: await toCryptoKey(toJwk(other.privateKey), 'ES256'),
      publicJwk,
    }
    await expect(tryOut('k', 'ES256', keys, node)).rejects.toMatchObject({ option: 'k' })
  })
})

describe('importPublicKey()', () => {
  it('refuses a point that is not on its curve, and a key of another algorithm, without quoting it', async () => {
    const jwk = toJwk(ec('P-256').publicKey)
    const { x } = jwk as unknown as { readonly x: string }
    for (const [alg, wrong] of [
      ['ES256', { ...jwk, y: x }],
      ['ES384', jwk],
      ['EdDSA', jwk],
    ] as const) {
      const fault: unknown = await importPublicKey('k', alg, wrong).catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'ERR_CONFIG', option: 'k' })
      expect(String(fault)).not.toContain(x)
      expect((fault as Error).cause).toBeUndefined()
    }
  })
})

describe('withoutMaterial()', () => {
  it('lets our own words pass, and nobody else\u2019s', async () => {
    const own = new ConfigError('k', 'must be another')
    await expect(withoutMaterial('k', () => Promise.reject(own))).rejects.toBe(own)
    const quoting = withoutMaterial('k', () => Promise.reject(new Error('bad key: AAAA')))
    await expect(quoting).rejects.toThrow('Option "k" must be a key that fits its "alg"')
  })
})
