/**
 * How a store of sessions grows: with all of its sessions, and with those of one user.
 *
 * @module
 */

import { performance } from 'node:perf_hooks'
import type { SessionRecord } from '@latchkey/core'
import type { Backend } from '../stores/backend.ts'
import { createTemplate, fillStore, forEachNumber, idOf, recordOf } from '../stores/records.ts'
import { createCurveBook, timeEach, type Curve } from './curve.ts'

/** What was found of a store. */
export interface SessionGrowth {
  readonly curves: readonly Curve[]
  /** At the largest size; undefined where that cannot be told. */
  readonly bytesPerSession: number | undefined
  /** Microseconds for one expired record; undefined where the store clears away by itself. */
  readonly sweep: number | undefined
}

/** Enough for a client that sends many commands at once. */
const FILLERS = 256

/**
 * Fills a store step by step, and measures each operation at each size, on sessions that are spread over all of it.
 *
 * @param sizes Rising.
 * @param samples How many operations are timed at each size.
 */
export async function measureSessionGrowth(
  backend: Backend,
  sizes: readonly number[],
  samples: number,
  progress: (sessions: number) => void,
): Promise<SessionGrowth> {
  const { store } = backend
  const template = await createTemplate()
  const call = { now: template.createdAt + 1_000 }
  const book = createCurveBook()
  let filled = 0
  let bytesPerSession: number | undefined
  for (const size of sizes) {
    progress(size)
    if (backend.fillSessions === undefined) await fillStore(store, template, filled, size, FILLERS)
    else await backend.fillSessions(template, filled, size)
    filled = size
    bytesPerSession = await backend.bytesPerSession(size, idOf(0))
    const numberAt = (index: number): number => Math.floor(((index * 0.618_034) % 1) * size)
    const readAt = (index: number): Promise<SessionRecord | null> => store.read(idOf(numberAt(index)), call)
    // Untimed first: the same work, so that no size has colder caches than another.
    await timeEach(samples, readAt)
    const versions = new Map<number, number>()
    const read = await timeEach(samples, async (index) => {
      versions.set(numberAt(index), (await readAt(index))?.version ?? 0)
    })
    book.add('read', size, read)
    const update = await timeEach(samples, async (index) => {
      const number = numberAt(index)
      const result = await store.update(idOf(number), versions.get(number) ?? 0, { data: template.data }, call)
      if (!result.ok) throw new Error(`The update was refused: ${result.why}`)
      versions.set(number, result.version)
    })
    book.add('update', size, update)
    const until = template.idleExpiresAt
    book.add(
      'touch',
      size,
      await timeEach(samples, (index) => store.touch(recordOf(template, numberAt(index)), call.now, until, call)),
    )
    const subjectAt = (index: number): string => `user-${numberAt(index)}`
    book.add('list of a user', size, await timeEach(samples, (index) => store.listBySubject(subjectAt(index), call)))
    book.add('epoch of a user', size, await timeEach(samples, (index) => store.epochOf(subjectAt(index), call)))
    const added = (index: number): SessionRecord => recordOf(template, -1_000_000 - index)
    book.add('login', size, await timeEach(samples, (index) => create(backend, added(index), call.now)))
    book.add('destroy', size, await timeEach(samples, (index) => store.destroy(added(index).id, call)))
    await forEachNumber(0, samples, (index) => create(backend, added(index), call.now))
    const endAll = await timeEach(samples, (index) => store.destroyAllForSubject(added(index).subject ?? '', {}, call))
    book.add('end all of a user', size, endAll)
    await forEachNumber(0, samples, (index) => store.destroy(added(index).id, call))
  }
  const curves = book.fit('sessions')
  return { curves, bytesPerSession, sweep: await measureSweep(backend, template, Math.max(100, samples)) }
}

async function create({ store }: Backend, record: SessionRecord, now: number): Promise<void> {
  const epoch = record.subject === null ? 0 : await store.epochOf(record.subject, { now })
  const result = await store.create({ ...record, epoch }, { now })
  if (result !== 'created') throw new Error(`A session was not created: ${result}`)
}

async function measureSweep({ store }: Backend, template: SessionRecord, count: number): Promise<number | undefined> {
  const now = template.createdAt
  await forEachNumber(0, count, (index) => {
    const expired = recordOf(template, -2_000_000 - index)
    return store.create({ ...expired, idleExpiresAt: now - 1, createdAt: now - 1_000 }, { now })
  })
  const begin = performance.now()
  let removed = 0
  for (;;) {
    const batch = await store.deleteExpired(1_000, { now })
    removed += batch
    if (batch < 1_000) break
  }
  return removed === 0 ? undefined : ((performance.now() - begin) * 1_000) / removed
}

/**
 * Gives one user more and more sessions. What has to touch each of them is counted for each of them.
 *
 * @param sizes Rising.
 */
export async function measureUserGrowth(
  backend: Backend,
  sizes: readonly number[],
  samples: number,
): Promise<readonly Curve[]> {
  const { store } = backend
  const template = await createTemplate()
  const now = template.createdAt + 1_000
  const call = { now }
  const book = createCurveBook()
  const subject = 'a user of many'
  const mine = (index: number): SessionRecord => ({ ...recordOf(template, -3_000_000 - index), subject })
  const fill = (from: number, to: number): Promise<void> =>
    forEachNumber(from, to, (index) => create(backend, mine(index), now))
  for (const size of sizes) {
    await fill(0, size)
    book.add('read', size, await timeEach(samples, (index) => store.read(mine(index % size).id, call)))
    book.add('epoch', size, await timeEach(samples, () => store.epochOf(subject, call)))
    const list = await timeEach(Math.min(samples, 50), async () => {
      const { length } = await store.listBySubject(subject, call)
      if (length !== size) throw new Error(`${length} sessions are listed in the place of ${size}`)
    })
    book.add('list, for each listed', size, list / size)
    const others = Math.min(samples, 100)
    book.add('one more login', size, await timeEach(others, (index) => create(backend, mine(size + index), now)))
    await forEachNumber(size, size + others, (index) => store.destroy(mine(index).id, call))
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      if (round > 0) await fill(0, size)
      times.push(await timeEach(1, () => store.destroyAllForSubject(subject, {}, call)))
      // Where ending is a mark, the records lie there until they are swept.
      await forEachNumber(0, size, (index) => store.destroy(mine(index).id, call))
    }
    book.add('end all, for each ended', size, Math.min(...times) / size)
  }
  return book.fit('sessions of one user')
}
