/**
 * The stores by themselves: beside their drivers, and as they grow.
 *
 * @module
 */

import type { Group, GroupContext } from '../group.ts'
import { joinFindings } from '../group.ts'
import { figure, reportCases, type CaseGoal, type Findings, type Row, type Table } from '../report.ts'
import { LOCAL_BACKENDS, NETWORKED_BACKENDS, openIfReachable, type BackendKind } from './backends.ts'
import { measureGrowth, type Growth } from './growth.ts'
import { measureOperations, type OperationFigures } from './operations.ts'

const SIZES: Readonly<Record<GroupContext['extent'], { readonly sizes: readonly number[]; readonly samples: number }>> =
  {
    smoke: { sizes: [50, 100], samples: 5 },
    normal: { sizes: [1e3, 1e4, 1e5], samples: 500 },
    full: { sizes: [1e3, 1e4, 1e5, 1e6], samples: 2_000 },
  }

/** An operation that fits better grows no faster than a logarithm does over these sizes. */
const MAX_EXPONENT = 0.15

const NETWORK_GOAL: CaseGoal = { words: '<= 1.15x the bare command in wall time', by: 'wall', floor: 1.15 }

/** The group over some kinds of stores. */
export function createStoresGroup(kinds: readonly BackendKind[]): Group {
  return {
    name: 'stores',
    about: `Each operation of a store's contract beside the bare command of its own driver: one prepared \`select\` or \`update\` by primary key, one \`GET\` or \`SET\`, on a connection of its own, one at a time. The bare write looks at no version, no expiry and no epoch, and the bare read of Redis and SQL leaves its answer as it came. PostgreSQL is measured with \`withPreparedStatements\`, beside a prepared bare command; *not prepared* is the store without it, beside a bare command that is not prepared either. A rotation is an update of other columns. On a network the goal is about wall time: that is what a request waits for.

Sizes: sessions of different subjects with a cart of two lines in each. \`n\` in *time ~ sessions^n* is fitted; a logarithm is at most ${MAX_EXPONENT} there.`,
    async run({ extent, effort, progress }) {
      const parts: Findings[] = []
      for (const kind of kinds) {
        progress(`${kind.name}: operations`)
        const backend = await openIfReachable(kind)
        if (backend === undefined) {
          parts.push({
            rows: [],
            tables: [{ title: kind.name, head: ['not measured'], body: [['its server was not reachable']] }],
          })
          continue
        }
        try {
          const operations = await measureOperations(kind.name, backend, effort)
          parts.push(reportOperations(kind, operations))
        } finally {
          await backend.close()
        }
        if (kind.isVariant === true) continue
        const { sizes, samples } = SIZES[extent]
        const growing = await kind.open()
        try {
          const growth = await measureGrowth(growing, sizes, samples, (size) =>
            progress(`${kind.name}: ${size} sessions`),
          )
          parts.push(reportGrowth(kind.name, growth))
        } finally {
          progress(`${kind.name}: clearing up`)
          await growing.close()
        }
      }
      return joinFindings(parts)
    },
  }
}

/** The group over all stores. */
export const storesGroup: Group = createStoresGroup([...LOCAL_BACKENDS, ...NETWORKED_BACKENDS])

function reportOperations(kind: BackendKind, operations: readonly OperationFigures[]): Findings {
  const { name, isNetworked } = kind
  const hasGoal = isNetworked && kind.isVariant !== true
  const cases = operations.map(({ figures }) => ({ figures, ...(hasGoal ? { goal: NETWORK_GOAL } : {}) }))
  const commands = operations.map(({ operation, commands: count }) => `${operation} ${figure(count)}`).join(', ')
  const { rows, tables } = reportCases('stores', `${name}: operations`, cases, `Commands for one: ${commands}.`)
  const counted = operations.map(({ operation, commands: count }): Row => ({
    ...EMPTY,
    case: `${name} ${operation}: commands`,
    goal: isNetworked ? 'one round trip' : null,
    met: isNetworked ? count === 1 : null,
    value: count,
    unit: 'commands',
  }))
  return { rows: [...rows, ...counted], tables }
}

function reportGrowth(name: string, { points, readExponent, updateExponent, sweep }: Growth): Findings {
  const goal = 'no more than O(log n)'
  const rows: Row[] = [
    {
      ...EMPTY,
      case: `${name}: growth of read`,
      goal,
      met: readExponent <= MAX_EXPONENT,
      value: readExponent,
      unit: 'exponent',
    },
    {
      ...EMPTY,
      case: `${name}: growth of update`,
      goal,
      met: updateExponent <= MAX_EXPONENT,
      value: updateExponent,
      unit: 'exponent',
    },
  ]
  const last = points.at(-1)
  if (last?.bytesPerSession !== undefined) {
    rows.push({ ...EMPTY, case: `${name}: one session`, value: Math.round(last.bytesPerSession), unit: 'bytes' })
  }
  if (sweep !== undefined) rows.push({ ...EMPTY, case: `${name}: sweep of one record`, value: sweep, unit: 'us wall' })
  const table: Table = {
    title: `${name}: growth`,
    head: ['sessions', 'us read', 'us update', 'bytes per session'],
    body: points.map(({ sessions, read, update, bytesPerSession }) => [
      `${sessions}`,
      figure(read),
      figure(update),
      bytesPerSession === undefined ? '' : `${Math.round(bytesPerSession)}`,
    ]),
    note: `read ~ sessions^${readExponent.toFixed(2)}, update ~ sessions^${updateExponent.toFixed(2)}; ${
      sweep === undefined
        ? 'expired sessions go by themselves'
        : `a sweep takes ${figure(sweep)} us for one expired record`
    }.`,
  }
  return { rows, tables: [table] }
}

const EMPTY: Omit<Row, 'case'> = {
  group: 'stores',
  subject: 'latchkey',
  us_main_cpu: null,
  ratio_to_floor: null,
  ratio_to_peer: null,
  goal: null,
  met: null,
}
