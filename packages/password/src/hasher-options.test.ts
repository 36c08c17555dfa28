import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { resolveHasherOptions, type PasswordHasherOptions } from './hasher-options.ts'
import type { BcryptVerify } from './stored-hash/bcrypt.ts'

const PEPPER_1 = 'the first pepper, which is long enough'

describe('resolveHasherOptions()', () => {
  it('has the parameters of OWASP and bounded work by default', () => {
    expect(resolveHasherOptions({})).toMatchObject({
      kdf: { name: 'argon2id', memory: 19_456, passes: 2, parallelism: 1 },
      bcrypt: undefined,
      concurrency: Math.min(3, availableParallelism()),
      queue: 100,
    })
    expect(resolveHasherOptions({ algorithm: 'scrypt' })).toMatchObject({
      kdf: { name: 'scrypt', cost: 131_072, blockSize: 8, parallelism: 1 },
    })
  })

  it('reads own members only', () => {
    const options = Object.create({ insecureParametersForTests: true }) as PasswordHasherOptions
    Object.assign(options, { argon2id: { memory: 64 } })
    expect(() => resolveHasherOptions(options)).toThrow(expect.objectContaining({ option: 'argon2id' }))
  })

  it.each<[string, PasswordHasherOptions]>([
    ['argon2id', { argon2id: { memory: 7_167, passes: 5 } }],
    ['argon2id', { argon2id: { memory: 19_456, passes: 1 } }],
    ['argon2id', { argon2id: { memory: 262_145 } }],
    ['argon2id.passes', { argon2id: { passes: 0 } }],
    ['argon2id.memory', { argon2id: { memory: Number.NaN } }],
    ['argon2id.memory', { argon2id: { memory: '19456' as unknown as number } }],
    ['argon2id.cost', { argon2id: { cost: 1 } as object }],
    ['scrypt', { algorithm: 'scrypt', scrypt: { cost: 2 ** 13 } }],
    ['scrypt', { algorithm: 'scrypt', scrypt: { cost: 100_000 } }],
    ['algorithm', { algorithm: 'bcrypt' as 'scrypt' }],
    ['peppers', { peppers: {} }],
    ['peppers', { peppers: { a: PEPPER_1 } as object }],
    ['peppers', { peppers: { 0: PEPPER_1 } }],
    ['peppers.1', { peppers: { 1: 'short' } }],
    ['peppers.1', { peppers: { 1: 42 as unknown as string } }],
    ['pepperWith', { peppers: { 1: PEPPER_1 }, pepperWith: 2 }],
    ['pepperWith', { pepperWith: 1 }],
    ['bcrypt', { bcrypt: true as unknown as BcryptVerify }],
    ['concurrency', { concurrency: 0 }],
    ['queue', { queue: 1.5 }],
    ['pepperWith', { peppers: { 1: PEPPER_1 }, pepperWith: null as unknown as number }],
    ['scrypt', { algorithm: 'scrypt', scrypt: null as unknown as object }],
    ['algorithm', { algorithm: null as unknown as 'scrypt' }],
    ['concurrency', { concurrency: null as unknown as number }],
    ['hasher.algoritm', { algoritm: 'scrypt' } as object],
    ['hasher', null as unknown as object],
  ])('refuses the option %s: %o', (option, options) => {
    expect(() => resolveHasherOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it('takes the weakest parameters that OWASP lists', () => {
    for (const argon2id of [
      { memory: 47_104, passes: 1 },
      { memory: 12_288, passes: 3 },
      { memory: 9_216, passes: 4 },
      { memory: 7_168, passes: 5 },
    ]) {
      expect(() => resolveHasherOptions({ argon2id })).not.toThrow()
    }
    for (const [cost, parallelism] of [
      [2 ** 16, 2],
      [2 ** 15, 3],
      [2 ** 14, 5],
      [2 ** 13, 10],
    ] as const) {
      expect(() => resolveHasherOptions({ algorithm: 'scrypt', scrypt: { cost, parallelism } })).not.toThrow()
    }
  })
})
