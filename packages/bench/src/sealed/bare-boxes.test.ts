import { expect, it } from 'vitest'
import { forgeToken } from '../forgery.ts'
import { IRON_BOXES } from './bare-boxes.ts'

it('each opens what any of them seals, and nothing that was changed', async () => {
  for (const { seal } of IRON_BOXES) {
    const text = await seal()
    for (const { open } of IRON_BOXES)
      expect([await open(text), await open(forgeToken(text))]).toEqual(['Ada', undefined])
  }
})

it('they seal as many characters', async () => {
  const lengths = await Promise.all(IRON_BOXES.map(async ({ seal }) => (await seal()).length))
  expect(new Set(lengths).size).toBe(1)
})
