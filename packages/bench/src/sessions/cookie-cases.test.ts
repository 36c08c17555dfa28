import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { measureMemory, toSubject } from './cookie-cases.ts'

it('what takes any cookie, or does not know its own, is not measured', async () => {
  const careless = { cookie: 's=0123456789', visit: async () => 'Ada' }
  await expect(toSubject('careless', 'peer', careless).check()).rejects.toThrow('that it did not give out')
  const forgetful = { cookie: 's=0123456789', visit: async () => null }
  await expect(toSubject('forgetful', 'peer', forgetful).check()).rejects.toThrow('does not know its own cookie')
})

it('the case in memory has ours, a floor and a peer', async () => {
  const { figures, goal } = await measureMemory(EFFORTS.smoke)
  expect(figures.figures.map(({ subject }) => subject.role)).toEqual(['ours', 'floor', 'peer'])
  expect(goal.cpu).toBe(1.5)
})
