import { describe, expect, it, vi } from 'vitest'
import { nodeCrypto, readClock, systemRuntime } from './runtime.ts'

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

describe('systemRuntime.startTimer()', () => {
  it('runs the callback once, and not when it was stopped', () => {
    vi.useFakeTimers()
    const calls: string[] = []
    systemRuntime.startTimer(1_000, () => calls.push('kept'))
    systemRuntime.startTimer(1_000, () => calls.push('stopped'))()
    vi.advanceTimersByTime(999)
    expect(calls).toEqual([])
    vi.advanceTimersByTime(10_000)
    expect(calls).toEqual(['kept'])
    vi.useRealTimers()
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

describe('nodeCrypto', () => {
  it('is the node:crypto of this process', () => {
    expect(nodeCrypto).toBe(process.getBuiltinModule('node:crypto'))
  })
})
