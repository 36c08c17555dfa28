import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { measureOneCookie } from './one-cookie.ts'

it('ours, a scan and a parser find the same cookie', async () => {
  const { figures, goal } = await measureOneCookie(EFFORTS.smoke)
  expect(figures.figures.map(({ subject }) => [subject.name, subject.role])).toEqual([
    ['latchkey', 'ours'],
    ['indexOf scan', 'floor'],
    ['cookie', 'peer'],
  ])
  expect(goal.floor).toBe(1.5)
})
