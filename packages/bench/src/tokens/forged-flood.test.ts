import { expect, it } from 'vitest'
import { floodWithForgeries, reportFlood } from './forged-flood.ts'

it('a flood is of as many tokens as were asked for', async () => {
  const { count, cpu, ratio } = await floodWithForgeries(1_000)
  expect(count).toBe(1_000)
  expect(Math.min(cpu, ratio)).toBeGreaterThan(0)
})

it('what costs more than one HMAC and a half, or leaves something behind, does not meet the goal', () => {
  const judge = (ratio: number, bytesPerToken: number): readonly (boolean | null)[] =>
    reportFlood({ count: 10, cpu: 3, ratio, bytesPerToken }).rows.map(({ met }) => met)
  expect(judge(1.5, -3)).toEqual([true, true])
  expect(judge(1.51, 1)).toEqual([false, false])
})
