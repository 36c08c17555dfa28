import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../runtime.ts'
import { KEY_ALGORITHMS } from './algorithm.ts'
import { importKey, toThumbprint } from './key-import.ts'
import { parseKeyInput } from './key-input.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const JWK = privateKey.export({ format: 'jwk' })
const INPUT = { alg: 'ES256', jwk: JWK }

describe('importKey()', () => {
  it.each([
    ['node:crypto', nodeCrypto],
    ['the Web Cryptography API', null],
  ])('makes a key for %s that the other engine reads', async (_, node) => {
    const key = await importKey(parseKeyInput('keys[0]', INPUT), node)
    const other = await importKey(parseKeyInput('keys[0]', INPUT), node === null ? nodeCrypto : null)
    const signature = (await key.signature.sign?.('message')) ?? new Uint8Array()
    expect(await other.signature.verify('message', signature)).toBe(true)
    expect(key.kid).toBe(other.kid)
  })

  it('names a key by its thumbprint, whichever half is given', async () => {
    const { d: _, ...publicJwk } = JWK
    const kid = await toThumbprint(publicJwk as { kty: string })
    expect((await importKey(parseKeyInput('k', INPUT))).kid).toBe(kid)
    expect((await importKey(parseKeyInput('k', { ...INPUT, jwk: publicJwk }))).kid).toBe(kid)
  })

  it('refuses a point that is not on its curve', async () => {
    const jwk = { ...JWK, d: undefined, y: JWK.x }
    const { d: _, ...own } = jwk
    await expect(importKey(parseKeyInput('k', { alg: 'ES256', jwk: own }))).rejects.toMatchObject({ option: 'k.jwk' })
  })

  it.each(KEY_ALGORITHMS)('refuses an RSA key of 1024 bits in PEM form, for %s', async (alg) => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    })
    const parsed = (): Promise<unknown> => importKey(parseKeyInput('k', { kid: 'k', alg, pem: weak }))
    await expect((async () => parsed())()).rejects.toMatchObject({ code: 'ERR_CONFIG' })
  })
})
