import { describe, expect, it } from 'vitest'
import { systemRuntime } from '../runtime.ts'
import { createTokenIds } from './token-ids.ts'

describe('createTokenIds()', () => {
  it('gives each random bit out once, 132 to an id', () => {
    const drawn: number[] = []
    const newId = createTokenIds({
      randomBytes(length) {
        const bytes = systemRuntime.randomBytes(length)
        drawn.push(...bytes)
        return bytes
      },
    })
    const given = Array.from({ length: 200 }, newId)
    expect(given.every((id) => /^[A-Za-z0-9_-]{22}$/.test(id))).toBe(true)
    expect(Buffer.from(drawn).toString('base64url').startsWith(given.join(''))).toBe(true)
  })

  it('repeats none', () => {
    const newId = createTokenIds(systemRuntime)
    expect(new Set(Array.from({ length: 10_000 }, newId)).size).toBe(10_000)
  })

  it('shares nothing between two sources', () => {
    const [one, other] = [createTokenIds(systemRuntime), createTokenIds(systemRuntime)]
    expect(one()).not.toBe(other())
  })

  it('asks again where the source gives less at once', () => {
    let draws = 0
    const newId = createTokenIds({ randomBytes: () => new Uint8Array(16).fill((draws += 1)) })
    expect([newId(), newId(), draws]).toEqual(['AQEBAQEBAQEBAQEBAQEBAQ', 'AgICAgICAgICAgICAgICAg', 2])
  })
})
