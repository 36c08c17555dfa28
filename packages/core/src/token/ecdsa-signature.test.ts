import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromDerSignature, toDerSignature } from './ecdsa-signature.ts'

const SIZES = [32, 48, 66]

describe('toDerSignature()', () => {
  it.each([
    ['00'.repeat(64), '3006020100020100'],
    [`${'00'.repeat(31)}01${'00'.repeat(31)}7f`, '300602010102017f'],
    [`${'00'.repeat(31)}80${'00'.repeat(30)}00ff`, '30080202008002020 0ff'.replace(' ', '')],
    ['ff'.repeat(64), `3046022100${'ff'.repeat(32)}022100${'ff'.repeat(32)}`],
  ])('writes %.20s... as integers in their shortest form', (raw, der) => {
    expect(Buffer.from(toDerSignature(Buffer.from(raw, 'hex'), 32) ?? []).toString('hex')).toBe(der)
  })

  it('writes a length past 127 in two bytes', () => {
    const der = toDerSignature(new Uint8Array(132).fill(0x7f), 66)
    expect(Buffer.from(der?.subarray(0, 5) ?? []).toString('hex')).toBe('3081880242')
  })

  it.each(SIZES)('refuses every length but twice %i', (size) => {
    for (const length of [0, 1, size, 2 * size - 1, 2 * size + 1, 4 * size]) {
      expect(toDerSignature(new Uint8Array(length), size)).toBeUndefined()
    }
  })
})

describe('fromDerSignature()', () => {
  it('gives back what toDerSignature took, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SIZES),
        fc.nat(70),
        fc.nat(70),
        fc.infiniteStream(fc.nat(255)),
        (size, a, b, noise) => {
          const raw = Uint8Array.from({ length: 2 * size }, () => noise.next().value as number)
          raw.fill(0, 0, Math.min(a, size))
          raw.fill(0, size, size + Math.min(b, size))
          const der = toDerSignature(raw, size)
          expect(fromDerSignature(der ?? new Uint8Array(), size)).toEqual(raw)
        },
      ),
    )
  })
})
