import { describe, expect, it } from 'vitest'
import { parseKeyInput } from './key-input.ts'

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const key = { kid: 'a', alg: 'HS256', secret: SECRET }

describe('parseKeyInput()', () => {
  it('copies the material, so that a buffer wiped later changes nothing', () => {
    const secret = SECRET.slice()
    const { source } = parseKeyInput('keys[0]', { ...key, secret })
    secret.fill(0)
    expect(source).toEqual({ kind: 'secret', kid: undefined, bytes: SECRET })
  })

  it.each<[object, string]>([
    [{ ...key, kid: '' }, 'keys[0].kid'],
    [{ ...key, alg: 'none' }, 'keys[0].alg'],
    [{ ...key, alg: 'ES256K' }, 'keys[0].alg'],
    [{ ...key, kid: undefined }, 'keys[0].kid'],
    [{ ...key, alg: 'HS384' }, 'keys[0].secret'],
    [{ ...key, alg: 'HS512' }, 'keys[0].secret'],
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
