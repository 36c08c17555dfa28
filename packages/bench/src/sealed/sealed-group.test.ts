import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { judgeGoals } from '../goals.ts'
import { sealedGroup } from './sealed-group.ts'

it('the group runs, and the bare functions alone are judged', async () => {
  const { rows } = await sealedGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  const ours = rows.filter(({ subject }) => subject === 'latchkey')
  expect(ours.map((row) => [row.case, row.met !== null])).toEqual([
    ['unseal', true],
    ['unseal, 100 in flight', true],
    ['seal', true],
    ['seal, 100 in flight', true],
    ['a request, cold', false],
    ['a request, cold, 100 in flight', false],
    ['a request, seen before', false],
    ['a request that writes', false],
    ['a request that writes, 100 in flight', false],
  ])
  expect(judgeGoals(rows).rows[4]?.unit).toBe('of 4 rows met')
})
