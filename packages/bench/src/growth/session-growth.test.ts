import { expect, it } from 'vitest'
import type { BackendKind } from '../stores/backend.ts'
import { LOCAL_BACKENDS } from '../stores/backends.ts'
import { measureSessionGrowth, measureUserGrowth } from './session-growth.ts'

it('a store is measured at each size, by all sessions and by those of one user', async () => {
  const backend = await (LOCAL_BACKENDS[1] as BackendKind).open()
  const ofUser = await measureUserGrowth(backend, [1, 5], 3)
  const seen: number[] = []
  const { curves, bytesPerSession, sweep } = await measureSessionGrowth(backend, [20, 40], 5, (size) => seen.push(size))
  await backend.close()
  expect(seen).toEqual([20, 40])
  for (const { points } of curves) expect(points.map(([size]) => size)).toEqual([20, 40])
  for (const { points } of ofUser) expect(points.map(([size]) => size)).toEqual([1, 5])
  expect(Math.min(bytesPerSession ?? 0, sweep ?? 0)).toBeGreaterThan(0)
})
