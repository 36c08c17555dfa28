import { describe, expect, it } from 'vitest'
import { isKeyId, parseKeyInput } from './key-input.ts'

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const key = { kid: 'a', alg: 'HS256', secret: SECRET }

describe('isKeyId()', () => {
  it.each(['a', '1', 'A-Z_a.z~0', 'x'.repeat(256)])('admits %.20j', (value) => {
    expect(isKeyId(value)).toBe(true)
  })

  it.each(['', 'a b', 'a/b', '../a', 'a\n', 'ä', 'x'.repeat(257), 1, null, undefined, ['a']])(
    'refuses %.20j',
    (value) => {
      expect(isKeyId(value)).toBe(false)
    },
  )
})

describe('parseKeyInput()', () => {
  it('copies the material, so that a buffer wiped later changes nothing', () => {
    const secret = SECRET.slice()
    const { source } = parseKeyInput('keys[0]', { ...key, secret })
    secret.fill(0)
    expect(source).toEqual({ kind: 'secret', bytes: SECRET })
  })

  it.each<[object, string]>([
    [{ ...key, kid: '' }, 'keys[0].kid'],
    [{ ...key, alg: 'none' }, 'keys[0].alg'],
    [{ ...key, alg: 'HS512' }, 'keys[0].alg'],
    [{ ...key, state: 'on' }, 'keys[0].state'],
    [{ ...key, use: 'sig' }, 'keys[0].use'],
    [{ kid: 'a', alg: 'HS256' }, 'keys[0]'],
    [{ ...key, pem: 'x' }, 'keys[0]'],
    [{ ...key, alg: 'EdDSA' }, 'keys[0].secret'],
    [{ ...key, secret: 'text' }, 'keys[0].secret'],
    [{ kid: 'a', alg: 'HS256', pem: 'x' }, 'keys[0].pem'],
    [{ kid: 'a', alg: 'EdDSA', jwk: { kty: 'EC', crv: 'P-256' } }, 'keys[0].jwk.kty'],
    [{ kid: 'a', alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'X25519' } }, 'keys[0].jwk.crv'],
    [{ kid: 'a', alg: 'HS256', jwk: { kty: 'oct', k: 'AA', kid: 'b' } }, 'keys[0].jwk.kid'],
  ])('refuses %j and names the option', (input, option) => {
    expect(() => parseKeyInput('keys[0]', input)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
