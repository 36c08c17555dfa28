import { expect, it } from 'vitest'
import type { Point } from '../statistics.ts'
import { createCurveBook, fitCurve, timeEach } from './curve.ts'

const SIZES = [1e3, 1e4, 1e5, 1e6]
const judge = (time: (size: number) => number, sizes = SIZES): boolean =>
  fitCurve(
    'read',
    'sessions',
    sizes.map((size): Point => [size, time(size)]),
  ).isLogarithmic

it('what is constant or a logarithm passes, what is a root or linear does not', () => {
  expect(judge(() => 5)).toBe(true)
  expect(judge(Math.log)).toBe(true)
  expect(judge((size) => 1 + Math.log(size), [1, 10, 100, 1_000])).toBe(true)
  expect(judge(Math.sqrt)).toBe(false)
  expect(judge((size) => size)).toBe(false)
})

it('points that stray are forgiven as far as they stray, and linear growth never', () => {
  const stray = (size: number): number => (Math.log10(size) % 2 === 0 ? 5 : 1)
  expect(judge(stray)).toBe(true)
  expect(judge((size) => size ** 0.5 * stray(size))).toBe(false)
})

it('the points of each operation are kept apart', () => {
  const book = createCurveBook()
  for (const size of SIZES) {
    book.add('read', size, 2)
    book.add('scan', size, size)
  }
  expect(book.fit('sessions').map(({ operation, isLogarithmic }) => [operation, isLogarithmic])).toEqual([
    ['read', true],
    ['scan', false],
  ])
})

it('each task is timed once', async () => {
  const seen: number[] = []
  expect(await timeEach(3, async (index) => seen.push(index))).toBeGreaterThanOrEqual(0)
  expect(seen).toEqual([0, 1, 2])
})
