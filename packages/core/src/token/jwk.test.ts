import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeyAlgorithm } from './algorithm.ts'
import { parseJwk, SECRET_MEMBERS } from './jwk.ts'

const exported = (pair: { privateKey: { export(options: { format: 'jwk' }): object } }): Record<string, unknown> =>
  pair.privateKey.export({ format: 'jwk' }) as Record<string, unknown>
const RSA = exported(generateKeyPairSync('rsa', { modulusLength: 2_048 }))
const EC = exported(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const OKP = exported(generateKeyPairSync('ed25519'))

function parse(jwk: unknown, alg: KeyAlgorithm, signs = false): string {
  try {
    parseJwk('k', jwk, { kid: undefined, alg, signs })
    return 'ok'
  } catch (error) {
    return (error as { option: string }).option
  }
}

describe('parseJwk()', () => {
  it('parts the public half from the private one, and drops every other member', () => {
    const parsed = parseJwk(
      'k',
      { ...EC, kid: 'a', x5c: ['x'], ext: true },
      { kid: undefined, alg: 'ES256', signs: true },
    )
    const { x, y, d } = EC
    expect(parsed).toEqual({
      kind: 'jwk',
      kid: 'a',
      publicJwk: { kty: 'EC', crv: 'P-256', x, y },
      privateJwk: { kty: 'EC', crv: 'P-256', x, y, d },
    })
    const rsa = parseJwk('k', RSA, { kid: undefined, alg: 'PS256', signs: false })
    expect(rsa.kind === 'jwk' && Object.keys(rsa.publicJwk)).toEqual(['kty', 'n', 'e'])
    expect(
      rsa.kind === 'jwk' && Object.keys(rsa.privateJwk ?? {}).filter((name) => !SECRET_MEMBERS.includes(name)),
    ).toEqual(['kty', 'n', 'e'])
  })

  it.each<[string, unknown, KeyAlgorithm, string]>([
    ['an EC key for RS256', EC, 'RS256', 'k.kty'],
    ['an RSA key for HS256', RSA, 'HS256', 'k.kty'],
    ['a P-256 key for ES384', EC, 'ES384', 'k.crv'],
    ['an Ed25519 key of another curve', { ...OKP, crv: 'Ed448' }, 'EdDSA', 'k.crv'],
    ['an RSA key with a curve', { ...RSA, crv: 'P-256' }, 'RS256', 'k.crv'],
    ['an RSA key with more than two primes', { ...RSA, oth: [] }, 'RS256', 'k.oth'],
    ['an RSA modulus with a leading zero', { ...RSA, n: leading(RSA['n']) }, 'RS256', 'k.n'],
    ['an RSA exponent with a leading zero', { ...RSA, e: leading(RSA['e']) }, 'RS256', 'k.e'],
    ['an RSA private key without its primes', { ...RSA, p: undefined, q: undefined }, 'RS256', 'k.p'],
    ['an EC coordinate with a leading zero', { ...EC, x: leading(EC['x']) }, 'ES256', 'k.x'],
    ['an EC key without y', { ...EC, y: undefined }, 'ES256', 'k.y'],
    ['an empty coordinate', { ...EC, y: '' }, 'ES256', 'k.y'],
    ['a number as a coordinate', { ...EC, y: 1 }, 'ES256', 'k.y'],
    ['padding', { ...EC, y: `${String(EC['y'])}=` }, 'ES256', 'k.y'],
    ['another alg', { ...EC, alg: 'ES384' }, 'ES256', 'k.alg'],
    ['a secret of 47 bytes for HS384', { kty: 'oct', k: 'A'.repeat(63) }, 'HS384', 'k.k'],
    ['a list', [EC], 'ES256', 'k'],
    ['text', JSON.stringify(EC), 'ES256', 'k'],
    ['null', null, 'ES256', 'k'],
    ['inherited members', Object.create(EC), 'ES256', 'k.kty'],
  ])('refuses %s', (_, jwk, alg, option) => {
    expect(parse(jwk, alg)).toBe(option)
  })

  it('names nothing of the key in what it throws', () => {
    for (const [jwk, alg] of [
      [{ ...EC, y: `${String(EC['d'])}!` }, 'ES256'],
      [{ ...RSA, n: `${String(RSA['d'])}=` }, 'RS256'],
    ] as readonly [Record<string, unknown>, KeyAlgorithm][]) {
      expect(() => parseJwk('k', jwk, { kid: undefined, alg, signs: false })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(String(jwk['d']).slice(0, 8)) as unknown }),
      )
    }
  })

  it('takes anything and throws nothing but a ConfigError', () => {
    const members = fc.constantFrom('kty', 'crv', 'x', 'y', 'd', 'n', 'e', 'k', 'alg', 'use', 'kid', 'key_ops')
    const jwk = fc.oneof(
      fc.anything(),
      fc.dictionary(members, fc.oneof(fc.jsonValue(), fc.constantFrom('EC', 'P-256', 'RSA'))),
    )
    fc.assert(
      fc.property(
        jwk,
        fc.constantFrom<KeyAlgorithm>('HS256', 'RS256', 'ES256', 'EdDSA'),
        fc.boolean(),
        (value, alg, signs) => {
          expect(parse(value, alg, signs)).toMatch(/^k/)
        },
      ),
    )
  })
})

function leading(number: unknown): string {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(String(number), 'base64url')]).toString('base64url')
}
