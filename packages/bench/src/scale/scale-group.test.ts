import { describe, expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { reportProcesses, scaleGroup } from './scale-group.ts'
import { calculateSizing } from './sizing.ts'

it('what one more process adds is told in parts of the first', () => {
  const { rows, tables } = reportProcesses('Redis', [
    { processes: 1, perSecond: 1_000, cpu: 100 },
    { processes: 2, perSecond: 1_900, cpu: 102 },
    { processes: 4, perSecond: 2_500, cpu: 120 },
  ])
  expect(tables[0]?.body.map(([processes, , times, adds]) => [processes, times, adds])).toEqual([
    ['1', '1.00', ''],
    ['2', '1.90', '90 %'],
    ['4', '2.50', '50 %'],
  ])
  expect(rows.filter(({ unit }) => unit === 'requests/s').map((row) => row.case)).toEqual([
    'Redis, 1 process',
    'Redis, 2 processes',
    'Redis, 4 processes',
  ])
})

it('what one request costs is there for the sizing', () => {
  const stores = ['Redis', 'PostgreSQL']
  const rows = stores.flatMap((kind) => reportProcesses(kind, [{ processes: 1, perSecond: 1_000, cpu: 72 }]).rows)
  const sized = calculateSizing(rows)
  for (const store of stores) expect(sized).toContain(`| ${store} | - | - | 72.0 | 5.00 |`)
})

/** Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
function describeServices(define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe('on real servers', define)
  else describe.skip('on real servers (needs LATCHKEY_SERVICES=1, PostgreSQL and Redis)', define)
}

describeServices(() => {
  it('four processes serve one session, until it is ended elsewhere', async () => {
    const { rows } = await scaleGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
    expect(rows.filter(({ unit }) => unit === 'requests/s').map((row) => row.case)).toEqual([
      'Redis, 1 process',
      'Redis, 2 processes',
      'Redis, 4 processes',
      'PostgreSQL, 1 process',
      'PostgreSQL, 2 processes',
      'PostgreSQL, 4 processes',
    ])
    for (const { value } of rows) expect(value).toBeGreaterThan(0)
  }, 120_000)
})
