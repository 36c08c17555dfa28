/**
 * The four operations of a store, each beside the bare command of its driver.
 *
 * @module
 */

import { measureCase, type CaseFigures, type Effort, type Subject } from '../measuring.ts'
import type { Backend } from './backend.ts'
import { createTemplate, fillStore, idOf, recordOf } from './records.ts'
import type { SessionChanges, SessionRecord, SessionStoreParts } from '@latchkey/core'

/** An operation, and how many round trips it takes. */
export interface OperationFigures {
  readonly operation: string
  readonly figures: CaseFigures
  readonly roundTrips: number
}

/** Does an operation once, on the store that is measured or on the one that counts. */
type Run = (on: SessionStoreParts, index: number) => Promise<unknown>

/** So many sessions are used in turn. */
const SESSIONS = 500

/** Measures read, update, rotate and touch of a store that has a few hundred sessions. */
export async function measureOperations(
  name: string,
  backend: Backend,
  effort: Effort,
): Promise<readonly OperationFigures[]> {
  const { store, counted } = backend
  const template = await createTemplate()
  await fillStore(store, template, 0, SESSIONS)
  const call = { now: template.createdAt + 1_000 }
  const ids = Array.from({ length: SESSIONS }, (_, index) => idOf(index))
  const idAt = (index: number): string => ids[index % SESSIONS] as string
  const records = ids.map((_, index) => recordOf(template, index))
  const recordAt = (index: number): SessionRecord => records[index % SESSIONS] as SessionRecord
  const versions = new Map(ids.map((id) => [id, 0]))
  /** Another text each time: a server that finds a row as it is to be writes nothing. */
  const dataAt = (index: number): string => JSON.stringify({ ...template.data, index })
  for (const [index, id] of ids.entries()) await backend.bareWrite(id, dataAt(index))

  async function update(on: SessionStoreParts, index: number, changes: SessionChanges): Promise<void> {
    const id = idAt(index)
    const result = await on.update(id, versions.get(id) ?? 0, changes, call)
    if (!result.ok) throw new Error(`The update was refused: ${result.why}`)
    versions.set(id, result.version)
  }
  /** A write over a version that is not current any more is refused: that is what the bare command does not look at. */
  async function checkUpdate(): Promise<void> {
    const result = await store.update(idAt(0), (versions.get(idAt(0)) ?? 0) + 1, { label: 'late' }, call)
    if (result.ok) throw new Error('The store takes a write over another version')
  }
  async function checkRead(): Promise<void> {
    const record = await store.read(idAt(0), call)
    if (record?.id !== idAt(0) || (await store.read(idOf(-1), call)) !== null)
      throw new Error('The store reads what is not there')
  }
  const floor = (run: Subject['run']): Subject => ({ name: 'bare command', role: 'floor', run, check() {} })
  const bareRead = floor((index) => backend.bareRead(idAt(index)))
  // As bare as it is fair: the floor of a write that stamps a row writes the row's values, too.
  const bareWrite = floor((index) => backend.bareWrite(idAt(index), dataAt(index)))
  const bareChange = (record: SessionRecord, index: number): SessionChanges => ({
    generation: index % 2_000_000_000,
    previous: (index + 1) % 2_000_000_000,
    rotatedAt: record.createdAt,
    lastSeenAt: record.createdAt,
    idleExpiresAt: record.idleExpiresAt,
  })
  let lastSeenAt = template.createdAt + 1_000
  const operations: readonly (readonly [string, Run, Subject['check'], Subject])[] = [
    ['read', (on, index) => on.read(idAt(index), call), checkRead, bareRead],
    ['update', (on, index) => update(on, index, { data: { ...template.data, index } }), checkUpdate, bareWrite],
    ['rotate', (on, index) => update(on, index, bareChange(template, index)), checkUpdate, bareWrite],
    [
      'touch',
      async (on, index) => {
        lastSeenAt += 1
        if (!(await on.touch(recordAt(index), lastSeenAt, template.idleExpiresAt + lastSeenAt, call)))
          throw new Error('gone')
      },
      async () => {
        if (await store.touch(recordOf(template, -1), lastSeenAt, lastSeenAt, call))
          throw new Error('The store renews what is not there')
      },
      bareWrite,
    ],
  ]
  const found: OperationFigures[] = []
  for (const [operation, run, check, bare] of operations) {
    const before = counted.roundTrips()
    for (let index = 0; index < 10; index += 1) await run(counted.store, index)
    const roundTrips = (counted.roundTrips() - before) / 10
    const ours: Subject = { name: 'latchkey', role: 'ours', run: (index) => run(store, index), check }
    const figures = await measureCase({ name: `${name} ${operation}`, subjects: [ours, bare] }, effort)
    found.push({ operation, figures, roundTrips })
  }
  return found
}
