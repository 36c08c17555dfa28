import { describe, expect, it } from 'vitest'
import { createTestRuntime } from './runtime.ts'

describe('createTestRuntime()', () => {
  it('starts at a fixed time, and stands still', () => {
    const runtime = createTestRuntime()
    expect([runtime.now(), runtime.now()]).toEqual([1_800_000_000_000, 1_800_000_000_000])
    expect(createTestRuntime({ now: 5 }).now()).toBe(5)
  })

  it('moves by durations, and to any time that is set', () => {
    const runtime = createTestRuntime({ now: 0 })
    runtime.advance('15m')
    expect(runtime.now()).toBe(900_000)
    runtime.advance(0.001)
    expect(runtime.now()).toBe(900_001)
    runtime.advance(0)
    expect(runtime.now()).toBe(900_001)
    runtime.set(3)
    expect(runtime.now()).toBe(3)
    runtime.set(NaN)
    expect(runtime.now()).toBeNaN()
  })

  it('refuses to advance by what is no duration', () => {
    expect(() => createTestRuntime().advance(-1)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('runs timers when the clock is moved past them, in their order, and none that was stopped', () => {
    const runtime = createTestRuntime()
    const calls: string[] = []
    runtime.startTimer(2_000, () => calls.push('second'))
    runtime.startTimer(1_000, () => calls.push('first'))
    runtime.startTimer(1_500, () => calls.push('stopped'))()
    runtime.advance(0.999)
    expect(calls).toEqual([])
    runtime.advance('1m')
    expect(calls).toEqual(['first', 'second'])
    runtime.advance('1m')
    expect(calls).toHaveLength(2)
  })

  it.each([0, 1, 31, 32, 33, 100])('gives %i bytes, the same for the same seed', (length) => {
    const bytes = createTestRuntime({ seed: 7 }).randomBytes(length)
    expect(bytes).toHaveLength(length)
    expect(bytes).toEqual(createTestRuntime({ seed: 7 }).randomBytes(length))
  })

  it('gives other bytes with every call and every seed', () => {
    const runtime = createTestRuntime()
    const seen = [runtime, runtime, createTestRuntime({ seed: 1 })].map((each) => each.randomBytes(16).join())
    expect(new Set(seen).size).toBe(3)
  })
})
