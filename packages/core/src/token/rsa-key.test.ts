import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkRsaKey } from './rsa-key.ts'

const numbers = (jwk: { readonly n?: unknown; readonly e?: unknown }): readonly [Uint8Array, Uint8Array] => [
  Buffer.from(jwk.n as string, 'base64url'),
  Buffer.from(jwk.e as string, 'base64url'),
]
const [N, E] = numbers(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' }))

const GROUPS = (
  JSON.parse(readFileSync(new URL('../../vectors/wycheproof/json_web_key.json', import.meta.url), 'utf8')) as {
    testGroups: readonly {
      readonly comment: string
      readonly key: { readonly keys: readonly { n: string; e: string }[] }
    }[]
  }
).testGroups

function optionOf(n: Uint8Array, e: Uint8Array): string {
  try {
    checkRsaKey('k', n, e)
  } catch (error) {
    return (error as { option: string }).option
  }
  return 'none'
}

describe('checkRsaKey()', () => {
  it('admits keys of 2048, 3072 and 4096 bits', () => {
    for (const modulusLength of [2_048, 3_072, 4_096]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
      expect(optionOf(...numbers(publicKey.export({ format: 'jwk' })))).toBe('none')
    }
  })

  it('refuses a modulus of 2047 bits, of 8193 bits, and none', () => {
    const half = Uint8Array.from(N)
    half[0] = (half[0] as number) & 0x7f
    const long = new Uint8Array(1_025).fill(1)
    expect([optionOf(half, E), optionOf(long, E), optionOf(new Uint8Array(), E)]).toEqual(['k.n', 'k.n', 'k.n'])
    expect(optionOf(long.subarray(1).fill(255, 0, 1), E)).toBe('none')
  })

  it.each([
    ['1', [1]],
    ['3', [3]],
    ['65536, which is even', [1, 0, 0]],
    ['65535', [255, 255]],
    ['65538, which is even', [1, 0, 2]],
    ['more than 64 bits', [1, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['none', []],
  ])('refuses the exponent %s', (_, exponent) => {
    expect(optionOf(N, Uint8Array.from(exponent))).toBe('k.e')
  })

  it('refuses the keys that Wycheproof calls weak: ROCA, 1024 bits, exponent 1', () => {
    const weak = (comment: string): string => {
      const key = GROUPS.find((group) => group.comment === comment)?.key.keys[0]
      return optionOf(...numbers(key ?? {}))
    }
    expect(weak('jws_rsa_roca_key')).toBe('k.n')
    expect(weak('keysize_too_small')).toBe('k.n')
    expect(weak('exponentOne')).toBe('k.e')
    expect(weak('rs256')).toBe('none')
  })
})
