import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { sizeGroup } from './size-group.ts'

const CONTEXT = { extent: 'smoke', effort: EFFORTS.smoke, progress() {} } as const

it('bundles are measured', async () => {
  const { rows } = await sizeGroup.run(CONTEXT)
  expect(rows.every(({ value }) => (value ?? 0) > 500)).toBe(true)
  expect(rows[0]?.met).toEqual(expect.any(Boolean))
}, 120_000)
