/**
 * What the program says: rows for programs, tables for readers.
 *
 * @module
 */

import type { CaseFigures, SubjectFigures } from './measuring.ts'

/** One figure. What does not apply is null. */
export interface Row {
  readonly group: string
  readonly case: string
  readonly subject: string
  /** Microseconds of the main thread for one operation. */
  readonly us_main_cpu: number | null
  readonly ratio_to_floor: number | null
  readonly ratio_to_peer: number | null
  /** What is aimed at, in words; null for what is there to compare with. */
  readonly goal: string | null
  readonly met: boolean | null
  /** A figure that is no time, and its unit. */
  readonly value?: number
  readonly unit?: string
  /** The figures that the goal was judged by, in words. */
  readonly measured?: string
}

/** The members of a row that has no times, and nothing to reach. */
export const NO_FIGURES: Pick<Row, 'us_main_cpu' | 'ratio_to_floor' | 'ratio_to_peer' | 'goal' | 'met'> = Object.freeze(
  {
    us_main_cpu: null,
    ratio_to_floor: null,
    ratio_to_peer: null,
    goal: null,
    met: null,
  },
)

/** A table of a group. The first column names the row. */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly body: readonly (readonly string[])[]
  readonly note?: string
}

/** What a group gives. */
export interface Findings {
  readonly rows: readonly Row[]
  readonly tables: readonly Table[]
}

/** What our subject of a case is to reach. Ratios are of main-thread CPU, or of wall time where `by` says so. */
export interface CaseGoal {
  readonly words: string
  readonly by?: 'cpu' | 'wall'
  /** At most so many times the floor. */
  readonly floor?: number
  /** At most this part of the peer of that name. */
  readonly peers?: Readonly<Record<string, number>>
  /** At most so many microseconds of the main thread. */
  readonly cpu?: number
  /** At most so many microseconds of the main thread more than the floor. */
  readonly added?: number
}

/** Turns the figures of cases into a table, ratios first, and rows. */
export function reportCases(
  group: string,
  title: string,
  cases: readonly { readonly figures: CaseFigures; readonly goal?: CaseGoal }[],
  note?: string,
): Findings {
  const rows: Row[] = []
  const body: string[][] = []
  for (const { figures: found, goal } of cases) {
    const { ours, floor, peers } = sort(found)
    for (const one of found.figures) {
      const isOurs = one === ours
      const toFloor = floor === undefined || one === floor ? null : one.ratioTo(floor.subject.name, goal?.by ?? 'cpu')
      const toOurs = one === ours ? null : one.ratioTo(ours.subject.name, goal?.by ?? 'cpu')
      const nearest =
        isOurs && peers.length > 0 ? Math.max(...peers.map((peer) => ours.ratioTo(peer.subject.name, 'cpu'))) : null
      const met = isOurs && goal !== undefined ? isMet(goal, ours, floor) : null
      rows.push({
        group,
        case: found.name,
        subject: one.subject.name,
        us_main_cpu: round(one.cpu),
        ratio_to_floor: toFloor === null ? null : round(toFloor),
        ratio_to_peer: nearest === null ? null : round(nearest),
        goal: isOurs ? (goal?.words ?? null) : null,
        met,
        value: round(one.wall),
        unit: 'us wall',
        ...(isOurs && goal !== undefined ? { measured: describeJudged(goal, ours, floor) } : {}),
      })
      body.push([
        found.name,
        one.subject.name,
        toFloor === null ? '' : figure(toFloor),
        toOurs === null ? '1' : figure(toOurs),
        figure(one.cpu),
        figure(one.wall),
        isOurs ? (goal?.words ?? '') : '',
        met === null ? '' : met ? 'yes' : 'no',
      ])
    }
    body.push([
      found.name,
      'control: ours again',
      '',
      figure(found.control.cpu),
      '',
      '',
      `wall ${figure(found.control.wall)}`,
      '',
    ])
  }
  const head = ['case', 'subject', 'x floor', 'x ours', 'us main CPU', 'us wall', 'goal', 'met']
  return { rows, tables: [{ title, head, body, ...(note === undefined ? {} : { note }) }] }
}

function sort({ name, figures }: CaseFigures): {
  ours: SubjectFigures
  floor: SubjectFigures | undefined
  peers: readonly SubjectFigures[]
} {
  const ours = figures.find(({ subject }) => subject.role === 'ours')
  if (ours === undefined) throw new Error(`The case "${name}" has no subject of ours`)
  return {
    ours,
    floor: figures.find(({ subject }) => subject.role === 'floor'),
    peers: figures.filter(({ subject }) => subject.role === 'peer'),
  }
}

function isMet(goal: CaseGoal, ours: SubjectFigures, floor: SubjectFigures | undefined): boolean {
  const by = goal.by ?? 'cpu'
  if (goal.cpu !== undefined && !(ours.cpu <= goal.cpu)) return false
  if (goal.added !== undefined && !(floor !== undefined && ours.cpu - floor.cpu <= goal.added)) return false
  if (goal.floor !== undefined && !(floor !== undefined && ours.ratioTo(floor.subject.name, by) <= goal.floor))
    return false
  return Object.entries(goal.peers ?? {}).every(([peer, part]) => ours.ratioTo(peer, by) <= part)
}

/** What `isMet` looks at. */
function describeJudged(goal: CaseGoal, ours: SubjectFigures, floor: SubjectFigures | undefined): string {
  const by = goal.by ?? 'cpu'
  const parts = [
    ...(goal.cpu === undefined ? [] : [`${figure(ours.cpu)} us`]),
    ...(goal.floor === undefined || floor === undefined
      ? []
      : [`${figure(ours.ratioTo(floor.subject.name, by))}x floor`]),
    ...(goal.added === undefined || floor === undefined
      ? []
      : [`${figure(ours.cpu - floor.cpu)} us more than the floor`]),
    ...Object.keys(goal.peers ?? {}).map((peer) => `${figure(ours.ratioTo(peer, by))}x ${peer}`),
  ]
  return parts.join(', ')
}

/** Three digits that matter. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (value === 0) return '0'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** A share as whole percents. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** A table in Markdown. */
export function toMarkdown({ title, head, body, note }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  const lines = [line(head), `|${head.map((_, index) => (index === 0 ? '---|' : '--:|')).join('')}`, ...body.map(line)]
  return [`### ${title}`, ...(note === undefined ? [] : [note]), lines.join('\n')].join('\n\n')
}

/** A table for a screen. */
export function toText({ title, head, body, note }: Table): string {
  const all = [head, ...body]
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [title, ...(note === undefined ? [] : [note]), '', ...all.map(line)].join('\n')
}
