import { describe, expect, it } from 'vitest'
import { createMemoryStorage, pageAddress, platformFetch, platformLocks, systemRuntime } from './platform.ts'

describe('the platform', () => {
  it('has a clock, chance, and timers that can be stopped', async () => {
    expect(Number.isSafeInteger(systemRuntime.now())).toBe(true)
    const chance = systemRuntime.random()
    expect(chance >= 0 && chance < 1).toBe(true)
    const calls: string[] = []
    systemRuntime.startTimer(0, () => calls.push('stopped'))()
    await new Promise<void>((resolve) => systemRuntime.startTimer(1, resolve))
    expect(calls).toEqual([])
  })

  it('has a fetch that works when it is called by itself', async () => {
    const response = await platformFetch()?.('data:application/json,{"a":1}')
    expect(await response?.json()).toEqual({ a: 1 })
  })

  it('has locks where the runtime has them, and no page outside a browser', () => {
    expect(platformLocks()).toBe((globalThis as { navigator?: { locks?: object } }).navigator?.locks)
    expect(pageAddress()).toBeUndefined()
  })
})

describe('createMemoryStorage()', () => {
  it('keeps the last text under each key', () => {
    const storage = createMemoryStorage()
    storage.setItem('a', '1')
    storage.setItem('a', '2')
    expect([storage.getItem('a'), storage.getItem('b')]).toEqual(['2', null])
  })
})
