import { describe, expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { POLICIES } from './policies.ts'
import { beatenIn, refreshGroup, reportRefresh } from './refresh-group.ts'
import { COLUMNS } from './simulation.ts'

const thieves = { withinTwoCycles: 0.95, found: 1, medianTime: 600_000 }
const judged = (kills: readonly number[], finds = 0.95) =>
  kills.map((share, index) => ({
    policy: POLICIES[index] as (typeof POLICIES)[number],
    killed: COLUMNS.map(() => share),
    thieves: { ...thieves, withinTwoCycles: index === 0 ? 0.95 : finds },
  }))

describe('beatenIn()', () => {
  it('names every column in which a policy that finds thieves kills fewer', () => {
    expect(beatenIn(judged([0.1, 0.05]))).toHaveLength(COLUMNS.length)
    expect(beatenIn(judged([0.1, 0.1]))).toEqual([])
    expect(beatenIn(judged([0.1, 0.2]))).toEqual([])
  })

  it('minds no policy that finds no thieves: one that never ends a session kills nobody', () => {
    expect(beatenIn(judged([0.1, 0], 0.5))).toEqual([])
  })
})

describe('reportRefresh()', () => {
  it('says where our default is beaten, in words and in rows', () => {
    const { rows, tables } = reportRefresh(judged([0.1, 0.05]), 'note')
    expect(rows.filter(({ met }) => met === false)).toHaveLength(COLUMNS.length)
    expect(tables.at(-1)?.note).toContain('is beaten in')
    expect(reportRefresh(judged([0, 0.05]), 'note').rows.every(({ met }) => met !== false)).toBe(true)
  })
})

it('the simulation runs, and says the same twice', async () => {
  const run = () => refreshGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  const { rows, tables } = await run()
  expect(tables).toHaveLength(4)
  expect(rows).toHaveLength(POLICIES.length * (COLUMNS.length + 1))
  expect(
    rows
      .filter(({ subject, case: name }) => subject === 'latchkey' && name.startsWith('killed'))
      .every(({ value }) => value === 0),
  ).toBe(true)
  expect((await run()).rows).toEqual(rows)
})
