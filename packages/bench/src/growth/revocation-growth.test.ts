import { expect, it } from 'vitest'
import type { BackendKind } from '../stores/backend.ts'
import { LOCAL_BACKENDS } from '../stores/backends.ts'
import { measureRevocationGrowth } from './revocation-growth.ts'

it('a store is measured at each size, and one that forgets is not measured', async () => {
  const backend = await (LOCAL_BACKENDS[0] as BackendKind).open()
  const curves = await measureRevocationGrowth(backend, [10, 20], 4, () => {})
  for (const { points } of curves) expect(points.map(([size]) => size)).toEqual([10, 20])
  const forgetful = { ...backend.revocations, isRevoked: async () => false }
  await expect(measureRevocationGrowth({ ...backend, revocations: forgetful }, [10], 4, () => {})).rejects.toThrow(
    'does not know what was revoked',
  )
})
