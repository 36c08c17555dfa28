import { describe, expect, it } from 'vitest'
import { isRolledBack, retryRolledBack } from './rolled-back.ts'

describe('isRolledBack()', () => {
  it.each([{ errno: 1213 }, { errno: 1205 }, { errno: 1020 }, { code: '40001' }, { code: '40P01' }])(
    'knows %j as a statement that had no effect',
    (error) => {
      expect(isRolledBack(Object.assign(new Error('met another'), error))).toBe(true)
    },
  )

  it.each([
    new Error('lost'),
    { errno: 1062 },
    { errno: '1213' },
    { code: 'ECONNRESET' },
    { code: 'PROTOCOL_CONNECTION_LOST', errno: -104 },
    { code: '23505' },
    { code: '57014' },
    '40001',
    null,
    undefined,
  ])('takes nothing else for one: %s', (error) => {
    expect(isRolledBack(error)).toBe(false)
  })
})

describe('retryRolledBack()', () => {
  const deadlock = Object.assign(new Error('deadlock'), { errno: 1213 })

  function failing(times: number, error: Error): { readonly run: () => Promise<string>; calls(): number } {
    let calls = 0
    const run = (): Promise<string> => {
      calls += 1
      return calls <= times ? Promise.reject(error) : Promise.resolve('done')
    }
    return { run, calls: () => calls }
  }

  it('runs once what succeeds', async () => {
    const { run, calls } = failing(0, deadlock)
    await expect(retryRolledBack(run, undefined)).resolves.toBe('done')
    expect(calls()).toBe(1)
  })

  it('runs again until it succeeds, five times at most', async () => {
    const four = failing(4, deadlock)
    await expect(retryRolledBack(four.run, undefined)).resolves.toBe('done')
    expect(four.calls()).toBe(5)
    const five = failing(5, deadlock)
    await expect(retryRolledBack(five.run, undefined)).rejects.toBe(deadlock)
    expect(five.calls()).toBe(5)
  })

  it('runs nothing again after any other error, of which nobody knows what was done', async () => {
    const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' })
    const { run, calls } = failing(1, lost)
    await expect(retryRolledBack(run, undefined)).rejects.toBe(lost)
    expect(calls()).toBe(1)
  })

  it('runs nothing again for a caller who has gone', async () => {
    const controller = new AbortController()
    const { run, calls } = failing(9, deadlock)
    controller.abort(new Error('gone'))
    await expect(retryRolledBack(run, controller.signal)).rejects.toThrow('gone')
    expect(calls()).toBe(1)
  })
})
