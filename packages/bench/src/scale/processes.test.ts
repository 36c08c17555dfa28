import { expect, it } from 'vitest'
import { measureProcesses } from './processes.ts'

it('a store that nobody knows is refused', async () => {
  await expect(measureProcesses('SQLite', [1], { rounds: 1, requests: 1 })).rejects.toThrow(
    'There is no store "SQLite"',
  )
})
