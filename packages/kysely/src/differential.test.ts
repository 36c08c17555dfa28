import { createMemorySessionStore, type SessionChanges, type SessionStoreParts } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTables, sqliteDialect, type MakeDialect } from './databases.fixture.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

type Call = (store: SessionStoreParts, now: number) => Promise<unknown>
interface Step {
  readonly by: number
  readonly name: string
  readonly call: Call
}

// So few that calls meet.
const id = fc.integer({ min: 1, max: 5 }).map(idOf)
const subject = fc.constantFrom('alice', 'bob', 'Alice', '\ud800')
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
      fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
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
    call: (store: SessionStoreParts, now: number) => store.touch(one, seen, idle, at(now)),
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
  const subjects = ['alice', 'bob', 'Alice', '\ud800']
  const lists = await Promise.all(subjects.map((owner) => store.listBySubject(owner, at(now))))
  return {
    records: await Promise.all(ids.map((one) => store.read(one, at(now)))),
    lists: lists.map((list) => list.toSorted((one, other) => (one.id < other.id ? -1 : 1))),
    epochs: await Promise.all(subjects.map((owner) => store.epochOf(owner, at(now)))),
  }
}

async function compare(makeDialect: MakeDialect, runs: number): Promise<void> {
  const tables = await createTables(makeDialect)
  const { store } = tables
  try {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        await tables.clear()
        const memory = createMemorySessionStore()
        let now = NOW
        for (const { by, name, call } of sequence) {
          now += by
          const [expected, actual] = await Promise.all([call(memory, now), call(store, now)])
          expect([name, actual]).toStrictEqual([name, expected])
          const [kept, seen] = await Promise.all([look(memory, now), look(store, now)])
          expect(seen).toStrictEqual(kept)
        }
      }),
      { numRuns: runs },
    )
  } finally {
    await tables.drop()
  }
}

describe('the same calls in memory and on SQLite', () => {
  it('have the same answers', { timeout: 120_000 }, () => compare(sqliteDialect, 200))
})

describeServices('the same calls in memory and on', () => {
  it.each(SERVERS)('%s have the same answers', { timeout: 120_000 }, (_, makeDialect) => compare(makeDialect, 60))
})
