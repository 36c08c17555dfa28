import { describe, expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { LOCAL_BACKENDS } from '../stores/backends.ts'
import { checkMemoryBounds, createGrowthGroup, growthGroup } from './growth-group.ts'

const SMOKE = { extent: 'smoke', effort: EFFORTS.smoke, progress() {} } as const
const OPERATIONS = 18

it('every operation of the local stores has a curve', async () => {
  const { rows, tables } = await createGrowthGroup(LOCAL_BACKENDS).run(SMOKE)
  for (const { name } of LOCAL_BACKENDS) {
    const curves = rows.filter((row) => row.case.startsWith(`${name}: `) && row.unit === 'exponent')
    expect(curves).toHaveLength(OPERATIONS)
    for (const { value, met } of curves) expect([value, met]).toEqual([expect.any(Number), expect.any(Boolean)])
  }
  expect(rows.find((row) => row.case === 'SQLite: one session')?.value).toBeGreaterThan(300)
  expect(rows.find((row) => row.case === 'SQLite: sweep of one record')?.value).toBeGreaterThan(0)
  expect(tables.map(({ title }) => title)).toEqual(['memory', 'SQLite', 'Bounds of memory'])
}, 30_000)

it('the stores in memory refuse what is beyond their bound', async () => {
  expect(await checkMemoryBounds(3)).toEqual({ sessions: true, revocations: true })
})

/** Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
function describeServices(define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe('on real servers', define)
  else describe.skip('on real servers (needs LATCHKEY_SERVICES=1, PostgreSQL and Redis)', define)
}

describeServices(() => {
  it('PostgreSQL and Redis have the same curves, and say what a session takes', async () => {
    const { rows } = await growthGroup.run(SMOKE)
    for (const name of ['PostgreSQL', 'Redis']) {
      expect(rows.filter((row) => row.case.startsWith(`${name}: `) && row.unit === 'exponent')).toHaveLength(OPERATIONS)
      expect(rows.find((row) => row.case === `${name}: one session`)?.value).toBeGreaterThan(300)
    }
  }, 60_000)
})
