import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { reportContention, sessionsGroup } from './sessions-group.ts'

it('contention is reported with its goals', () => {
  const { rows } = reportContention({ read: 100, touch: 2 }, { update: 30 }, 24)
  expect(rows.map(({ met }) => met)).toEqual([true, false, null])
  expect(rows[2]?.value).toBe(0.25)
})

it('the group runs', async () => {
  const { rows } = await sessionsGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  const names = rows.filter(({ subject }) => subject === 'latchkey').map((row) => row.case)
  expect(names).toEqual(expect.arrayContaining(['cookie session, memory', 'cookie session, SQLite']))
})
