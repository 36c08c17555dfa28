import { expect, it } from 'vitest'
import { BOUNDS, flood } from './hash-bound.ts'

it('a flood is made of hashes that take their time and their memory', { timeout: 60_000 }, async () => {
  const [first] = BOUNDS
  if (first === undefined) return expect.unreachable()
  const { perSecond, mebibytes, loopDelay } = await flood(first, 2)
  expect(perSecond).toBeGreaterThan(0)
  expect(perSecond).toBeLessThan(1_000)
  expect(mebibytes).toBeGreaterThanOrEqual(0)
  expect(loopDelay).toBeGreaterThan(0)
})

it('the bounds are told apart', () => {
  expect(new Set(BOUNDS.map(({ name }) => name)).size).toBe(BOUNDS.length)
})
