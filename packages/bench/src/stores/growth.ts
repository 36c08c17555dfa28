/**
 * How the operations of a store grow with the number of its sessions, what a session takes, and what a sweep costs.
 *
 * @module
 */

import { performance } from 'node:perf_hooks'
import { fitExponent, median } from '../statistics.ts'
import type { Backend } from './backends.ts'
import { createTemplate, fillStore, idOf, recordOf } from './records.ts'

/** What a store is at one size. Times in microseconds of wall time. */
export interface GrowthPoint {
  readonly sessions: number
  readonly read: number
  readonly update: number
  readonly bytesPerSession: number | undefined
}

/** The exponents that fit the points, and what one expired record costs a sweep. */
export interface Growth {
  readonly points: readonly GrowthPoint[]
  readonly readExponent: number
  readonly updateExponent: number
  /** Microseconds for one expired record; undefined where the store clears away by itself. */
  readonly sweep: number | undefined
}

/**
 * Fills a store step by step, and measures at each size by operations on sessions that are spread over all of it.
 *
 * @param sizes Rising.
 * @param samples How many operations are timed at each size, one by one.
 * @param progress Told each size.
 */
export async function measureGrowth(
  backend: Backend,
  sizes: readonly number[],
  samples: number,
  progress: (sessions: number) => void,
): Promise<Growth> {
  const { store } = backend
  const template = await createTemplate()
  const call = { now: template.createdAt + 1_000 }
  const points: GrowthPoint[] = []
  let filled = 0
  for (const sessions of sizes) {
    progress(sessions)
    await fillStore(store, template, filled, sessions)
    filled = sessions
    const spread = (index: number): string => idOf(Math.floor(((index * 0.618_034) % 1) * sessions))
    // Untimed first: the same work, so that no size has colder caches than another.
    await timeEach(samples, (index) => store.read(spread(index), call))
    const read = await timeEach(samples, (index) => store.read(spread(index), call))
    const update = await timeEach(samples, async (index) => {
      const id = spread(index + samples)
      // The version is looked up beside the measurement.
      const version = (await store.read(id, call))?.version ?? 0
      const begin = performance.now()
      const result = await store.update(id, version, { data: template.data }, call)
      if (!result.ok) throw new Error(`The update was refused: ${result.why}`)
      return performance.now() - begin
    })
    const bytesPerSession = await backend.bytesPerSession(sessions, idOf(0))
    points.push({ sessions, read, update, bytesPerSession })
  }
  return {
    points,
    readExponent: fitExponent(points.map((point) => [point.sessions, point.read])),
    updateExponent: fitExponent(points.map((point) => [point.sessions, point.update])),
    sweep: await measureSweep(backend, Math.max(100, samples)),
  }
}

async function measureSweep({ store }: Backend, count: number): Promise<number | undefined> {
  const template = await createTemplate()
  const now = template.createdAt
  for (let index = 0; index < count; index += 1) {
    const expired = recordOf(template, -2 - index)
    await store.create({ ...expired, idleExpiresAt: now - 1, createdAt: now - 1_000 }, { now })
  }
  const begin = performance.now()
  let removed = 0
  for (;;) {
    const batch = await store.deleteExpired(1_000, { now })
    removed += batch
    if (batch < 1_000) break
  }
  return removed === 0 ? undefined : ((performance.now() - begin) * 1_000) / removed
}

/** The median time of one, in microseconds. A task that gives a number has timed itself, in milliseconds. */
async function timeEach(count: number, task: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const begin = performance.now()
    const own = await task(index)
    times.push(typeof own === 'number' ? own : performance.now() - begin)
  }
  return median(times) * 1_000
}
