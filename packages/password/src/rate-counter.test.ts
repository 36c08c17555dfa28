import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import { createMemoryCounter, readExhausted, type RateCounter } from './rate-counter.ts'

describe('createMemoryCounter()', () => {
  it('rejects with the wait when the points of a window are used up', async () => {
    const counter = createMemoryCounter({ keyPrefix: 'test', points: 2, duration: 60 })
    await counter.consume('a')
    await counter.consume('a')
    const reason: unknown = await counter.consume('a').catch((error: unknown) => error)
    expect(readExhausted(reason)?.msBeforeNext).toBeGreaterThan(59_000)
    await counter.delete('a')
    await expect(counter.consume('a')).resolves.toBeDefined()
  })
})

describe('readExhausted()', () => {
  it('tells a used-up window from a failure', () => {
    expect(readExhausted(new RateLimiterRes(0, 1_500, 3, false))).toMatchObject({ msBeforeNext: 1_500 })
    expect(readExhausted({ msBeforeNext: 1 })).toEqual({ msBeforeNext: 1 })
    for (const reason of [null, undefined, 'lost', 1, {}, { msBeforeNext: '1' }, new Error('lost')]) {
      expect(readExhausted(reason)).toBeUndefined()
    }
    expect(readExhausted(Object.assign(new Error('lost'), { msBeforeNext: 1 }))).toBeUndefined()
  })
})

describe('RateCounter', () => {
  it('is what every limiter of rate-limiter-flexible is', () => {
    const counter: RateCounter = new RateLimiterMemory({ points: 1, duration: 1 })
    expect(counter).toBeDefined()
  })
})
