import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { tokensGroup } from './tokens-group.ts'

it('the group runs, and has a goal for each case', async () => {
  const { rows } = await tokensGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  const ours = rows.filter(({ subject }) => subject === 'latchkey')
  expect(ours.length).toBe(12)
  for (const row of ours) expect([row.goal, row.met]).toEqual([expect.any(String), expect.any(Boolean)])
})
