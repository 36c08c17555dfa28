import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextPause, renewalTime, restAfter } from './timing.ts'

describe('nextPause()', () => {
  it('is 0.5, 1, 2 and 4 seconds, and then there is none', () => {
    expect([1, 2, 3, 4, 5].map((failed) => nextPause(failed, 0))).toEqual([500, 1_000, 2_000, 4_000, undefined])
  })

  it('is what the server asks for, when that is more', () => {
    expect(nextPause(1, 3_000)).toBe(3_000)
    expect(nextPause(4, 3_000)).toBe(4_000)
    expect(nextPause(1, 30_000)).toBe(30_000)
  })

  it('is none when the server asks for more than half a minute', () => {
    expect(nextPause(1, 30_001)).toBeUndefined()
  })
})

describe('restAfter()', () => {
  it('is four seconds, or what the server asks for', () => {
    expect([restAfter(0), restAfter(60_000)]).toEqual([4_000, 60_000])
  })
})

describe('renewalTime()', () => {
  it.each([
    [600_000, 60_000, 0, 540_000],
    [600_000, 60_000, 0.999_999, 510_000],
    [600_000, 0, 0.5, 600_000],
    [60_000, 60_000, 0, 30_000],
  ])('of a token of %i ms, %i ms ahead, by the chance %d, is %i', (lifetime, ahead, random, expected) => {
    expect(renewalTime(1_000, lifetime, ahead, random)).toBeCloseTo(1_000 + expected, -2)
  })

  it('is in the second half of the token\u2019s life, whatever the options', () => {
    const anything = fc.record({
      lifetime: fc.integer({ min: 1, max: 86_400_000 }),
      ahead: fc.integer({ min: 0, max: 3_600_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    fc.assert(
      fc.property(anything, ({ lifetime, ahead, random }) => {
        const at = renewalTime(0, lifetime, ahead, random)
        expect(at >= lifetime / 2 && at <= lifetime).toBe(true)
      }),
    )
  })
})
