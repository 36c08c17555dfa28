import nodeCrypto, { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { findArgon2, findNativeArgon2, findNodeArgon2, type Argon2Input, type Argon2Variant } from './argon2.ts'

const SMALL = { memory: 64, passes: 1, parallelism: 1, length: 32 } as const
const native = findNativeArgon2()
const node = findNodeArgon2()

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

// From src/test.c of the PHC winner's reference implementation: password "password", salt "somesalt".
const REFERENCE: readonly [Argon2Variant, Omit<Argon2Input, 'password' | 'salt'>, string][] = [
  [
    'argon2id',
    { memory: 65_536, passes: 2, parallelism: 1, length: 32 },
    '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
  ],
  [
    'argon2i',
    { memory: 65_536, passes: 2, parallelism: 1, length: 32 },
    'c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0',
  ],
]

describe('findNativeArgon2()', () => {
  it.each(REFERENCE)('computes the reference digest of %s', async (variant, input, digest) => {
    const result = await native?.(variant, {
      ...input,
      password: Buffer.from('password'),
      salt: Buffer.from('somesalt'),
    })
    expect(hex(result)).toBe(digest)
  })
})

if (node === undefined) {
  describe.skip('findNodeArgon2(): skipped, because this Node has no Argon2 in node:crypto', describeNode)
} else {
  describe('findNodeArgon2()', describeNode)
}

function describeNode(): void {
  it.each(REFERENCE)('computes the reference digest of %s', async (variant, input, digest) => {
    const result = await node?.(variant, { ...input, password: Buffer.from('password'), salt: Buffer.from('somesalt') })
    expect(hex(result)).toBe(digest)
  })

  it('computes the same digests as @node-rs/argon2, for any password, salt and parameters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Argon2Variant>('argon2d', 'argon2i', 'argon2id'),
        fc.record({
          password: fc.uint8Array({ minLength: 1, maxLength: 200 }),
          salt: fc.uint8Array({ minLength: 8, maxLength: 64 }),
          memory: fc.integer({ min: 64, max: 512 }),
          passes: fc.integer({ min: 1, max: 3 }),
          parallelism: fc.integer({ min: 1, max: 4 }),
          length: fc.integer({ min: 16, max: 64 }),
        }),
        async (variant, input) => {
          expect(hex(await node?.(variant, input))).toBe(hex(await native?.(variant, input)))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is what findArgon2() takes', async () => {
    const spy = vi.spyOn(nodeCrypto, 'argon2')
    try {
      await findArgon2()?.('argon2id', { ...SMALL, password: randomBytes(16), salt: randomBytes(16) })
      expect(spy).toHaveBeenCalledOnce()
    } finally {
      spy.mockRestore()
    }
  })

  it('is not taken where Node has the functions and its OpenSSL has no Argon2', async () => {
    const spy = vi.spyOn(nodeCrypto, 'argon2Sync').mockImplementation(() => {
      throw new Error('Not supported')
    })
    try {
      expect(findNodeArgon2()).toBeUndefined()
      expect(
        hex(await findArgon2()?.('argon2id', { ...SMALL, password: Buffer.from('a'), salt: Buffer.alloc(16) })),
      ).toBe(hex(await native?.('argon2id', { ...SMALL, password: Buffer.from('a'), salt: Buffer.alloc(16) })))
    } finally {
      spy.mockRestore()
    }
  })

  it('reports what the computation refuses', async () => {
    const input = { ...SMALL, memory: 8, parallelism: 4, password: randomBytes(16), salt: randomBytes(16) }
    await expect(async () => node?.('argon2id', input)).rejects.toThrow()
  })
}
