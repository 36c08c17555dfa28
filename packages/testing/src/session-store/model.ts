/**
 * The model test: any sequence of calls gives the answers that a plain map with tombstones gives.
 *
 * @module
 */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionStoreHarness } from './harness.ts'
import { createModel, type Model } from './model-store.ts'
import { commandArbitrary, type Command } from './model-commands.ts'
import { at, NOW, recordOf } from './records.ts'

type Store = SessionStoreHarness['store']

/** What a run of commands remembers: the clock, and which id each slot stands for. */
interface Run {
  now: number
  next: number
  readonly ids: Map<number, string>
}

/** Defines the model test. */
export function describeModel(makeHarness: () => SessionStoreHarness | Promise<SessionStoreHarness>): void {
  describe('any sequence of calls', () => {
    it('gives the answers of a map with tombstones, and no ended session ever reads again', { timeout: 60_000 }, () =>
      fc.assert(
        fc.asyncProperty(fc.array(commandArbitrary, { minLength: 5, maxLength: 40, size: 'max' }), async (commands) => {
          const harness = await makeHarness()
          try {
            const run: Run = { now: NOW, next: 0, ids: new Map() }
            const model = createModel()
            for (const command of commands) await step(command, run, model, harness)
          } finally {
            await harness.close()
          }
        }),
        { numRuns: 100 },
      ),
    )
  })
}

async function step(command: Command, run: Run, model: Model, harness: SessionStoreHarness): Promise<void> {
  const { store, expiresByItself = false } = harness
  if (command.type === 'clock') {
    run.now += command.by
    return
  }
  const call = at(run.now)
  if (command.type === 'create') {
    const { slot, subject, idle, absolute, stale } = command
    const known = run.ids.get(slot)
    // An id is used again only while its row stands for certain: ids are random, so no two sessions ever share one.
    const id =
      known !== undefined && model.stands(known) ? known : `${slot}`.repeat(8) + `${run.next}`.padStart(24, 'f')
    run.next += 1
    run.ids.set(slot, id)
    const times = { createdAt: run.now, lastSeenAt: run.now, idleExpiresAt: run.now + idle }
    const epoch = Math.max(0, (subject === null ? 0 : model.epochOf(subject)) - stale)
    const absoluteExpiresAt = run.now + idle + absolute
    const record = recordOf({ id, subject, epoch, ...times, absoluteExpiresAt, data: { run: run.next } })
    expect(model.create(record)).toContain(await store.create(record, call))
  } else if (command.type === 'list') {
    const listed = await store.listBySubject(command.subject, call)
    expect(listed.map(({ createdAt }) => createdAt)).toEqual(
      listed.map(({ createdAt }) => createdAt).toSorted((one, other) => other - one),
    )
    expect(listed.toSorted(byId)).toEqual(model.listBySubject(command.subject, run.now).toSorted(byId))
  } else if (command.type === 'cutOff') {
    const { subject, except: slot } = command
    const except = slot === undefined ? undefined : run.ids.get(slot)
    const options = except === undefined ? {} : { except }
    const count = await store.destroyAllForSubject(subject, options, call)
    expect(count).toBe(model.destroyAllForSubject(subject, except, run.now))
    expect(await store.epochOf(subject, call)).toBe(model.epochOf(subject))
  } else if (command.type === 'sweep') {
    let count = 0
    for (let removed = command.limit; removed === command.limit; count += removed) {
      removed = await store.deleteExpired(command.limit, call)
      expect(removed).toBeLessThanOrEqual(command.limit)
    }
    // The rows of such a store stand until they vanish, which no command brings about.
    const { least, most } = expiresByItself ? { least: 0, most: 0 } : model.sweep(run.now)
    expect(count).toBeGreaterThanOrEqual(least)
    expect(count).toBeLessThanOrEqual(most)
  } else {
    await stepOne(command, run, model, store)
  }
  await compareAll(run, model, store)
}

async function stepOne(
  command: Extract<Command, { readonly slot: number; readonly type: 'update' | 'touch' | 'destroy' }>,
  { ids, now }: Run,
  model: Model,
  store: Store,
): Promise<void> {
  const id = ids.get(command.slot) ?? `absent ${command.slot}`
  if (command.type === 'destroy') {
    expect(await store.destroy(id, at(now))).toBe(model.destroy(id, now))
  } else if (command.type === 'touch') {
    const [lastSeenAt, idleExpiresAt] = [now + command.seen, now + command.idle]
    const touched = model.read(id, now) ?? recordOf({ id })
    expect(await store.touch(touched, lastSeenAt, idleExpiresAt, at(now))).toBe(
      model.touch(id, lastSeenAt, idleExpiresAt, now),
    )
  } else {
    const ifVersion = (model.read(id, now)?.version ?? 0) - command.behind
    const { idle, value } = command
    const changes = idle === undefined ? { data: { value } } : { data: { value }, idleExpiresAt: now + idle }
    const outcome = await store.update(id, ifVersion, changes, at(now))
    expect(outcome).toEqual(model.update(id, ifVersion, changes, now))
  }
}

async function compareAll({ ids, now }: Run, model: Model, store: Store): Promise<void> {
  for (const id of new Set([...ids.values(), ...model.ended()])) {
    expect(await store.read(id, at(now))).toEqual(model.read(id, now))
  }
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1
}
