/**
 * What is said of all groups together: the goals, and the picture.
 *
 * @module
 */

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { keepFindings, readRows } from './documents.ts'
import { GOALS_ABOUT, judgeGoals } from './goals.ts'
import { drawComparison } from './plot.ts'
import type { Findings } from './report.ts'
import { calculateSizing, placeSizing } from './scale/sizing.ts'

/** The section of the goals, before those of the groups. */
export const GOALS_SECTION = 'goals'

/**
 * Judges the goals by all rows that were kept, from this run or one before, draws the picture anew, and calculates the sizing in the
 * document on scaling, where that stands.
 *
 * @param order The names of the sections, that of the goals among them.
 */
export async function keepSummary(folder: string, order: readonly string[]): Promise<Findings> {
  const rows = await readRows(folder)
  const goals = judgeGoals(rows)
  await keepFindings(folder, order, { name: GOALS_SECTION, about: GOALS_ABOUT }, '', goals)
  const picture = drawComparison(rows)
  if (picture !== undefined) await writeFile(`${folder}/benchmarks.svg`, picture)
  const scaling = `${folder}/scaling.md`
  if (existsSync(scaling)) await writeFile(scaling, placeSizing(await readFile(scaling, 'utf8'), calculateSizing(rows)))
  return goals
}
