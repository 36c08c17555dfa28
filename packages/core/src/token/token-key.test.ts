import { describe, expect, it } from 'vitest'
import { askForKeys, isKeyring, isVerificationKeys, toKeyring, type TokenKey } from './token-key.ts'

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

describe('isKeyring()', () => {
  it('asks for what is published as well', () => {
    expect(isKeyring(toKeyring([key]))).toBe(true)
    for (const other of [{ find: () => undefined }, [], {}, null]) expect(isKeyring(other)).toBe(false)
  })
})

describe('askForKeys()', () => {
  const ring = toKeyring([key])

  it('gives the current keys', () => {
    expect(askForKeys(() => ring, isKeyring)).toBe(ring)
  })

  it.each<[string, () => unknown]>([
    ['none', () => undefined],
    ['some of another kind', () => ({ find: () => undefined })],
    [
      'an exception',
      () => {
        throw new Error('secret manager')
      },
    ],
  ])('calls %s out of reach', (_, keys) => {
    expect(() => askForKeys(keys as () => typeof ring, isKeyring)).toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE' }),
    )
  })
})
