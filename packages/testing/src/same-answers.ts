/**
 * The same random calls on several stores, which have to give the same answers.
 *
 * @module
 */

import type { JsonValue, SessionChanges, SessionStoreParts } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, idOf, NOW, recordOf } from './session-store/records.ts'

/** Stores that are compared, empty at first. */
export interface SameAnswersHarness {
  /** By name. The first one is what the others are compared with. */
  readonly stores: Readonly<Record<string, SessionStoreParts>>
  /** Lets go of everything that was opened. */
  close(): void | Promise<void>
}

/** What `describeSameAnswers` may be told. */
export interface SameAnswersOptions {
  /** How many sequences of calls are tried. Default 60. */
  readonly runs?: number
}

/**
 * Defines the test that random sequences of calls give the same answers on several stores, and leave the same to be seen after each call.
 * It finds what nobody thought of when the contract suite was written. Call it at the top of a vitest file.
 *
 * @param name What is compared, such as `memory and redis`.
 * @param makeHarness Makes empty stores. Called anew for each sequence.
 */
export function describeSameAnswers(
  name: string,
  makeHarness: () => SameAnswersHarness | Promise<SameAnswersHarness>,
  { runs = 60 }: SameAnswersOptions = {},
): void {
  describe(`the same calls on ${name}`, () => {
    it('22. have the same answers, and leave the same to be seen', { timeout: 300_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const { stores, close } = await makeHarness()
          try {
            await expectSameAnswers(Object.entries(stores), sequence)
          } finally {
            await close()
          }
        }),
        { numRuns: runs },
      )
    })
  })
}

async function expectSameAnswers(
  stores: readonly (readonly [name: string, store: SessionStoreParts])[],
  sequence: readonly Step[],
): Promise<void> {
  let now = NOW
  for (const { by, name, call } of sequence) {
    now += by
    const answers = await Promise.all(stores.map(([, store]) => call(store, now)))
    const seen = await Promise.all(stores.map(([, store]) => look(store, now)))
    for (const [index, [storeName]] of stores.entries()) {
      expect([storeName, name, answers[index]]).toStrictEqual([storeName, name, answers[0]])
      expect([storeName, name, seen[index]]).toStrictEqual([storeName, name, seen[0]])
    }
  }
}

type Call = (store: SessionStoreParts, now: number) => Promise<unknown>
interface Step {
  readonly by: number
  readonly name: string
  readonly call: Call
}

/** What stores might take for each other, or stumble over. */
const SUBJECTS = ['alice', 'bob', 'Alice', 'alice ', 'al}ce{', '\ud800'] as const

// So few that calls meet.
const id = fc.integer({ min: 1, max: 5 }).map(idOf)
const subject = fc.constantFrom(...SUBJECTS)
const time = fc.integer({ min: -30, max: 90 }).map((offset) => NOW + offset)
const text = fc.string({ unit: 'binary', maxLength: 8 })

const changes: fc.Arbitrary<SessionChanges> = fc.record(
  {
    scopes: fc.array(text, { maxLength: 3 }),
    authenticatedAt: fc.option(time),
    amr: fc.array(text, { maxLength: 2 }),
    acr: fc.option(text),
    keyId: fc.nat(9),
    salt: text,
    generation: fc.nat(9),
    previous: fc.option(fc.nat(9)),
    rotatedAt: fc.option(time),
    lastSeenAt: time,
    idleExpiresAt: time,
    label: fc.option(text),
    userAgent: fc.option(text),
    address: fc.option(text),
    dataVersion: fc.nat(9),
    data: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
      { maxKeys: 3 },
    ),
  },
  { requiredKeys: [] },
)

const calls: fc.Arbitrary<{ readonly name: string; readonly call: Call }> = fc.oneof(
  fc
    .record({ id, owner: fc.option(subject), changes, late: fc.integer({ min: 0, max: 60 }), old: fc.boolean() })
    .map(({ id: one, owner, changes: fields, late, old }) => ({
      name: `create ${one} of ${JSON.stringify(owner)} with ${JSON.stringify(fields)}`,
      call: async (store: SessionStoreParts, now: number) => {
        // A row that is dead may stand or be gone, as each store likes; such an id is none to begin with.
        if ((await store.read(one, at(now))) === null) await store.destroy(one, at(now))
        const epoch = owner === null ? 0 : await store.epochOf(owner, at(now))
        const record = recordOf({ ...fields, id: one, subject: owner, epoch: old ? Math.max(0, epoch - 1) : epoch })
        return store.create({ ...record, createdAt: now, absoluteExpiresAt: now + late }, at(now))
      },
    })),
  fc.record({ id, changes, behind: fc.constantFrom(0, 0, 0, 1) }).map(({ id: one, changes: fields, behind }) => ({
    name: `update ${one} with ${JSON.stringify(fields)}`,
    call: async (store: SessionStoreParts, now: number) =>
      store.update(one, ((await store.read(one, at(now)))?.version ?? 0) - behind, fields, at(now)),
  })),
  fc.record({ id, seen: time, idle: time }).map(({ id: one, seen, idle }) => ({
    name: `touch ${one} ${seen} ${idle}`,
    call: async (store: SessionStoreParts, now: number) =>
      store.touch((await store.read(one, at(now))) ?? recordOf({ id: one }), seen, idle, at(now)),
  })),
  id.map((one) => ({
    name: `destroy ${one}`,
    call: (store: SessionStoreParts, now: number) => store.destroy(one, at(now)),
  })),
  fc.record({ subject, except: fc.option(id) }).map(({ subject: owner, except }) => ({
    name: `cut off ${JSON.stringify(owner)} but ${except ?? 'none'}`,
    call: (store: SessionStoreParts, now: number) =>
      store.destroyAllForSubject(owner, except === null ? {} : { except }, at(now)),
  })),
)

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.integer({ min: -2, max: 12 }), calls).map(([by, call]) => ({ by, ...call })),
  { minLength: 5, maxLength: 40, size: 'max' },
)

/** Everything that can be seen of a store. */
async function look(store: SessionStoreParts, now: number): Promise<unknown> {
  const ids = [1, 2, 3, 4, 5].map(idOf)
  const lists = await Promise.all(SUBJECTS.map((owner) => store.listBySubject(owner, at(now))))
  return {
    records: await Promise.all(ids.map((one) => store.read(one, at(now)))),
    lists: lists.map((list) => list.toSorted((one, other) => (one.id < other.id ? -1 : 1))),
    epochs: await Promise.all(SUBJECTS.map((owner) => store.epochOf(owner, at(now)))),
  }
}
