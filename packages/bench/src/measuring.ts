/**
 * Measuring operations beside each other.
 *
 * @module
 */

import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { collectGarbage } from './garbage.ts'
import { median, medianRatio } from './statistics.ts'

/** One way to do what a case is about. */
export interface Subject {
  readonly name: string
  /** What it is to the one that is measured: the least that the work needs, or another library. */
  readonly role: 'ours' | 'floor' | 'peer'
  /** Does it once. `index` counts up, for those that need a fresh input each time. */
  readonly run: (index: number) => unknown
  /** Does it so many times by means of its own, in the place of `run`. */
  readonly runMany?: (count: number) => Promise<void>
  /** Proves that it does its work: a good input passes, and a bad one does not. Throws when that is not so. */
  readonly check: () => Promise<void> | void
}

/** What is measured, and how. */
export interface MeasuredCase {
  readonly name: string
  readonly subjects: readonly Subject[]
  /** So many operations are under way at once. Default 1. */
  readonly inFlight?: number
}

/** How long is measured. */
export interface Effort {
  readonly rounds: number
  /** How long one batch takes about, in milliseconds of wall time. */
  readonly batch: number
}

/** The figures of one subject. */
export interface SubjectFigures {
  readonly subject: Subject
  /** Microseconds of the main thread for one operation: the median of the rounds. */
  readonly cpu: number
  /** Microseconds from the beginning to the end of one operation, divided by how many were under way. */
  readonly wall: number
  /** The two as multiples of another subject, in the median of the rounds. */
  ratioTo(other: string, what: 'cpu' | 'wall'): number
}

/** The figures of a case. `control` is our own subject, measured a second time as if it were another: what its ratio is away from 1 is noise. */
export interface CaseFigures {
  readonly name: string
  readonly figures: readonly SubjectFigures[]
  readonly control: { readonly cpu: number; readonly wall: number }
}

interface Sample {
  readonly cpu: number
  readonly wall: number
}

const CONTROL = '(the same again)'
/** Of what is under way together a batch has so many turns at least: in the first of them the thread pool still sleeps. */
const TURNS = 10

/**
 * Measures the subjects of a case in rounds: each runs a batch in every round, and every other round goes through them backwards, so that
 * neither warmth nor other programs favour one.
 *
 * @throws What a subject's check throws: a case that checks nothing would be fast for that.
 */
export async function measureCase(
  { name, subjects, inFlight = 1 }: MeasuredCase,
  { rounds, batch }: Effort,
): Promise<CaseFigures> {
  for (const subject of subjects) await subject.check()
  const ours = subjects.find(({ role }) => role === 'ours') ?? subjects[0]
  if (ours === undefined) throw new Error(`The case "${name}" has no subjects`)
  const all = [...subjects, { ...ours, name: CONTROL }]
  const counters = new Map(all.map((subject) => [subject.name, 0]))

  async function runBatch(subject: Subject, count: number): Promise<Sample> {
    const first = counters.get(subject.name) ?? 0
    counters.set(subject.name, first + count)
    const cpuBefore = mainThreadCpu()
    const wallBefore = performance.now()
    await (subject.runMany?.(count) ?? repeat(subject.run, first, count, inFlight))
    // What native objects leave to be cleared away waits for the event loop: whoever turned it next would pay for it.
    await setImmediate()
    const wall = (performance.now() - wallBefore) * 1_000
    return { cpu: (mainThreadCpu() - cpuBefore) / count, wall: wall / count }
  }

  /** The first run is cold, and one that other work held up would pass for a long one. */
  async function quickest(subject: Subject, count: number): Promise<number> {
    const walls: number[] = []
    for (let run = 0; run < 4; run += 1) walls.push((await runBatch(subject, count)).wall)
    return Math.min(...walls)
  }

  const sizes = new Map<string, number>()
  for (const subject of subjects) {
    let count = inFlight
    let wall = await quickest(subject, count)
    while (wall * count < batch * 500 && count < 1_000_000) {
      count *= 4
      wall = await quickest(subject, count)
    }
    const turns = Math.round((batch * 1_000) / wall / inFlight)
    sizes.set(subject.name, inFlight * Math.max(turns, inFlight === 1 ? 1 : TURNS))
  }
  sizes.set(CONTROL, sizes.get(ours.name) ?? 1)

  const samples = new Map<string, Sample[]>(all.map((subject) => [subject.name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of round % 2 === 0 ? all : all.toReversed()) {
      // What one subject leaves behind is not another's to clear away, in a turn of the event loop that began before it.
      await setImmediate()
      collectGarbage()
      const size = sizes.get(subject.name) ?? 1
      // The collector has made the memory small again in which objects are young: the first to fill it would pay for its growth.
      await runBatch(subject, size)
      samples.get(subject.name)?.push(await runBatch(subject, size))
    }
  }

  const of = (subject: string, what: 'cpu' | 'wall'): readonly number[] =>
    (samples.get(subject) ?? []).map((sample) => sample[what])
  return {
    name,
    figures: subjects.map((subject) => ({
      subject,
      cpu: median(of(subject.name, 'cpu')),
      wall: median(of(subject.name, 'wall')),
      ratioTo: (other, what) => medianRatio(of(subject.name, what), of(other, what)),
    })),
    control: {
      cpu: medianRatio(of(CONTROL, 'cpu'), of(ours.name, 'cpu')),
      wall: medianRatio(of(CONTROL, 'wall'), of(ours.name, 'wall')),
    },
  }
}

async function repeat(run: Subject['run'], first: number, count: number, inFlight: number): Promise<void> {
  if (inFlight === 1) {
    for (let index = first; index < first + count; index += 1) {
      const running = run(index)
      // What is done at once is not made to wait for a turn.
      if (running instanceof Promise) await running
    }
    return
  }
  for (let done = 0; done < count; done += inFlight) {
    await Promise.all(Array.from({ length: Math.min(inFlight, count - done) }, (_, index) => run(first + done + index)))
  }
}

const bell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Microseconds that the main thread has worked so far. Linux brings a thread's account up to date when the thread stops running, and at no
 * other time but a tick of some milliseconds: so it stops for a moment first.
 */
export function mainThreadCpu(): number {
  Atomics.wait(bell, 0, 0, 0.05)
  const { user, system } = process.threadCpuUsage()
  return user + system
}
