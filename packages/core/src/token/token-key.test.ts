import { describe, expect, it } from 'vitest'
import { isVerificationKeys, toKeyring, type TokenKey } from './token-key.ts'

const key: TokenKey = {
  kid: 'a',
  alg: 'ES256',
  state: 'active',
  publicJwk: { kty: 'EC' },
  verify: () => true,
  sign: undefined,
}

describe('toKeyring()', () => {
  it('finds keys by exactly their id', () => {
    const ring = toKeyring([
      { ...key, state: 'accepted' },
      { ...key, kid: 'b' },
    ])
    expect(ring.active?.kid).toBe('b')
    expect(['a', 'b', 'A', '', '__proto__', 'constructor'].map((kid) => ring.find(kid)?.kid)).toEqual([
      'a',
      'b',
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('publishes neither secrets nor retired keys', () => {
    const ring = toKeyring([key, { ...key, kid: 'b', state: 'retired' }, { ...key, kid: 'c', publicJwk: undefined }])
    expect(ring.publicJwks()).toEqual({ keys: [{ kty: 'EC', kid: 'a', alg: 'ES256', use: 'sig' }] })
  })
})

describe('isVerificationKeys()', () => {
  it.each([[toKeyring([key]), true] as const, [[], false] as const, [{}, false] as const, [null, false] as const])(
    'tells %j: %j',
    (value, verdict) => {
      expect(isVerificationKeys(value)).toBe(verdict)
    },
  )
})
