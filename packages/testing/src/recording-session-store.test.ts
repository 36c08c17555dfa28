import { createMemorySessionStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createFaultySessionStore } from './faulty-session-store.ts'
import { createRecordingSessionStore } from './recording-session-store.ts'
import { at, idOf, NOW, recordOf } from './session-store/records.ts'

describe('createRecordingSessionStore()', () => {
  it('remembers each call, its time and its answer, in order', async () => {
    const { store, calls } = createRecordingSessionStore(createMemorySessionStore())
    await store.create(recordOf(), at(NOW))
    await store.touch(recordOf(), NOW + 1, NOW + 2, at(NOW + 1))
    expect(calls).toEqual([
      { name: 'create', args: [recordOf()], now: NOW, outcome: { answer: 'created' } },
      { name: 'touch', args: [recordOf(), NOW + 1, NOW + 2], now: NOW + 1, outcome: { answer: true } },
    ])
  })

  it('keeps copies, which later changes of what was given do not reach', async () => {
    const { store, calls } = createRecordingSessionStore(createMemorySessionStore())
    const data = { cart: [1] }
    await store.create(recordOf({ data }), at(NOW))
    data.cart.push(2)
    expect(calls[0]?.args).toEqual([recordOf({ data: { cart: [1] } })])
  })

  it('tells writes from reads', async () => {
    const { store, writes, ...recording } = createRecordingSessionStore(createMemorySessionStore())
    await store.read(idOf(1), at(NOW))
    await store.epochOf('alice', at(NOW))
    await store.listBySubject('alice', at(NOW))
    expect(writes).toEqual([])
    await store.destroy(idOf(1), at(NOW))
    expect(recording.calls).toHaveLength(4)
  })

  it('remembers a call that is under way, and one that was rejected', async () => {
    const faulty = createFaultySessionStore(createMemorySessionStore())
    const recording = createRecordingSessionStore(faulty.store)
    faulty.hold()
    const reading = recording.store.read(idOf(1), at(NOW))
    expect(recording.calls[0]?.outcome).toBe('pending')
    await Promise.resolve()
    await faulty.release()
    expect(await reading).toBeNull()
    expect(recording.calls[0]?.outcome).toEqual({ answer: null })
    faulty.fail('read')
    await expect(recording.store.read(idOf(1), at(NOW))).rejects.toThrow()
    expect(recording.calls[1]?.outcome).toEqual({ error: expect.any(Error) })
  })

  it('shows all that went in and out as text, until it forgets it', async () => {
    const recording = createRecordingSessionStore(createMemorySessionStore())
    await recording.store.create(recordOf({ data: { canary: 'tweet' } }), at(NOW))
    await recording.store.read(idOf(1), at(NOW))
    expect(recording.text().match(/tweet/g)).toHaveLength(2)
    recording.forget()
    expect([recording.text(), recording.writes]).toEqual(['[]', []])
  })
})
