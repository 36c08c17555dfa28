import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitExponent, fitPower, median, medianRatio, quantile } from './statistics.ts'

describe('median()', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[1, 1, 1, 1_000_000], 1],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN()
  })
})

describe('quantile()', () => {
  it('runs from the least to the greatest', () => {
    const values = [5, 1, 3, 2, 4]
    expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([1, 2, 3, 4.6, 5])
  })
})

describe('medianRatio()', () => {
  it('does not see what slows whole rounds down', () => {
    expect(medianRatio([2, 20, 200], [1, 10, 100])).toBe(2)
  })
})

describe('fitExponent()', () => {
  it('finds the exponent of any power', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (exponent, factor) => {
          const points = [1e3, 1e4, 1e5, 1e6].map((x): [number, number] => [x, factor * x ** exponent])
          expect(fitExponent(points)).toBeCloseTo(exponent, 6)
        },
      ),
    )
  })

  it('is small for a logarithm', () => {
    const points = [1e3, 1e4, 1e5, 1e6].map((x): [number, number] => [x, Math.log(x)])
    expect(fitExponent(points)).toBeGreaterThan(0.05)
    expect(fitExponent(points)).toBeLessThan(0.15)
  })
})

describe('fitPower()', () => {
  it('has no error where the points lie on a power, and one where they stray', () => {
    const powers = [1, 10, 100, 1_000].map((x): [number, number] => [x, 3 * x ** 0.5])
    expect(fitPower(powers).error).toBeCloseTo(0, 9)
    const strayed = powers.map(([x, y], index): [number, number] => [x, index % 2 === 0 ? y : y * 2])
    expect(fitPower(strayed).error).toBeGreaterThan(0.05)
    expect(fitPower(strayed.slice(0, 2)).error).toBe(0)
  })
})
