import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createStoreCall } from './store-call.ts'

describe('createStoreCall()', () => {
  it('gives the time and a signal, and passes the answer on', async () => {
    const runtime = createTestRuntime()
    const call = createStoreCall(runtime, 2_000)
    const answer = await call(async ({ now, signal }) => ({ now, aborted: signal?.aborted }))
    expect(answer).toEqual({ now: runtime.now(), aborted: false })
  })

  it('gives a store up that does not answer in time, and aborts its signal', async () => {
    const runtime = createTestRuntime()
    const call = createStoreCall(runtime, 2_000)
    let signal: AbortSignal | undefined
    const asked = call((at) => {
      signal = at.signal
      return new Promise(() => {})
    })
    runtime.advance('1s')
    expect(signal?.aborted).toBe(false)
    runtime.advance('1s')
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(signal?.aborted).toBe(true)
  })

  it('makes one fault of whatever the store rejects with, or throws', async () => {
    const call = createStoreCall(createTestRuntime(), 2_000)
    const cause = new Error('down')
    const unavailable = expect.objectContaining({ code: 'ERR_UNAVAILABLE', cause })
    await expect(call(() => Promise.reject(cause))).rejects.toThrow(unavailable)
    await expect(
      call(() => {
        throw cause
      }),
    ).rejects.toThrow(unavailable)
  })

  it('takes an answer that is no promise', async () => {
    const call = createStoreCall(createTestRuntime(), 2_000)
    expect(await call((() => 'at once') as never)).toBe('at once')
  })

  it('calls nothing without a clock', async () => {
    let called = false
    const call = createStoreCall({ ...createTestRuntime(), now: () => Number.NaN }, 2_000)
    const asked = call(async () => {
      called = true
    })
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(called).toBe(false)
  })
})
