/**
 * Sessions as a request meets them.
 *
 * @module
 */

import { joinFindings, type Group, type GroupContext } from '../group.ts'
import { NO_FIGURES, figure, reportCases, type Findings, type Row } from '../report.ts'
import { countContendedWrites, countReads, type CallCounts } from './contention.ts'
import { measureMemory, measureRedis, measureSqlite, type JudgedCase } from './cookie-cases.ts'
import { measureOneCookie } from './one-cookie.ts'

const REQUESTS = 100
const WRITERS = 24
const ROUNDS: Readonly<Record<GroupContext['extent'], number>> = { smoke: 2, normal: 20, full: 60 }

/** The group. */
export const sessionsGroup: Group = {
  name: 'sessions',
  about: `From the Cookie header to a value of the session, as a guarded route has it, without sockets; the header's text is a new one each time. Peers are set up as their documentation says. The floor looks at no signature, no expiry and no revocation. *One cookie of 30* is reading the header alone.

*Contention* counts the calls of the store, which are commands where a call is one: ${REQUESTS} requests that read one session, half of them at once; and ${WRITERS} requests at a time that write to one session, each under its own key.`,
  async run({ extent, effort, progress }) {
    const cases: JudgedCase[] = []
    for (const [name, measure] of [
      ['one cookie', measureOneCookie],
      ['memory', measureMemory],
      ['SQLite', measureSqlite],
      ['Redis', measureRedis],
    ] as const) {
      progress(name)
      if (name === 'Redis' && extent === 'smoke') continue
      cases.push(await measure(effort))
    }
    progress('contention')
    const reads = await countReads(REQUESTS)
    const writes = await countContendedWrites(WRITERS, ROUNDS[extent])
    return joinFindings([
      reportCases('sessions', 'A request with a session cookie', cases),
      reportContention(reads, writes, WRITERS * ROUNDS[extent]),
    ])
  },
}

/** Turns the counted calls into rows and a table. */
export function reportContention(reads: CallCounts, writes: CallCounts, written: number): Findings {
  const touches = (reads['touch'] ?? 0) + (reads['update'] ?? 0)
  const retries = ((writes['update'] ?? 0) - written) / written
  const empty = { group: 'sessions', subject: 'latchkey', ...NO_FIGURES }
  const rows: Row[] = [
    {
      ...empty,
      case: `${REQUESTS} reads of one session: reads`,
      goal: `exactly ${REQUESTS}`,
      met: reads['read'] === REQUESTS,
      value: reads['read'] ?? 0,
      unit: 'commands',
    },
    {
      ...empty,
      case: `${REQUESTS} reads of one session: writes`,
      goal: 'at most 1',
      met: touches <= 1,
      value: touches,
      unit: 'commands',
    },
    {
      ...empty,
      case: `${WRITERS} writers at once: updates tried again, for each that was written`,
      goal: null,
      met: null,
      value: retries,
      unit: 'retries',
    },
  ]
  return {
    rows,
    tables: [
      {
        title: 'Contention',
        head: ['case', 'figure', 'goal', 'met'],
        body: rows.map((row) => [
          row.case,
          figure(row.value ?? Number.NaN),
          row.goal ?? '',
          row.met === null ? '' : row.met ? 'yes' : 'no',
        ]),
      },
    ],
  }
}
