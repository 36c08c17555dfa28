import { expect, it } from 'vitest'
import { compareVerdicts } from './again.ts'
import { NO_FIGURES, type Row } from './report.ts'

const row = (name: string, met: boolean | null, measured = '1.2x floor'): Row => ({
  group: 'tokens',
  case: name,
  subject: 'latchkey',
  ...NO_FIGURES,
  goal: '<= 1.3x',
  met,
  measured,
})

it('counts the verdicts that are the same, and shows those that are not', () => {
  const kept = [row('verify', true), row('sign', false, '1.4x floor'), row('alone', true), row('nothing', null)]
  const again = [row('verify', true), row('sign', true, '1.29x floor'), row('new', false), row('nothing', null)]
  const { rows, tables } = compareVerdicts(kept, again)
  expect(rows).toMatchObject([{ value: 1, unit: 'of 2' }])
  expect(tables).toMatchObject([
    {
      title: '1 of 2 verdicts are the same',
      body: [['tokens: sign', '<= 1.3x', '1.4x floor (not met)', '1.29x floor (met)']],
    },
  ])
})

it('says so when none differs', () => {
  const rows = [row('verify', true)]
  expect(compareVerdicts(rows, rows).tables[0]?.body).toEqual([['none', '', '', '']])
})
