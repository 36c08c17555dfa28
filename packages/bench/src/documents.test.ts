import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepFindings, placeRows, placeSection } from './documents.ts'
import type { Row } from './report.ts'

const ORDER = ['tokens', 'stores', 'refresh']
const row = (group: string, name: string): Row => ({
  group,
  case: name,
  subject: 'ours',
  us_main_cpu: 1,
  ratio_to_floor: null,
  ratio_to_peer: null,
  goal: null,
  met: null,
})

describe('placeSection()', () => {
  it('keeps the sections of other groups, in their order', () => {
    const first = placeSection('', ORDER, 'refresh', '## refresh\n\nold')
    const second = placeSection(first, ORDER, 'tokens', '## tokens\n\n### A table')
    const third = placeSection(second, ORDER, 'refresh', '## refresh\n\nnew')
    expect(third).toMatch(/^# Benchmarks\n/)
    expect(third.slice(third.indexOf('## tokens'))).toBe('## tokens\n\n### A table\n\n## refresh\n\nnew\n')
  })

  it('drops sections of groups that are no more', () => {
    expect(placeSection('# Benchmarks\n\n## gone\n\nx\n', ORDER, 'tokens', '## tokens')).not.toContain('gone')
  })
})

describe('placeRows()', () => {
  it('takes out the rows that the group had before', () => {
    const before = [row('tokens', 'a'), row('refresh', 'b')]
    expect(placeRows(before, ORDER, 'tokens', [row('tokens', 'c')])).toEqual([row('tokens', 'c'), row('refresh', 'b')])
  })
})

describe('keepFindings()', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('writes both documents, one row a line', async () => {
    const tables = [{ title: 'Verify', head: ['a'], body: [['b']] }]
    for (const name of ['a', 'c']) {
      await keepFindings(folder, ORDER, { name: 'tokens', about: 'About.' }, 'Node.', {
        rows: [row('tokens', name)],
        tables,
      })
    }
    const json = await readFile(join(folder, 'benchmarks.json'), 'utf8')
    expect(JSON.parse(json)).toEqual([row('tokens', 'c')])
    expect(json.split('\n')).toHaveLength(4)
    expect(await readFile(join(folder, 'benchmarks.md'), 'utf8')).toContain(
      '## tokens\n\nAbout.\n\nNode.\n\n### Verify\n',
    )
  })
})
