import { expect, it } from 'vitest'
import { SHARED_STORES } from './backends.ts'

it('processes share what has a server', () => {
  expect(Object.keys(SHARED_STORES)).toEqual(['Redis', 'PostgreSQL'])
})
