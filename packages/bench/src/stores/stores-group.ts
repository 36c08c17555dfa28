/**
 * The stores by themselves, beside their drivers.
 *
 * @module
 */

import { joinFindings, type Group } from '../group.ts'
import { NO_FIGURES, figure, reportCases, type CaseGoal, type Findings, type Row } from '../report.ts'
import type { BackendKind } from './backend.ts'
import { LOCAL_BACKENDS, NETWORKED_BACKENDS, openIfReachable } from './backends.ts'
import { measureOperations, type OperationFigures } from './operations.ts'

const NETWORK_GOAL: CaseGoal = { words: '<= 1.15x the bare command in wall time', by: 'wall', floor: 1.15 }

/** The group over some kinds of stores. */
export function createStoresGroup(kinds: readonly BackendKind[]): Group {
  return {
    name: 'stores',
    about: `Each operation of a store's contract beside the bare command of its own driver: one prepared \`select\` or \`update\` by primary key, one \`GET\` or \`SET\`, on a connection of its own, one at a time. The bare write looks at no version, no expiry and no epoch, and the bare read of Redis and SQL leaves its answer as it came. PostgreSQL and MariaDB are measured with \`withPreparedStatements\`, beside a prepared bare command; *not prepared* is the store without it, beside a bare command that is not prepared either. A rotation is an update of other columns. On a network the goal is about wall time: that is what a request waits for.`,
    async run({ effort, progress }) {
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
  const trips = operations.map(({ operation, roundTrips }) => `${operation} ${figure(roundTrips)}`).join(', ')
  const { rows, tables } = reportCases('stores', `${name}: operations`, cases, `Round trips for one: ${trips}.`)
  const counted = operations.map(({ operation, roundTrips }): Row => ({
    ...EMPTY,
    case: `${name} ${operation}: round trips`,
    goal: isNetworked ? 'one round trip' : null,
    met: isNetworked ? roundTrips === 1 : null,
    value: roundTrips,
    unit: 'round trips',
  }))
  return { rows: [...rows, ...counted], tables }
}

const EMPTY: Omit<Row, 'case'> = {
  group: 'stores',
  subject: 'latchkey',
  ...NO_FIGURES,
}
