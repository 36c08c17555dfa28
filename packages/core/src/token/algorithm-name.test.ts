import { describe, expect, it } from 'vitest'
import { isAlgorithmName } from './algorithm-name.ts'
import { KEY_ALGORITHMS, type KeyAlgorithm } from './algorithm.ts'

const ALL = KEY_ALGORITHMS as readonly KeyAlgorithm[]

describe('isAlgorithmName()', () => {
  it('lets a key read its own name alone, and both names of Ed25519', () => {
    const pairs = ALL.flatMap((alg) => ALL.filter((name) => isAlgorithmName(alg, name)).map((name) => `${alg} ${name}`))
    expect(pairs.filter((pair) => new Set(pair.split(' ')).size > 1)).toEqual(['EdDSA Ed25519', 'Ed25519 EdDSA'])
    expect(pairs).toHaveLength(16)
    expect(ALL.some((alg) => isAlgorithmName(alg, 'none') || isAlgorithmName(alg, ''))).toBe(false)
  })
})
