import { createMemorySessionStore, type Duration } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createTestApplication } from './application.ts'
import { createFaultySessionStore, STORE_FAILURE } from './faulty-session-store.ts'
import { createTestRuntime } from './runtime.ts'
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
    await expect(faulty.store.touch(recordOf(), NOW, NOW, at(NOW))).rejects.toThrow(STORE_FAILURE)
    expect(faulty.calls).toEqual(['read', 'touch'])
    faulty.forgetCalls()
    expect(faulty.calls).toEqual([])
  })

  it('is late by the clock of the runtime, on the way there or back', async () => {
    const runtime = createTestRuntime()
    const memory = createMemorySessionStore()
    const { store, delay, heal } = createFaultySessionStore(memory, { runtime })
    for (const [id, when, isThere] of [
      [1, 'before', false],
      [2, 'after', true],
    ] as const) {
      delay(3, when)
      let isDone = false
      const creating = store.create(recordOf({ id: idOf(id) }), at(NOW)).then(() => (isDone = true))
      await settle()
      runtime.advance(2)
      await settle()
      expect([isDone, (await memory.read(idOf(id), at(NOW))) !== null]).toEqual([false, isThere])
      runtime.advance(1)
      await creating
      expect(await memory.read(idOf(id), at(NOW))).not.toBeNull()
    }
    heal()
    await expect(store.read(idOf(1), at(NOW))).resolves.not.toBeNull()
  })

  it('is given up where the caller’s time limit is shorter', async () => {
    const runtime = createTestRuntime()
    const { store, delay } = createFaultySessionStore(createMemorySessionStore(), { runtime })
    const application = createTestApplication(store, { config: { runtime } })
    delay('1m')
    const beginning = application.begin().catch((error: unknown) => error)
    await settle()
    runtime.advance(2)
    expect(await beginning).toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('delays nothing without a runtime, nor by what is no duration', () => {
    expect(() => createFaultySessionStore(createMemorySessionStore()).delay(1)).toThrow('A delay needs the runtime')
    const { delay } = createFaultySessionStore(createMemorySessionStore(), { runtime: createTestRuntime() })
    expect(() => delay('soon' as Duration)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('lets held calls go in the order that is chosen, and then the oldest first', async () => {
    const faulty = createFaultySessionStore(createMemorySessionStore())
    await faulty.store.create(recordOf(), at(NOW))
    faulty.hold()
    const labels = ['a', 'b', 'c']
    const updates = labels.map((label) => faulty.store.update(idOf(1), 0, { label }, at(NOW)))
    await settle()
    expect(faulty.held).toEqual(['update', 'update', 'update'])
    await faulty.release([2])
    expect((await Promise.all(updates)).map(({ ok }) => ok)).toEqual([false, false, true])
    await expect(faulty.store.read(idOf(1), at(NOW))).resolves.toMatchObject({ label: 'c' })
  })

  it('holds what follows a held call too, and lets go of calls that the store rejects', async () => {
    const memory = createMemorySessionStore()
    const faulty = createFaultySessionStore(memory)
    faulty.hold()
    const reason = new Error('given up')
    const call = { now: NOW, signal: AbortSignal.abort(reason) }
    const rejected = faulty.store.read(idOf(1), call).catch((error: unknown) => error)
    const chained = faulty.store.create(recordOf(), at(NOW)).then(() => faulty.store.destroy(idOf(1), at(NOW)))
    await settle()
    await faulty.release()
    expect([await rejected, await chained]).toEqual([reason, true])
    expect(faulty.held).toEqual([])
  })
})

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
