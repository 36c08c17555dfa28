import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPhc, parsePhc } from './phc.ts'

describe('formatPhc()', () => {
  it('writes what parsePhc() reads, one spelling for one hash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.record({
            name: fc.constantFrom('argon2d' as const, 'argon2i' as const, 'argon2id' as const),
            memory: fc.integer({ min: 128, max: 65_536 }),
            passes: fc.integer({ min: 1, max: 16 }),
            parallelism: fc.integer({ min: 1, max: 16 }),
          }),
          fc.record({
            name: fc.constant('scrypt' as const),
            cost: fc.integer({ min: 1, max: 17 }).map((exponent) => 2 ** exponent),
            blockSize: fc.integer({ min: 1, max: 16 }),
            parallelism: fc.constant(1),
          }),
        ),
        fc.uint8Array({ minLength: 8, maxLength: 64 }),
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined }),
        (kdf, salt, digest, pepper) => {
          const text = formatPhc({ kdf, salt, digest, pepper })
          const parsed = parsePhc(text)
          expect(parsed).toMatchObject({ kind: 'derived', own: true, kdf, pepper })
          if (parsed?.kind !== 'derived') return
          expect([Buffer.from(parsed.salt), Buffer.from(parsed.digest)]).toEqual([
            Buffer.from(salt),
            Buffer.from(digest),
          ])
        },
      ),
    )
  })
})
