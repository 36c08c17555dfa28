/**
 * A second run: whether it comes to the same verdicts as the one that is kept.
 *
 * @module
 */

import { NO_FIGURES, type Findings, type Row } from './report.ts'

/** The section of the second run, behind the goals. */
export const AGAIN_SECTION = 'again'

/** What stands above the table. */
export const AGAIN_ABOUT = `What a second run of the whole (\`--again\`) came to, beside the figures that stand below and were kept from the first. A verdict that differs is of a figure too near to its goal for this machine to tell on which side it is.`

/**
 * Compares the verdicts of two runs. Rows that one of them does not have, and rows that have nothing to reach, are left out.
 *
 * @param kept Of the first run.
 * @param again Of the second.
 */
export function compareVerdicts(kept: readonly Row[], again: readonly Row[]): Findings {
  const nameOf = (row: Row): string => `${row.group}: ${row.case}, ${row.subject}`
  const before = new Map(kept.filter(({ met }) => met !== null).map((row) => [nameOf(row), row]))
  const pairs = again.flatMap((second) => {
    const first = before.get(nameOf(second))
    return first === undefined || second.met === null ? [] : [{ first, second }]
  })
  const differing = pairs.filter(({ first, second }) => first.met !== second.met)
  const row: Row = {
    group: AGAIN_SECTION,
    case: 'rows with the same verdict as before',
    subject: 'latchkey',
    ...NO_FIGURES,
    value: pairs.length - differing.length,
    unit: `of ${pairs.length}`,
  }
  const body = differing.map(({ first, second }) => [
    `${first.group}: ${first.case}`,
    first.goal ?? '',
    describe(first),
    describe(second),
  ])
  const title = `${pairs.length - differing.length} of ${pairs.length} verdicts are the same`
  return {
    rows: [row],
    tables: [
      {
        title,
        head: ['case that differs', 'goal', 'first run', 'second run'],
        body: body.length > 0 ? body : [['none', '', '', '']],
      },
    ],
  }
}

function describe({ measured, value, unit, met }: Row): string {
  return `${measured ?? `${value} ${unit}`} (${met === true ? 'met' : 'not met'})`
}
