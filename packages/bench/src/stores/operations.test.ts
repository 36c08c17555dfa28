import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import type { Backend, BackendKind } from './backend.ts'
import { LOCAL_BACKENDS } from './backends.ts'
import { measureOperations } from './operations.ts'

const open = (): Promise<Backend> => (LOCAL_BACKENDS[0] as BackendKind).open()

it('four operations are measured, each beside a bare command', async () => {
  const found = await measureOperations('memory', await open(), EFFORTS.smoke)
  expect(found.map(({ operation, roundTrips }) => [operation, roundTrips])).toEqual([
    ['read', 1],
    ['update', 1],
    ['rotate', 1],
    ['touch', 1],
  ])
  for (const { figures } of found) {
    expect(figures.figures.map(({ subject }) => subject.role)).toEqual(['ours', 'floor'])
  }
})

it('a store that takes a write over another version is not measured', async () => {
  const backend = await open()
  const careless = {
    ...backend,
    store: {
      ...backend.store,
      update: async (_: string, ifVersion: number) => ({ ok: true, version: ifVersion + 1 }) as const,
    },
  }
  await expect(measureOperations('careless', careless, EFFORTS.smoke)).rejects.toThrow('over another version')
})
