/**
 * `npm run bench`: measures, prints, and keeps what it found.
 *
 * @module
 */

import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AGAIN_ABOUT, AGAIN_SECTION, compareVerdicts } from './again.ts'
import { keepFindings, readRows } from './documents.ts'
import { EFFORTS, type Extent } from './group.ts'
import { GROUPS } from './groups.ts'
import { toText, type Row } from './report.ts'
import { GOALS_SECTION, keepSummary } from './summary.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
})
const names = GROUPS.map(({ name }) => name)
const order = [GOALS_SECTION, AGAIN_SECTION, ...names]
const docs = join(import.meta.dirname, '../../../docs')
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no group "${unknown.join('", "')}". The groups: ${names.join(', ')}`)
  process.exit(1)
}

const keeps = !values.print && !values.again
const extent: Extent = values.full ? 'full' : values.smoke ? 'smoke' : 'normal'
const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
/** What a reader has to know of a run: on a machine that has other work, the controls stray from 1. */
function describeRun(): string {
  const load = loadavg()[0]?.toFixed(1) ?? 'unknown'
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} x ${processor}; load average at the start ${load}; extent: ${extent}.`
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
}

const started = describeRun()
const rows: Row[] = []
for (const group of GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  progress(`${group.name} ...`)
  const circumstances = describeRun()
  const findings = await group.run({
    extent,
    effort: EFFORTS[extent],
    progress: (text) => progress(`${group.name}: ${text}`),
  })
  progress('')
  for (const table of findings.tables) console.log(`\n${toText(table)}`)
  rows.push(...findings.rows)
  if (keeps) await keepFindings(docs, order, group, circumstances, findings)
}
if (values.again) {
  const findings = compareVerdicts(await readRows(docs), rows)
  for (const table of findings.tables) console.log(`\n${toText(table)}`)
  await keepFindings(docs, order, { name: AGAIN_SECTION, about: AGAIN_ABOUT }, started, findings)
}
if (keeps) {
  const { tables } = await keepSummary(docs, order)
  for (const table of tables) console.log(`\n${toText(table)}`)
}
