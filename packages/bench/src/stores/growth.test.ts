import { expect, it } from 'vitest'
import { LOCAL_BACKENDS, type BackendKind } from './backends.ts'
import { measureGrowth } from './growth.ts'

it('a store is measured at each size, and swept', async () => {
  const backend = await (LOCAL_BACKENDS[1] as BackendKind).open()
  const seen: number[] = []
  const growth = await measureGrowth(backend, [20, 40], 5, (size) => seen.push(size))
  await backend.close()
  expect(seen).toEqual([20, 40])
  expect(growth.points.map(({ sessions }) => sessions)).toEqual([20, 40])
  for (const { read, update, bytesPerSession } of growth.points) {
    expect(Math.min(read, update, bytesPerSession ?? 0)).toBeGreaterThan(0)
  }
  expect(growth.readExponent).not.toBeNaN()
  expect(growth.sweep).toBeGreaterThan(0)
})
