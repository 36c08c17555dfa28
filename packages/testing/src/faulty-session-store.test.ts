import { createMemorySessionStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createFaultySessionStore, STORE_FAILURE } from './faulty-session-store.ts'
import { at, idOf, NOW, recordOf } from './session-store/records.ts'

describe('createFaultySessionStore()', () => {
  it('works until it is told to fail, and again after it is healed', async () => {
    const { store, fail, heal } = createFaultySessionStore(createMemorySessionStore())
    await expect(store.create(recordOf(), at(NOW))).resolves.toBe('created')
    fail('read')
    await expect(store.read(idOf(1), at(NOW))).rejects.toThrow(STORE_FAILURE)
    heal()
    await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf())
  })

  it('fails before the store has seen the call', async () => {
    const { store, fail, heal } = createFaultySessionStore(createMemorySessionStore())
    fail('create')
    await expect(store.create(recordOf(), at(NOW))).rejects.toThrow(STORE_FAILURE)
    heal()
    await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
  })

  it('fails after the call took effect', async () => {
    const { store, fail } = createFaultySessionStore(createMemorySessionStore())
    fail('create', 'after')
    await expect(store.create(recordOf(), at(NOW))).rejects.toThrow(STORE_FAILURE)
    await expect(store.read(idOf(1), at(NOW))).resolves.toEqual(recordOf())
  })

  it('fails every call', async () => {
    const { store, failAll } = createFaultySessionStore(createMemorySessionStore())
    failAll()
    await expect(store.epochOf('user-1', at(NOW))).rejects.toThrow(STORE_FAILURE)
    await expect(store.destroy(idOf(1), at(NOW))).rejects.toThrow(STORE_FAILURE)
  })

  it('records calls, failed ones included, until it forgets them', async () => {
    const faulty = createFaultySessionStore(createMemorySessionStore())
    faulty.fail('touch')
    await faulty.store.read(idOf(1), at(NOW))
    await expect(faulty.store.touch(idOf(1), NOW, NOW, at(NOW))).rejects.toThrow(STORE_FAILURE)
    expect(faulty.calls).toEqual(['read', 'touch'])
    faulty.forgetCalls()
    expect(faulty.calls).toEqual([])
  })
})
