/**
 * Keeping what was measured: a group that is measured again takes the place of what it said before.
 *
 * @module
 */

import { readFile, writeFile } from 'node:fs/promises'
import type { Group } from './group.ts'
import { toMarkdown, type Findings, type Row } from './report.ts'

const HEAD = `# Benchmarks

Written by \`npm run bench\`; do not edit. \`npm run bench -- tokens\` measures one group of those below, \`--full\` takes longer and is what is published, \`--print\` writes nothing, and \`--again\` nothing but how its verdicts compare with those that are kept. The same figures for programs: [\`benchmarks.json\`](benchmarks.json).

Times are microseconds of the main thread, from \`process.threadCpuUsage()\`, and of wall time. Subjects take turns in one process, in reversed order every other round, and each figure is the median of the rounds, each begun by a collection of garbage and a batch that does not count; ratios are medians of the rounds' own ratios. Each case begins by a check that a good input passes and a bad one does not. *Control* is our own subject measured twice: what its ratio is away from 1 is the noise of that run. Compare ratios, not times: machines differ.
`

/** The name of a group's section. */
const sectionHead = (name: string): string => `## ${name}`

/** Puts the section of a group into the document; the sections stand in the order of `order`. */
export function placeSection(document: string, order: readonly string[], name: string, section: string): string {
  const sections = new Map<string, string>()
  for (const part of document.split(/^(?=## )/m).slice(1)) {
    sections.set(part.slice(3, part.indexOf('\n')), part.trimEnd())
  }
  sections.set(name, section.trimEnd())
  const known = order.flatMap((group) => sections.get(group) ?? [])
  return `${[HEAD.trimEnd(), ...known].join('\n\n')}\n`
}

/** Puts the rows of a group in the place of those from before. */
export function placeRows(
  before: readonly Row[],
  order: readonly string[],
  name: string,
  rows: readonly Row[],
): readonly Row[] {
  return order.flatMap((group) => (group === name ? rows : before.filter((row) => row.group === group)))
}

/** Writes what a group found into the two documents. */
export async function keepFindings(
  folder: string,
  order: readonly string[],
  { name, about }: Pick<Group, 'name' | 'about'>,
  circumstances: string,
  { rows, tables }: Findings,
): Promise<void> {
  const [markdown, json] = [`${folder}/benchmarks.md`, `${folder}/benchmarks.json`]
  const parts = [sectionHead(name), about, circumstances, ...tables.map(toMarkdown)]
  const section = parts.filter((part) => part !== '').join('\n\n')
  await writeFile(markdown, placeSection(await readOr(markdown, ''), order, name, section))
  const before = await readRows(folder)
  const lines = placeRows(before, order, name, rows).map((row) => `  ${JSON.stringify(row)}`)
  await writeFile(json, `[\n${lines.join(',\n')}\n]\n`)
}

/** The rows that were kept. */
export async function readRows(folder: string): Promise<readonly Row[]> {
  return JSON.parse(await readOr(`${folder}/benchmarks.json`, '[]')) as readonly Row[]
}

async function readOr(path: string, fallback: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback
    throw error
  }
}
