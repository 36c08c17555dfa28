/**
 * How each operation grows with what a store holds.
 *
 * @module
 */

import { createMemoryRevocationStore, createMemorySessionStore } from '@latchkey/core'
import { joinFindings, type Extent, type Group } from '../group.ts'
import { NO_FIGURES, figure, type Findings, type Row } from '../report.ts'
import type { BackendKind } from '../stores/backend.ts'
import { LOCAL_BACKENDS, NETWORKED_BACKENDS, openIfReachable } from '../stores/backends.ts'
import { createTemplate, recordOf, revocationOf } from '../stores/records.ts'
import type { Curve } from './curve.ts'
import { measureRevocationGrowth } from './revocation-growth.ts'
import { measureSessionGrowth, measureUserGrowth, type SessionGrowth } from './session-growth.ts'

interface Sizes {
  readonly sessions: readonly number[]
  readonly revocations: readonly number[]
  readonly ofOneUser: readonly number[]
  readonly samples: number
}

const SIZES: Readonly<Record<Extent, Sizes>> = {
  smoke: { sessions: [50, 100], revocations: [20, 40], ofOneUser: [1, 10], samples: 5 },
  normal: {
    sessions: [1e3, 1e4, 1e5],
    revocations: [1e2, 1e3, 1e4, 1e5],
    ofOneUser: [1, 10, 100, 1_000],
    samples: 300,
  },
  full: {
    sessions: [1e3, 1e4, 1e5, 1e6],
    revocations: [1e2, 1e3, 1e4, 1e5, 1e6],
    ofOneUser: [1, 10, 100, 1_000],
    samples: 1_000,
  },
}

/** The group over some kinds of stores. */
export function createGrowthGroup(kinds: readonly BackendKind[]): Group {
  return {
    name: 'growth',
    about: `Each operation of the stores of sessions and revocations, one at a time, while a store fills: with sessions of different users, each with a cart of two lines; with sessions of one user; with revocations. Times are of wall time, medians; of what has to touch each session of a user, the time for each of them. The exponent is that of the power of the size that fits them best, and *+-* twice its standard error. A logarithm fits as the *limit* over the same sizes; linear growth is 1. An operation meets the goal when its exponent, less the error, is at most the limit. *Login* reads the user's epoch and creates a session; *what is new* is what a copy of the revocations asks for when nothing has changed.`,
    async run({ extent, progress }) {
      const parts: Findings[] = []
      for (const kind of kinds) {
        progress(kind.name)
        const backend = await openIfReachable(kind)
        if (backend === undefined) {
          const table = { title: kind.name, head: ['not measured'], body: [['its server was not reachable']] }
          parts.push({ rows: [], tables: [table] })
          continue
        }
        const { sessions, revocations, ofOneUser, samples } = SIZES[extent]
        try {
          // First, while the store is small: only what is the user's own is to count.
          const ofUser = await measureUserGrowth(backend, ofOneUser, samples)
          const tell = (what: string) => (size: number) => progress(`${kind.name}: ${size} ${what}`)
          const growth = await measureSessionGrowth(backend, sessions, samples, tell('sessions'))
          const ofRevocations = await measureRevocationGrowth(backend, revocations, samples, tell('revocations'))
          parts.push(reportGrowth(kind.name, growth, [...ofUser, ...ofRevocations]))
        } finally {
          progress(`${kind.name}: clearing up`)
          await backend.close()
        }
      }
      return joinFindings([...parts, reportBounds(await checkMemoryBounds())])
    },
  }
}

/** The group over the stores that many users have. */
export const growthGroup: Group = createGrowthGroup(
  [...LOCAL_BACKENDS, ...NETWORKED_BACKENDS].filter(({ name, isVariant }) => name !== 'MariaDB' && isVariant !== true),
)

/** Turns the curves of a store into rows and a table. */
export function reportGrowth(
  name: string,
  { curves, bytesPerSession, sweep }: SessionGrowth,
  others: readonly Curve[],
): Findings {
  const all = [...curves, ...others]
  const rows: Row[] = all.map(({ operation, over, exponent, error, limit, isLogarithmic }) => ({
    ...EMPTY,
    case: `${name}: ${operation}, over ${over}`,
    goal: 'no more than O(log n)',
    met: isLogarithmic,
    value: Number(exponent.toFixed(3)),
    unit: 'exponent',
    measured: `n^${exponent.toFixed(2)} +- ${error.toFixed(2)}, limit ${limit.toFixed(2)}`,
  }))
  if (bytesPerSession !== undefined)
    rows.push({ ...EMPTY, case: `${name}: one session`, value: Math.round(bytesPerSession), unit: 'bytes' })
  if (sweep !== undefined)
    rows.push({ ...EMPTY, case: `${name}: sweep of one record`, value: Number(sweep.toPrecision(4)), unit: 'us wall' })
  const table = {
    title: name,
    head: ['operation', 'over', 'sizes', 'us', 'exponent', '+-', 'limit', 'met'],
    body: all.map(({ operation, over, points, exponent, error, limit, isLogarithmic }) => [
      operation,
      over,
      points.map(([size]) => size.toExponential().replace('e+', 'e')).join(', '),
      points.map(([, time]) => figure(time)).join(', '),
      exponent.toFixed(2),
      error.toFixed(2),
      limit.toFixed(2),
      isLogarithmic ? 'yes' : 'no',
    ]),
    note: [
      bytesPerSession === undefined
        ? []
        : [
            `One session takes ${Math.round(bytesPerSession)} bytes, its indexes included where the server tells of them.`,
          ],
      sweep === undefined
        ? ['Expired sessions go by themselves.']
        : [`A sweep takes ${figure(sweep)} us for one expired record.`],
    ]
      .flat()
      .join(' '),
  }
  return { rows, tables: [table] }
}

/** Fills the stores in memory to the bound that they were given; tells whether each refuses what is more. */
export async function checkMemoryBounds(bound = 100): Promise<Readonly<Record<string, boolean>>> {
  const template = await createTemplate()
  const call = { now: template.createdAt }
  const sessions = createMemorySessionStore({ maxSessions: bound })
  const revocations = createMemoryRevocationStore({ maxRevocations: bound })
  const refuses = async (add: (index: number) => Promise<unknown>): Promise<boolean> => {
    for (let index = 0; index < bound; index += 1) await add(index)
    try {
      await add(bound)
      return false
    } catch {
      return true
    }
  }
  return {
    sessions: await refuses((index) => sessions.create(recordOf(template, index), call)),
    revocations: await refuses((index) => {
      const { revoked, until } = revocationOf(index, call.now)
      return revocations.revoke(revoked, until, call)
    }),
  }
}

function reportBounds(bounds: Readonly<Record<string, boolean>>): Findings {
  const rows = Object.entries(bounds).map(([what, met]): Row => ({
    ...EMPTY,
    case: `memory: bound of ${what}`,
    goal: 'refuses what is more',
    met,
    measured: met ? 'refused' : 'taken',
  }))
  const body = rows.map((row) => [row.case, row.goal ?? '', row.measured ?? '', row.met === true ? 'yes' : 'no'])
  return { rows, tables: [{ title: 'Bounds of memory', head: ['store', 'goal', 'measured', 'met'], body }] }
}

const EMPTY: Omit<Row, 'case'> = {
  group: 'growth',
  subject: 'latchkey',
  ...NO_FIGURES,
}
