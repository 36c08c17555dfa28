import { describe, expect, it } from 'vitest'
import { readClock, systemRuntime } from './runtime.ts'

describe('systemRuntime', () => {
  it('tells the time in whole milliseconds', () => {
    const before = Date.now()
    expect(systemRuntime.now()).toBeGreaterThanOrEqual(before)
    expect(Number.isSafeInteger(systemRuntime.now())).toBe(true)
  })

  it('draws as many bytes as asked for, different each time', () => {
    expect(systemRuntime.randomBytes(32)).toHaveLength(32)
    expect(systemRuntime.randomBytes(32)).not.toEqual(systemRuntime.randomBytes(32))
  })
})

describe('readClock()', () => {
  it.each([Number.NaN, Infinity, -1, 1.5, 2 ** 53])('fails closed when the clock answers %s', (now) => {
    expect(() => readClock({ ...systemRuntime, now: () => now })).toThrow(
      expect.objectContaining({ code: 'ERR_UNAVAILABLE' }),
    )
  })

  it('gives what the clock says', () => {
    expect(readClock({ ...systemRuntime, now: () => 1_800_000_000_000 })).toBe(1_800_000_000_000)
  })
})
