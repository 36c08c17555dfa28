import { expect, it } from 'vitest'
import { countContendedWrites, countReads } from './contention.ts'

it('a hundred requests that read one session cost a hundred reads, and no write so soon after the login', async () => {
  expect(await countReads(100)).toEqual({ read: 100 })
})

it('every write of many at once is made, with retries', async () => {
  const counts = await countContendedWrites(8, 3)
  expect(counts['update']).toBeGreaterThanOrEqual(24)
})
