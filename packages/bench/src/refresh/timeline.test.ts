import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTimeline } from './timeline.ts'

it('events happen in the order of their times, and of their making at one time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 })), async (delays) => {
      const clock: number[] = []
      const timeline = createTimeline(100, (now) => clock.push(now))
      const seen: [number, number][] = []
      for (const [index, delay] of delays.entries())
        timeline.after(delay, () => void seen.push([timeline.now(), index]))
      await timeline.run(Infinity, () => false)
      const expected = delays
        .map((delay, index): [number, number] => [100 + delay, index])
        .toSorted(([one], [other]) => one - other)
      expect(seen).toEqual(expected)
      expect(clock).toEqual(expected.map(([at]) => at))
    }),
  )
})

it('what an event sets in motion happens, too, and what was taken back does not', async () => {
  const timeline = createTimeline(0, () => {})
  const seen: string[] = []
  const cancel = timeline.after(5, () => void seen.push('taken back'))
  timeline.after(1, async () => {
    await Promise.resolve()
    cancel()
    timeline.after(1, () => void seen.push(`second at ${timeline.now()}`))
  })
  await timeline.run(10, () => false)
  expect(seen).toEqual(['second at 2'])
})

it('nothing happens after the end, or when it is over', async () => {
  const timeline = createTimeline(0, () => {})
  let happened = 0
  for (const delay of [1, 2, 3]) timeline.after(delay, () => void (happened += 1))
  await timeline.run(3, () => false)
  expect(happened).toBe(2)
  await timeline.run(10, () => true)
  expect(happened).toBe(2)
})
