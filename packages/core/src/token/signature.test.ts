import { describe, expect, it } from 'vitest'
import { toBytes } from './signature.ts'

describe('toBytes()', () => {
  it('writes text as UTF-8, and leaves bytes alone', () => {
    const bytes = Uint8Array.of(1, 2)
    expect(toBytes(bytes)).toBe(bytes)
    expect([...toBytes('aé')]).toEqual([97, 195, 169])
  })
})
