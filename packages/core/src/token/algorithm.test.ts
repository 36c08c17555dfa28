import { describe, expect, it } from 'vitest'
import { isKeyAlgorithm, isSymmetric, KEY_ALGORITHMS, parametersOf, type KeyAlgorithm } from './algorithm.ts'

const ALL = KEY_ALGORITHMS as readonly KeyAlgorithm[]

describe('isKeyAlgorithm()', () => {
  it('knows fourteen names, letter for letter', () => {
    expect(ALL.join(' ')).toBe('HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519')
    expect(ALL.every(isKeyAlgorithm)).toBe(true)
  })

  it.each(['none', 'None', '', 'hs256', 'HS256 ', 'ES256K', 'Ed448', 'RSA1_5', 'ES521', '__proto__', 'constructor', 1])(
    'does not know %j',
    (name) => {
      expect(isKeyAlgorithm(name)).toBe(false)
    },
  )
})

describe('parametersOf()', () => {
  it('binds each algorithm to one type of key, and ECDSA to one curve', () => {
    const lines = ALL.map((alg) => {
      const parameters = parametersOf(alg)
      return `${alg} ${parameters.kty} ${'crv' in parameters ? parameters.crv : parameters.hash}`
    })
    expect(lines.filter((line) => !/^(HS|RS|PS)/.test(line))).toEqual([
      'ES256 EC P-256',
      'ES384 EC P-384',
      'ES512 EC P-521',
      'EdDSA OKP Ed25519',
      'Ed25519 OKP Ed25519',
    ])
    expect(ALL.filter(isSymmetric)).toEqual(['HS256', 'HS384', 'HS512'])
  })
})
