import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { typesGroup } from './types-group.ts'

const CONTEXT = { extent: 'smoke', effort: EFFORTS.smoke, progress() {} } as const

it('types are counted', async () => {
  const { rows } = await typesGroup.run(CONTEXT)
  expect(rows.map(({ subject }) => subject)).toEqual(['latchkey', 'peer', 'peer'])
  expect(rows.every(({ value }) => (value ?? 0) > 10)).toBe(true)
}, 120_000)
