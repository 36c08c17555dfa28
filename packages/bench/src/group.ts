/**
 * What a group of measurements is.
 *
 * @module
 */

import type { Effort } from './measuring.ts'
import type { Findings } from './report.ts'

/** How much is done: `smoke` proves that a group works, `normal` is for everyday, `full` for figures that are published. */
export type Extent = 'smoke' | 'normal' | 'full'

/** What a group is given. */
export interface GroupContext {
  readonly extent: Extent
  readonly effort: Effort
  /** Says what is being done, for who waits. */
  readonly progress: (text: string) => void
}

/** A group of measurements. */
export interface Group {
  readonly name: string
  /** What it is about and how it is done, in Markdown: the text above its tables. */
  readonly about: string
  readonly run: (context: GroupContext) => Promise<Findings>
}

/** How long is measured, by extent. */
export const EFFORTS: Readonly<Record<Extent, Effort>> = {
  smoke: { rounds: 1, batch: 0.1 },
  normal: { rounds: 11, batch: 20 },
  full: { rounds: 31, batch: 50 },
}

/** Puts the findings of parts together. */
export function joinFindings(parts: readonly Findings[]): Findings {
  return { rows: parts.flatMap(({ rows }) => rows), tables: parts.flatMap(({ tables }) => tables) }
}
