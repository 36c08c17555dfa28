import { expect, it } from 'vitest'
import { GROUPS } from './groups.ts'

it('groups have names of their own, and each says what it measures', () => {
  expect(new Set(GROUPS.map(({ name }) => name)).size).toBe(GROUPS.length)
  for (const { about } of GROUPS) expect(about.length).toBeGreaterThan(50)
})
