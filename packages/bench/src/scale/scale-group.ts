/**
 * One process, and several, behind one store.
 *
 * @module
 */

import { availableParallelism } from 'node:os'
import { joinFindings, type Extent, type Group } from '../group.ts'
import { figure, NO_FIGURES, percent, type Findings, type Row } from '../report.ts'
import { SHARED_STORES } from './backends.ts'
import { measureProcesses, type ProcessFigures, type ScaleEffort } from './processes.ts'

const COUNTS = [1, 2, 4]
const EFFORTS: Readonly<Record<Extent, ScaleEffort>> = {
  smoke: { rounds: 1, requests: 40 },
  normal: { rounds: 5, requests: 2_000 },
  full: { rounds: 9, requests: 5_000 },
}

/** The group. */
export const scaleGroup: Group = {
  name: 'scale',
  about: `A guarded route on \`node:http\` that reads a value of a stored session, in one, two and four processes behind one server of the store; all on one machine, with the clients, which share its ${availableParallelism()} cores. The same 16 connections and the same requests go to so many processes in turn. Where cores are fewer than processes, what one more process adds in *requests/s* is bounded by the machine; *us CPU* is what a request costs a process in all its threads, and stays the same as long as processes do not hinder each other. Every process takes the cookie of a login that another one made, takes no forged one, and takes it no more after a logout elsewhere; else nothing is reported.`,
  async run({ extent, progress }) {
    const parts: Findings[] = []
    for (const kind of Object.keys(SHARED_STORES)) {
      progress(kind)
      const figures = await measureIfReachable(kind, EFFORTS[extent])
      parts.push(
        figures === undefined
          ? { rows: [], tables: [{ title: kind, head: ['not measured'], body: [['its server was not reachable']] }] }
          : reportProcesses(kind, figures),
      )
    }
    return joinFindings(parts)
  },
}

async function measureIfReachable(kind: string, effort: ScaleEffort): Promise<readonly ProcessFigures[] | undefined> {
  try {
    return await measureProcesses(kind, COUNTS, effort)
  } catch (error) {
    const isAway = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' || error instanceof AggregateError
    if (isAway) return undefined
    throw error
  }
}

/** Turns the figures of a store into rows and a table; the first is what the others are compared with. */
export function reportProcesses(kind: string, figures: readonly ProcessFigures[]): Findings {
  const [one] = figures
  const empty = { group: 'scale', subject: 'latchkey', ...NO_FIGURES }
  const rows = figures.flatMap(({ processes, perSecond, cpu }): Row[] => {
    const name = `${kind}, ${processes} ${processes === 1 ? 'process' : 'processes'}`
    return [
      { ...empty, case: name, value: Math.round(perSecond), unit: 'requests/s' },
      { ...empty, case: `${name}: one request`, value: Number(cpu.toPrecision(4)), unit: 'us CPU' },
    ]
  })
  const body = figures.map(({ processes, perSecond, cpu }) => [
    `${processes}`,
    `${Math.round(perSecond)}`,
    one === undefined ? '' : figure(perSecond / one.perSecond),
    one === undefined || processes === one.processes
      ? ''
      : percent((perSecond / one.perSecond - 1) / (processes - one.processes)),
    figure(cpu),
  ])
  const head = ['processes', 'requests/s', 'x one process', 'one more process adds', 'us CPU a request']
  return { rows, tables: [{ title: kind, head, body }] }
}
