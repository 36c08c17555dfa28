import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTimeOrder } from './time-order.ts'

describe('createTimeOrder()', () => {
  it('gives what is due, and what is due at the same time', () => {
    const order = createTimeOrder()
    expect(order.upTo(Infinity)).toEqual([])
    for (const [key, time] of [
      ['a', 3],
      ['b', 1],
      ['c', 2],
      ['d', 2],
    ] as const)
      order.set(key, time)
    expect(order.upTo(0)).toEqual([])
    expect(order.upTo(1)).toEqual(['b'])
    expect(order.upTo(2).toSorted()).toEqual(['b', 'c', 'd'])
    expect(order.upTo(2, 2)).toHaveLength(2)
    expect(order.upTo(2, 0)).toEqual([])
  })

  it('agrees with a map that is looked through, whatever is set, moved and deleted', () => {
    const key = fc.nat(12).map(String)
    const step = fc.tuple(key, fc.option(fc.integer({ min: -20, max: 20 })))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.nat(10), (steps, limit) => {
        const order = createTimeOrder()
        const model = new Map<string, number>()
        for (const [name, time] of steps) {
          if (time === null) {
            order.delete(name)
            model.delete(name)
          } else {
            order.set(name, time)
            model.set(name, time)
          }
          for (const until of [-21, -5, 0, 5, 20]) {
            const due = [...model].filter(([, at]) => at <= until).map(([known]) => known)
            expect(order.upTo(until).toSorted()).toEqual(due.toSorted())
            const some = order.upTo(until, limit)
            expect(some).toHaveLength(Math.min(limit, due.length))
            expect(due).toEqual(expect.arrayContaining(some))
          }
        }
      }),
    )
  })
})
