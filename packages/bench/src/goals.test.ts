import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { GOALS, judgeGoals } from './goals.ts'
import type { Row } from './report.ts'

const row = (group: string, name: string, met: boolean | null): Row => ({
  group,
  case: name,
  subject: 'latchkey',
  us_main_cpu: 1,
  ratio_to_floor: null,
  ratio_to_peer: null,
  goal: null,
  met,
  measured: '1.2x floor',
})
const DOCS = join(import.meta.dirname, '../../../docs')

it('the goals are numbered, and each has a row', () => {
  const { rows, tables } = judgeGoals([])
  expect(GOALS.map(({ number }) => number)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1))
  for (const { met, measured } of rows) expect([met, measured]).toEqual([false, 'not measured'])
  expect(rows).toHaveLength(14)
  expect(tables[0]?.body).toHaveLength(14)
})

it('a goal is met when all of its rows are, and by no others', () => {
  const met = (...measured: Row[]): unknown => judgeGoals(measured).rows[0]?.met
  const cold = row('tokens', 'HS256 verify, cold', true)
  expect(met(cold)).toBe(true)
  expect(met(cold, row('tokens', 'HS256 verify, cold', null))).toBe(true)
  expect(met(cold, row('tokens', 'HS256 verify, cold, 100 in flight', false))).toBe(false)
  expect(met(row('sessions', 'HS256 verify, cold', true))).toBe(false)
})

it('many rows are told by those that are not met', () => {
  const grown = Array.from({ length: 20 }, (_, index) => row('growth', `operation ${index}`, index !== 7))
  expect(judgeGoals(grown).rows.at(-1)?.measured).toBe('19 of 20 rows met; operation 7: 1.2x floor (no)')
})

it('the analysis has a section for every goal', async () => {
  const analysis = await readFile(join(DOCS, 'benchmarks-analysis.md'), 'utf8')
  const numbers = [...analysis.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number))
  expect(numbers).toEqual(GOALS.map(({ number }) => number))
})
