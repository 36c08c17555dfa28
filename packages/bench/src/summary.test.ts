import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keepFindings } from './documents.ts'
import { GOALS_SECTION, keepSummary } from './summary.ts'

it('the goals stand before the groups, are judged by what was kept, and a second time by what is kept then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const order = [GOALS_SECTION, 'types', 'tokens']
  const keep = (met: boolean): Promise<void> =>
    keepFindings(folder, order, { name: 'types', about: 'About types.' }, 'Node.', {
      tables: [],
      rows: [
        {
          group: 'types',
          case: 'an application',
          subject: 'latchkey',
          us_main_cpu: null,
          ratio_to_floor: null,
          ratio_to_peer: null,
          goal: '<= 2000',
          met,
          value: 5,
          unit: 'instantiations',
        },
      ],
    })
  await keep(true)
  expect((await keepSummary(folder, order)).rows.filter(({ met }) => met).map((row) => row.case)).toEqual([
    '13. types: a typical application',
  ])
  await keep(false)
  const { rows } = await keepSummary(folder, order)
  expect(rows.some(({ met }) => met)).toBe(false)
  const markdown = await readFile(join(folder, 'benchmarks.md'), 'utf8')
  expect([...markdown.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(['goals', 'types'])
  const kept = JSON.parse(await readFile(join(folder, 'benchmarks.json'), 'utf8')) as unknown[]
  expect(kept).toHaveLength(15)
  await rm(folder, { recursive: true })
})
