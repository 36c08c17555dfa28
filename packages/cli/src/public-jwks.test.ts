import type { JsonWebKey } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { generateKey } from './generate-key.ts'
import { toPublicJwks } from './public-jwks.ts'

const read = (text: string): readonly JsonWebKey[] => (JSON.parse(text) as { keys: readonly JsonWebKey[] }).keys

describe('toPublicJwks()', () => {
  it('shows the public halves alone, of keys in any form', async () => {
    const jwk = await generateKey('ES256', { pem: false })
    const { d, ...rest } = JSON.parse(jwk) as Record<string, string>
    const secret = await generateKey('HS256', { kid: 'secret', pem: false })
    const pem = await generateKey('RS256', { pem: true })
    for (const text of [jwk, `[${jwk}]`, `{"keys":[${jwk},${secret}]}`]) {
      const output = await toPublicJwks(text, undefined)
      expect(read(output)).toEqual([rest])
      expect(output).not.toContain(d)
    }
    const [key] = read(await toPublicJwks(pem, 'RS256'))
    expect(Object.keys(key ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    expect(read(await toPublicJwks(pem + (await generateKey('RS256', { pem: true })), 'RS256'))).toHaveLength(2)
  })

  it.each([
    ['', 'keys'],
    ['no key', 'keys'],
    ['[]', 'keys'],
    ['[1]', 'keys[0].alg'],
    ['{"kty":"EC"}', 'keys[0].alg'],
    ['{"kty":"EC","alg":"ES256"}', 'keys[0].jwk.crv'],
  ])('refuses %j', async (text, option) => {
    await expect(toPublicJwks(text, undefined)).rejects.toMatchObject({ code: 'ERR_CONFIG', option })
  })
})
