import { createPasswordHasher } from '@latchkey/password'
import { expect, it } from 'vitest'
import { measureTokenLatency, reportTokenLatency } from './token-latency.ts'

const cheap = createPasswordHasher({
  argon2id: { memory: 8, passes: 1 },
  insecureParametersForTests: true,
  concurrency: 32,
  queue: 10_000,
})

it('every check of both verifiers is timed', async () => {
  const found = await measureTokenLatency(10, cheap)
  expect(found.map(({ subject, times }) => [subject, times.length])).toEqual([
    ['latchkey', 10],
    ['jose', 10],
  ])
})

it('one check in a hundred may be late, and more may not', () => {
  const times = Array.from({ length: 200 }, (_, index) => (index < 2 ? 9 : 0.1))
  const metWith = (late: number): boolean | null | undefined =>
    reportTokenLatency([{ subject: 'latchkey', times: times.map((time, index) => (index < late ? 9 : time)) }]).rows[0]
      ?.met
  expect(metWith(2)).toBe(true)
  expect(metWith(4)).toBe(false)
})
