import { expect, it } from 'vitest'
import { drawComparison, PLOTTED } from './plot.ts'
import type { Row } from './report.ts'

function row(group: string, name: string, subject: string, time: number): Row {
  return {
    group,
    case: name,
    subject,
    us_main_cpu: time,
    ratio_to_floor: null,
    ratio_to_peer: null,
    goal: null,
    met: null,
  }
}

it('draws a bar for each subject that was measured, under the name of its case', () => {
  const [group, name, title] = PLOTTED[0] as (typeof PLOTTED)[number]
  const svg = drawComparison([
    row(group, name, 'latchkey', 4.5),
    row(group, name, 'jose', 41),
    row('size', 'x', 'y', 1),
  ])
  for (const text of [title, 'latchkey', 'jose', '>41<', '#1a7f5a', '#4a6fa5']) expect(svg).toContain(text)
  expect(svg).not.toContain(PLOTTED[1]?.[2])
})

it('the same rows give the same picture', () => {
  const rows = PLOTTED.map(([group, name]) => row(group, name, 'latchkey', 2))
  expect(drawComparison(rows)).toBe(drawComparison(rows))
})

it('draws nothing of nothing', () => {
  expect(drawComparison([])).toBeUndefined()
})
