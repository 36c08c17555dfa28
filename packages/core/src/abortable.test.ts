import { describe, expect, it } from 'vitest'
import { abortable } from './abortable.ts'

describe('abortable()', () => {
  it('gives the outcome of the task, with and without a signal', async () => {
    for (const signal of [undefined, new AbortController().signal]) {
      await expect(abortable(signal, async () => 1)).resolves.toBe(1)
      await expect(abortable(signal, () => Promise.reject(new Error('out of reach')))).rejects.toThrow('out of reach')
    }
  })

  it('does not run the task when the signal is aborted already', async () => {
    let hasRun = false
    const task = async (): Promise<void> => void (hasRun = true)
    const reason = new Error('given up')
    await expect(abortable(AbortSignal.abort(reason), task)).rejects.toBe(reason)
    expect(hasRun).toBe(false)
  })

  it('rejects as soon as it is aborted, and lets the task come to its end, well or ill', async () => {
    for (const settle of [(ended: () => void) => ended(), () => {}]) {
      const controller = new AbortController()
      const gate = Promise.withResolvers<number>()
      let hasEnded = false
      const call = abortable(controller.signal, () => gate.promise.finally(() => (hasEnded = true)))
      controller.abort(new Error('given up'))
      await expect(call).rejects.toThrow('given up')
      settle(() => gate.resolve(1))
      gate.reject(new Error('too late'))
      await gate.promise.catch(() => {})
      expect(hasEnded).toBe(true)
    }
  })
})
