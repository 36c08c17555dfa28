import { expect, it } from 'vitest'
import { collectGarbage } from './garbage.ts'

it('what nobody holds is gone', async () => {
  const reference = new WeakRef({ name: 'Ada' })
  // What was just made is held until the turn ends.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  expect(reference.deref()).toBeUndefined()
})
