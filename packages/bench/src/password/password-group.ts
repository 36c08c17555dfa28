/**
 * Password hashes: how many at once, and what the time of a login tells.
 *
 * @module
 */

import { joinFindings, type Extent, type Group } from '../group.ts'
import { NO_FIGURES, figure, type Findings, type Row } from '../report.ts'
import { median, quantile } from '../statistics.ts'
import { BOUNDS, flood, type FloodFigures, type HashBound } from './hash-bound.ts'
import { timeLogins, type LoginKind } from './login-timing.ts'
import { measureTokenLatency, reportTokenLatency } from './token-latency.ts'

const EXTENTS: Readonly<Record<Extent, { readonly hashes: number; readonly logins: number; readonly checks: number }>> =
  {
    smoke: { hashes: 2, logins: 1, checks: 20 },
    normal: { hashes: 100, logins: 30, checks: 400 },
    full: { hashes: 300, logins: 200, checks: 2_000 },
  }

/** The group. */
export const passwordGroup: Group = {
  name: 'password',
  about: `Argon2id with the parameters of the package (19 MiB, 2 passes, 1 lane).

*A flood*: so many hashes are asked for in one moment, in a process of its own for each bound. *Memory* is the height of the flood above what the process took after a single hash. *Loop* is how late the event loop was, at the 99th percentile. *Given back* runs with \`MALLOC_MMAP_THRESHOLD_=1000000\`: without it glibc keeps the memory of a hash for the next one on the same thread of Node's pool, so that a flood takes what the threads of the pool have used once, whatever the bound.

*Logins* go one after another, the kinds in turns, through \`createPasswordLogin\` on a table in memory. The distributions lie over each other when nobody can tell from the time why a login failed.`,
  async run({ extent, progress }) {
    const { hashes, logins, checks } = EXTENTS[extent]
    const floods: (readonly [HashBound, FloodFigures])[] = []
    for (const bound of BOUNDS) {
      progress(`a flood, ${bound.name} at once`)
      floods.push([bound, await flood(bound, hashes)])
    }
    progress('logins')
    const found = reportPasswords(floods, hashes, await timeLogins(logins))
    progress('tokens during hashes')
    return joinFindings([found, reportTokenLatency(await measureTokenLatency(checks))])
  },
}

/** Reports floods and logins. */
export function reportPasswords(
  floods: readonly (readonly [HashBound, FloodFigures])[],
  hashes: number,
  logins: ReadonlyMap<LoginKind, readonly number[]>,
): Findings {
  const base = { group: 'password', ...NO_FIGURES } as const
  const floodRows: Row[] = floods.flatMap(([{ name }, { perSecond, mebibytes, loopDelay }]) => [
    { ...base, case: 'flood of hashes', subject: `${name} at once`, value: round(perSecond), unit: 'hashes/s' },
    { ...base, case: 'memory of a flood', subject: `${name} at once`, value: round(mebibytes), unit: 'MiB' },
    { ...base, case: 'event loop in a flood', subject: `${name} at once`, value: round(loopDelay), unit: 'ms, p99' },
  ])
  const [[, wrong = []] = []] = logins
  const loginRows: Row[] = [...logins].map(([{ name }, times]) => ({
    ...base,
    case: 'time of a login',
    subject: name,
    value: round(median(times)),
    unit: 'ms',
  }))
  return {
    rows: [...floodRows, ...loginRows],
    tables: [
      {
        title: `A flood of ${hashes} hashes`,
        head: ['at once', 'hashes/s', 'memory, MiB', 'loop p99, ms'],
        body: floods.map(([{ name }, { perSecond, mebibytes, loopDelay }]) => [
          name,
          figure(perSecond),
          figure(mebibytes),
          figure(loopDelay),
        ]),
      },
      {
        title: 'Logins side by side',
        note: `${wrong.length} of each kind, in milliseconds. The last column is the median beside that of a wrong password.`,
        head: ['login', 'p10', 'p25', 'median', 'p75', 'p90', 'x wrong password'],
        body: [...logins].map(([{ name }, times]) => [
          name,
          ...[0.1, 0.25, 0.5, 0.75, 0.9].map((share) => figure(quantile(times, share))),
          figure(median(times) / median(wrong)),
        ]),
      },
    ],
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
