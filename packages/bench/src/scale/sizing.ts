/**
 * What a hundred million users would take, calculated from what was measured.
 *
 * @module
 */

import { figure, type Row } from '../report.ts'

const USERS = 100_000_000
const REQUESTS_A_DAY = 20
const PEAK = 3
const SECONDS_A_DAY = 86_400

const BEGIN = '<!-- figures: written by npm run bench -->'
const END = '<!-- end of figures -->'

/** Requests a second at the peak. */
const PEAK_REQUESTS = (USERS * REQUESTS_A_DAY * PEAK) / SECONDS_A_DAY

/** The calculation in Markdown. What was not measured is a dash. */
export function calculateSizing(rows: readonly Row[]): string {
  const valueOf = (group: string, name: string): number =>
    rows.find((row) => row.group === group && row.case === name)?.value ?? Number.NaN
  const lines = ['Redis', 'PostgreSQL'].map((store) => {
    const bytes = valueOf('growth', `${store}: one session`)
    const cpu = valueOf('scale', `${store}, 1 process: one request`)
    const gibibytes = (bytes * USERS) / 2 ** 30
    const cores = (PEAK_REQUESTS * cpu) / 1_000_000
    return `| ${[store, figure(bytes), figure(gibibytes), figure(cpu), figure(cores)].join(' | ')} |`
  })
  return [
    `Calculated, not measured: ${USERS / 1_000_000} million users with one live session each, ${REQUESTS_A_DAY} requests a day from each, and ${PEAK} times the mean at the peak are ${Math.round(PEAK_REQUESTS)} requests a second, and as many commands to the store. The bytes of a session and the processor time of a request are measured (\`growth\` and \`scale\` in [benchmarks](benchmarks.md)); multiplying them is the calculation. It leaves out replicas, what servers need besides their data, headroom, and your own work on each request.`,
    '',
    '| store | bytes a session, measured | GiB in all | us CPU a request, measured | cores for sessions at the peak |',
    '|---|--:|--:|--:|--:|',
    ...lines,
  ].join('\n')
}

/**
 * Puts the calculation between its marks.
 *
 * @throws {Error} When the document has no marks.
 */
export function placeSizing(document: string, sizing: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error('The document has no place for the figures')
  return `${document.slice(0, begin)}${BEGIN}\n\n${sizing}\n\n${document.slice(end)}`
}
