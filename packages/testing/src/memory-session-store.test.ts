import { describe, expect, it } from 'vitest'
import { createMemorySessionStore } from '@latchkey/core'
import { describeSessionStore } from './session-store.ts'
import { at, createAll, idOf, NOW, recordOf } from './session-store/records.ts'

describeSessionStore('memory', () => ({ store: createMemorySessionStore(), close() {} }))

describe('createMemorySessionStore()', () => {
  it.each([0, -1, 1.5, NaN, Infinity, '10' as unknown as number])(
    'refuses to keep at most %s records',
    (maxSessions) => {
      expect(() => createMemorySessionStore({ maxSessions })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', option: 'maxSessions' }),
      )
    },
  )

  it('rejects a record more than it may keep, and throws no live session away', async () => {
    const store = createMemorySessionStore({ maxSessions: 2 })
    await createAll(store, [recordOf(), recordOf({ id: idOf(2), subject: null })])
    await expect(store.create(recordOf({ id: idOf(3) }), at(NOW))).rejects.toThrow('The memory session store is full')
    await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf())
    await expect(store.read(idOf(2), at(NOW))).resolves.not.toBeNull()
    await expect(store.read(idOf(3), at(NOW))).resolves.toBeNull()
    await expect(store.listBySubject('alice', at(NOW))).resolves.toHaveLength(1)
  })

  it('answers exists and cut_off although it is full', async () => {
    const store = createMemorySessionStore({ maxSessions: 1 })
    await store.destroyAllForSubject('bob', {}, at(NOW))
    await createAll(store, [recordOf()])
    await expect(store.create(recordOf(), at(NOW))).resolves.toBe('exists')
    await expect(store.create(recordOf({ id: idOf(2), subject: 'bob' }), at(NOW))).resolves.toBe('cut_off')
  })

  it('makes room by removing the dead, and counts from there on', async () => {
    const store = createMemorySessionStore({ maxSessions: 3 })
    await createAll(store, [recordOf(), recordOf({ id: idOf(2) }), recordOf({ id: idOf(3), idleExpiresAt: NOW + 9 })])
    await expect(store.create(recordOf({ id: idOf(4) }), at(NOW + 8))).rejects.toThrow('full')
    await expect(store.create(recordOf({ id: idOf(4) }), at(NOW + 9))).resolves.toBe('created')
    await expect(store.create(recordOf({ id: idOf(5) }), at(NOW + 9))).rejects.toThrow('full')
    await store.destroy(idOf(1), at(NOW))
    await expect(store.create(recordOf({ id: idOf(5) }), at(NOW + 9))).resolves.toBe('created')
    const listed = await store.listBySubject('alice', at(NOW + 9))
    expect(listed.map(({ id }) => id).toSorted()).toEqual([2, 4, 5].map(idOf))
  })

  it('keeps stores apart', async () => {
    const [one, other] = [createMemorySessionStore(), createMemorySessionStore()]
    await createAll(one, [recordOf()])
    await one.destroyAllForSubject('bob', {}, at(NOW))
    await expect(other.read(idOf(1), at(NOW))).resolves.toBeNull()
    await expect(other.epochOf('bob', at(NOW))).resolves.toBe(0)
  })
})
