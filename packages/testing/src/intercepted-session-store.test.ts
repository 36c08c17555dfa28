import { createMemorySessionStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { interceptSessionStore } from './intercepted-session-store.ts'

const call = { now: 0 }

describe('interceptSessionStore()', () => {
  it('runs its hooks around the call, in order, and waits for them', async () => {
    const trace: string[] = []
    const note = (moment: string) => async (name: string) => {
      await Promise.resolve()
      trace.push(`${moment} ${name}`)
    }
    const store = interceptSessionStore(createMemorySessionStore(), { before: note('before'), after: note('after') })
    expect(await store.read('x', call)).toBeNull()
    expect(await store.epochOf('user-1', call)).toBe(0)
    expect(trace).toEqual(['before read', 'after read', 'before epochOf', 'after epochOf'])
  })

  it('keeps a call from the store when the hook before it throws', async () => {
    const memory = createMemorySessionStore()
    const store = interceptSessionStore(memory, {
      before: () => {
        throw new Error('down')
      },
    })
    await expect(store.destroyAllForSubject('user-1', {}, call)).rejects.toThrow('down')
    expect(await memory.epochOf('user-1', call)).toBe(0)
  })

  it('loses the answer of a call that took effect when the hook after it throws', async () => {
    const memory = createMemorySessionStore()
    const store = interceptSessionStore(memory, {
      after: () => {
        throw new Error('lost')
      },
    })
    await expect(store.destroyAllForSubject('user-1', {}, call)).rejects.toThrow('lost')
    expect(await memory.epochOf('user-1', call)).toBe(1)
  })
})
