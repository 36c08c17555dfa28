import { describe, expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import type { Findings } from '../report.ts'
import type { BackendKind } from './backend.ts'
import { LOCAL_BACKENDS, NETWORKED_BACKENDS } from './backends.ts'
import { createStoresGroup } from './stores-group.ts'

const run = (kinds: readonly BackendKind[]): Promise<Findings> =>
  createStoresGroup(kinds).run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })

const valueOf = ({ rows }: Findings, name: string): number | undefined => rows.find((row) => row.case === name)?.value

it('the local stores are measured', async () => {
  const findings = await run(LOCAL_BACKENDS)
  for (const { name } of LOCAL_BACKENDS) {
    for (const operation of ['read', 'update', 'rotate', 'touch']) {
      expect(valueOf(findings, `${name} ${operation}: round trips`)).toBe(1)
    }
    expect(findings.tables.map(({ title }) => title)).toContain(`${name}: operations`)
  }
})

it('a store whose server is away is passed over, and says so', async () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const kind: BackendKind = { name: 'Away', isNetworked: true, open: () => Promise.reject(refused) }
  expect((await run([kind])).tables[0]).toMatchObject({ title: 'Away', head: ['not measured'] })
})

/** Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
function describeServices(define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe('on real servers', define)
  else describe.skip('on real servers (needs LATCHKEY_SERVICES=1, PostgreSQL, MariaDB and Redis)', define)
}

describeServices(() => {
  it('the networked stores are measured: one round trip for each operation', async () => {
    const findings = await run(NETWORKED_BACKENDS)
    const counts = findings.rows.filter(({ unit }) => unit === 'round trips').map((row) => [row.case, row.value])
    expect(Object.fromEntries(counts)).toMatchObject({
      'PostgreSQL read: round trips': 1,
      'PostgreSQL update: round trips': 1,
      'MariaDB rotate: round trips': 1,
      'MariaDB touch: round trips': 1,
      'Redis read: round trips': 1,
      'Redis touch: round trips': 1,
    })
    const titles = findings.tables.map(({ title }) => title)
    expect(titles).toEqual(expect.arrayContaining(['PostgreSQL: operations', 'PostgreSQL, not prepared: operations']))
  }, 60_000)
})
