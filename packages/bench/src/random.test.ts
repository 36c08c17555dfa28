import { expect, it } from 'vitest'
import { createRandom } from './random.ts'

const draw = (seed: number, count: number): number[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, random)
}

it('equal seeds give equal numbers, others give others', () => {
  expect(draw(1, 5)).toEqual(draw(1, 5))
  expect(draw(1, 5)).not.toEqual(draw(2, 5))
})

it('the numbers fill the range evenly', () => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const value of draw(7, 100_000)) counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})
