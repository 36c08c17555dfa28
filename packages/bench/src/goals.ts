/**
 * What is aimed at, and whether the rows that were measured reach it.
 *
 * @module
 */

import { NO_FIGURES, type Findings, type Row } from './report.ts'

/** A goal, and the rows that are to meet it. */
export interface Goal {
  readonly number: number
  readonly operation: string
  readonly words: string
  /** Matches `<group>: <case>` of its rows. */
  readonly rows: RegExp
}

/** The goals. Ratios are of main-thread CPU. */
export const GOALS: readonly Goal[] = [
  {
    number: 1,
    operation: 'HS256 verify, cold',
    words: '<= 1.3x node:crypto; <= 1/8 jose, 1/6 at 100 in flight; no slower than fast-jwt',
    rows: /^tokens: HS256 verify, cold/,
  },
  {
    number: 2,
    operation: 'HS256 sign',
    words: '<= 1.3x node:crypto; <= 1/10 jose, 1/7 at 100 in flight; no slower than fast-jwt',
    rows: /^tokens: HS256 sign/,
  },
  {
    number: 3,
    operation: 'a token that was seen before, its expiry and revocations looked up',
    words: '<= 1.5x a map; <= 1/3 of fast-jwt with its cache, <= 1/80 jose',
    rows: /^tokens: HS256 verify, seen before/,
  },
  {
    number: 4,
    operation: 'ES256, EdDSA, RS256 verify, cold, 100 in flight',
    words: '<= 1.5x a bare callback; <= 0.4, 0.8, 0.5 of jose',
    rows: /^tokens: (?:ES256|EdDSA|RS256) verify/,
  },
  {
    number: 5,
    operation: '`Fe26.2` unseal and seal',
    words: '<= 1.3x node:crypto; <= 1/10 iron-session, 1/7 at 100 in flight',
    rows: /^sealed: (?:un)?seal(?:,|$)/,
  },
  {
    number: 6,
    operation: 'cookie session, memory',
    words: '<= 1.5 us; <= 1/10 express-session',
    rows: /^sessions: cookie session, memory/,
  },
  {
    number: 7,
    operation: 'cookie session, Redis',
    words: 'one round trip; <= 1.5x a bare GET; <= 1/4 connect-redis',
    rows: /^(?:sessions: cookie session, Redis|stores: Redis read: round trips)/,
  },
  {
    number: 8,
    operation: 'cookie session, SQLite',
    words: '<= 2x a compiled statement; <= 1/30 better-auth',
    rows: /^sessions: cookie session, SQLite/,
  },
  {
    number: 9,
    operation: 'adapters, a token that was seen before',
    words: '<= 2 us more than the bare framework; >= 0.95 of its requests for the same time',
    rows: /^http: .*bearer token/,
  },
  {
    number: 10,
    operation: 'one cookie of 30',
    words: '<= 1.5x an indexOf scan; <= 1/15 cookie',
    rows: /^sessions: one cookie/,
  },
  {
    number: 11,
    operation: 'a token\u2019s check during 32 password hashes',
    words: 'p99 <= 1 ms',
    rows: /^password: HS256 verify during/,
  },
  {
    number: 12,
    operation: 'size: HS256 verify and stored sessions, by direct functions',
    words: '<= 12 KiB, without jose',
    rows: /^size: /,
  },
  { number: 13, operation: 'types: a typical application', words: '<= 2,000 instantiations', rows: /^types: / },
  {
    number: 14,
    operation: 'growth of every operation',
    words: 'none above a logarithm; memory has a bound',
    rows: /^growth: /,
  },
]

/** What stands above the table. */
export const GOALS_ABOUT = `Each goal is met when every row below that bears on it is. Why those are not met that are not, and what was tried: [the analysis](benchmarks-analysis.md). The main comparison as a picture: [\`benchmarks.svg\`](benchmarks.svg).`

/** Judges the goals by the rows of all groups. A goal that has no rows is not met. */
export function judgeGoals(measured: readonly Row[]): Findings {
  const judged = GOALS.map((goal) => {
    const bearing = measured.filter((row) => row.met !== null && goal.rows.test(`${row.group}: ${row.case}`))
    const unmet = bearing.filter(({ met }) => met === false)
    return { ...goal, bearing, unmet, isMet: bearing.length > 0 && unmet.length === 0 }
  })
  const rows = judged.map(({ number, operation, words, bearing, unmet, isMet }): Row => ({
    group: 'goals',
    case: `${number}. ${operation}`,
    subject: 'latchkey',
    ...NO_FIGURES,
    goal: words,
    met: isMet,
    value: bearing.length - unmet.length,
    unit: `of ${bearing.length} rows met`,
    measured: describe(bearing),
  }))
  const body = rows.map((row) => [row.case, row.goal ?? '', row.measured ?? '', row.met === true ? 'yes' : 'no'])
  const count = rows.filter(({ met }) => met).length
  return {
    rows,
    tables: [{ title: `${count} of ${rows.length} met`, head: ['goal', 'aimed at', 'measured', 'met'], body }],
  }
}

/** Many rows that are all met need no words each. */
const MOST = 12

function describe(bearing: readonly Row[]): string {
  if (bearing.length === 0) return 'not measured'
  const unmet = bearing.filter(({ met }) => met === false)
  const told = bearing.length <= MOST ? bearing : unmet
  const words = told.map((row) => `${row.case}: ${measuredOf(row)}${row.met === true ? '' : ' (no)'}`)
  return [
    ...(bearing.length <= MOST ? [] : [`${bearing.length - unmet.length} of ${bearing.length} rows met`]),
    ...words,
  ].join('; ')
}

function measuredOf({ measured, value, unit }: Row): string {
  return measured ?? `${value} ${unit}`
}
