/**
 * The main comparison as a picture.
 *
 * @module
 */

import { init } from 'echarts'
import type { Row } from './report.ts'

/** The cases in it: the group, the case, and what it is called. */
export const PLOTTED: readonly (readonly [group: string, name: string, title: string])[] = [
  ['tokens', 'HS256 verify, cold', 'HS256 token, cold'],
  ['tokens', 'HS256 verify, seen before', 'HS256 token, seen before'],
  ['tokens', 'HS256 sign', 'HS256 token, signed'],
  ['sessions', 'cookie session, memory', 'session in memory'],
  ['sessions', 'cookie session, SQLite', 'session in SQLite'],
  ['sessions', 'cookie session, Redis, 32 in flight', 'session in Redis'],
  ['sealed', 'a request, cold', 'sealed session'],
]

const COLOURS = { ours: '#1a7f5a', floor: '#b8bfc6', peer: '#4a6fa5' }
const LINE = 22

/** What the floors of the cases are called: the least that the work needs. */
const FLOORS: ReadonlySet<string> = new Set(['node:crypto', 'scan and Map', 'compiled statement', 'bare GET'])

/** Draws the time of each subject of each case; undefined when none of them was measured. */
export function drawComparison(rows: readonly Row[]): string | undefined {
  const bars = PLOTTED.flatMap(([group, name, title]) => {
    const found = rows
      .filter((row) => row.group === group && row.case === name)
      .flatMap(({ subject, us_main_cpu: time }) => (time === null ? [] : [{ subject, time }]))
    return found.length === 0 ? [] : [{ title }, ...found.toSorted((one, other) => one.time - other.time)]
  })
  if (bars.length === 0) return undefined
  const height = bars.length * LINE + 90
  const shortest = Math.min(...bars.flatMap((bar) => ('time' in bar ? [bar.time] : [])))
  const left = 10 ** Math.floor(Math.log10(shortest))
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 880, height })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: 'Microseconds of the main thread for one operation (logarithmic; less is better)',
      left: 'center',
      textStyle: { fontSize: 14 },
    },
    grid: { left: 230, right: 80, top: 44, bottom: 36 },
    xAxis: { type: 'log', min: left, startValue: left, axisLabel: { formatter: (value: number) => `${value} us` } },
    yAxis: {
      type: 'category',
      inverse: true,
      axisTick: { show: false },
      axisLabel: {
        interval: 0,
        formatter: (_label: string, index: number) => {
          const bar = bars[index]
          return bar !== undefined && 'title' in bar ? `{title|${bar.title}}` : (bar?.subject ?? '')
        },
        rich: { title: { fontWeight: 'bold' } },
      },
      // The index keeps apart what bears one name in two cases.
      data: bars.map((_, index) => `${index}`),
    },
    series: [
      {
        type: 'bar',
        barWidth: 14,
        label: { show: true, position: 'right', formatter: ({ value }: { value?: unknown }) => String(value) },
        data: bars.map((bar) =>
          'title' in bar ? '-' : { value: bar.time, itemStyle: { color: COLOURS[roleOf(bar.subject)] } },
        ),
      },
    ],
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  // Classes are for a pointer that hovers, and numbered by how many charts the process has drawn.
  return `${svg
    .replaceAll(/ class="zr[^"]*"/g, '')
    .replaceAll(/<style[^>]*>.*?<\/style>/gs, '')
    .trim()}\n`
}

function roleOf(subject: string): keyof typeof COLOURS {
  if (subject === 'latchkey') return 'ours'
  return FLOORS.has(subject) ? 'floor' : 'peer'
}
