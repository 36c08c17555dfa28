import { expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { createNetwork } from './network.ts'
import type { TokenServer } from './policies.ts'
import { createTimeline } from './timeline.ts'

const server: TokenServer = {
  first: 'first',
  exchange: (token) => ({ token: `after ${token}` }),
  setClock() {},
  isEnded: () => false,
}

async function sendMany(count: number, lost: number) {
  const timeline = createTimeline(0, () => {})
  const send = createNetwork(timeline, server, createRandom(1), lost)
  const answers: { at: number; answer: unknown }[] = []
  for (let index = 0; index < count; index += 1) send('first', (answer) => answers.push({ at: timeline.now(), answer }))
  await timeline.run(Infinity, () => false)
  return answers
}

it('answers take their time there and back', async () => {
  const answers = await sendMany(2_000, 0)
  expect(answers.every(({ answer }) => JSON.stringify(answer) === '{"token":"after first"}')).toBe(true)
  expect(Math.min(...answers.map(({ at }) => at))).toBeGreaterThanOrEqual(40)
  const mean = answers.reduce((sum, { at }) => sum + at, 0) / answers.length
  expect(Math.abs(mean - 160)).toBeLessThan(10)
})

it('the given share of answers is lost', async () => {
  const answers = await sendMany(5_000, 0.1)
  const share = answers.filter(({ answer }) => answer === 'lost').length / answers.length
  expect(Math.abs(share - 0.1)).toBeLessThan(0.02)
})
