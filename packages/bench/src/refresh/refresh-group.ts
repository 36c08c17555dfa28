/**
 * How many honest users a policy of refresh tokens logs out, and how soon it finds a thief.
 *
 * @module
 */

import type { Group, GroupContext } from '../group.ts'
import { NO_FIGURES, percent, type Findings, type Row, type Table } from '../report.ts'
import { POLICIES, type RefreshPolicy } from './policies.ts'
import { COLUMNS, huntThieves, shareKilled, type Column, type Extent, type ThiefFigures } from './simulation.ts'

const EXTENTS: Readonly<Record<GroupContext['extent'], Extent & { readonly thieves: number }>> = {
  smoke: { sessions: 2, days: 1, seed: 1, thieves: 3 },
  normal: { sessions: 20, days: 7, seed: 1, thieves: 100 },
  full: { sessions: 100, days: 28, seed: 1, thieves: 1_000 },
}

/** A policy finds thieves when it finds nine in ten within two refresh cycles. The others move in step with their victim. */
const FINDS = 0.9

interface Judged {
  readonly policy: RefreshPolicy
  readonly killed: readonly number[]
  readonly thieves: ThiefFigures
}

/** The group. */
export const refreshGroup: Group = {
  name: 'refresh',
  about: `Simulated users, on simulated time and a random source that repeats. Each works two hours a day in one, two or four tabs that share a refresh token; access tokens live ten minutes. A message takes 80 ms in the mean; the given share of answers never arrives, which the client notices after a second. A session is *killed* when the server answers \`invalid_grant\` though nobody stole anything.

Ours is the real \`auth.refresh\` on the memory store. The others are functions of a few lines:

${POLICIES.map(({ name, source }) => `- **${name}**: ${source}.`).join('\n')}

*With the helper* the tabs run \`@latchkey/client\` over one storage and one lock, which has pauses of its own; without it each tab renews by itself and asks again after the given pause.

A thief copies the token that the client has at some moment, uses it within ten minutes, and then once in ten minutes. Thieves are counted as found when a token that came back ended the session.`,
  async run({ extent, progress }) {
    const { thieves, ...size } = EXTENTS[extent]
    const judged: Judged[] = []
    for (const policy of POLICIES) {
      const killed: number[] = []
      for (const [index, column] of COLUMNS.entries()) {
        progress(`${policy.name}: column ${index + 1} of ${COLUMNS.length}`)
        killed.push(await shareKilled(policy, column, size))
      }
      progress(`${policy.name}: thieves`)
      judged.push({ policy, killed, thieves: await huntThieves(policy, { ...size, sessions: thieves }) })
    }
    return reportRefresh(judged, `${size.sessions} sessions in each cell, ${size.days} days each; ${thieves} thieves.`)
  },
}

/** The columns in which a policy that finds thieves kills fewer than our default does. */
export function beatenIn([ours, ...others]: readonly Judged[]): readonly string[] {
  if (ours === undefined) return []
  return others
    .filter(({ thieves }) => thieves.withinTwoCycles >= FINDS)
    .flatMap(({ policy, killed }) =>
      COLUMNS.flatMap((column, index) =>
        (killed[index] ?? 0) < (ours.killed[index] ?? 0) ? [`${policy.name}, ${nameOf(column)}`] : [],
      ),
    )
}

/** Turns the shares into rows and tables. */
export function reportRefresh(judged: readonly Judged[], note: string): Findings {
  const beaten = beatenIn(judged)
  const rows = judged.flatMap(({ policy, killed, thieves }, position): Row[] => {
    const isOurs = position === 0
    const base = { group: 'refresh', subject: policy.name, ...NO_FIGURES }
    return [
      ...COLUMNS.map((column, index): Row => {
        const isBeaten = beaten.some((place) => place.endsWith(`, ${nameOf(column)}`))
        const mustBeNone = column.tabs === 1 && column.lost === 0
        const goal = mustBeNone ? 'none killed' : 'no policy that finds thieves kills fewer'
        const met = mustBeNone ? killed[index] === 0 : !isBeaten
        const value = killed[index] ?? Number.NaN
        return {
          ...base,
          case: `killed: ${nameOf(column)}`,
          goal: isOurs ? goal : null,
          met: isOurs ? met : null,
          value,
          unit: 'share',
        }
      }),
      {
        ...base,
        case: 'thieves found within two cycles',
        goal: isOurs ? `at least ${percent(FINDS)}` : null,
        met: isOurs ? thieves.withinTwoCycles >= FINDS : null,
        value: thieves.withinTwoCycles,
        unit: 'share',
      },
    ]
  })
  const tables: Table[] = [1_000, 30_000, null].map((retryAfter) => {
    const shown = COLUMNS.flatMap((column, index) => (column.retryAfter === retryAfter ? [{ column, index }] : []))
    const title =
      retryAfter === null
        ? 'Honest sessions killed, with the helper'
        : `Honest sessions killed, asking again after ${retryAfter / 1_000} s`
    return {
      title,
      head: [
        'policy',
        ...shown.map(({ column: { tabs, lost } }) => `${tabs} tab${tabs === 1 ? '' : 's'}, ${percent(lost)} lost`),
      ],
      body: judged.map(({ policy, killed }) => [
        policy.name,
        ...shown.map(({ index }) => percent(killed[index] ?? Number.NaN)),
      ]),
      note,
    }
  })
  const verdict =
    beaten.length === 0
      ? 'No policy that finds nine thieves in ten within two cycles kills fewer honest sessions than our default in any column.'
      : `Our default is beaten in: ${beaten.join('; ')}.`
  tables.push({
    title: 'Thieves of the current token',
    head: ['policy', 'found within two cycles', 'found within the day', 'median time from the first use'],
    body: judged.map(({ policy, thieves }) => [
      policy.name,
      percent(thieves.withinTwoCycles),
      percent(thieves.found),
      Number.isFinite(thieves.medianTime) ? `${Math.round(thieves.medianTime / 1_000)} s` : 'never',
    ]),
    note: `${verdict} Who is not found used the token within the reuse window of its owner, as a second tab would.`,
  })
  return { rows, tables }
}

function nameOf({ tabs, lost, retryAfter }: Column): string {
  const how = retryAfter === null ? 'with the helper' : `retry after ${retryAfter / 1_000} s`
  return `${tabs} tab${tabs === 1 ? '' : 's'}, ${percent(lost)} lost, ${how}`
}
