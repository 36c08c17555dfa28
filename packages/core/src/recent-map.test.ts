import fc from 'fast-check'
import { expect, it } from 'vitest'
import { heapInUse, partOfLongText } from './heap.fixture.ts'
import { createRecentMap } from './recent-map.ts'

it('keeps what was used lately, and at most as much as it may', () => {
  const uses = fc.array(fc.nat(30), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), uses, (maxEntries, keys) => {
      const map = createRecentMap<number, { readonly of: number }>(maxEntries)
      const lately: number[] = []
      for (const key of keys) {
        if (map.get(key) === undefined) map.set(key, { of: key })
        expect(map.get(key)).toEqual({ of: key })
        lately.unshift(key)
      }
      const half = maxEntries >> 1
      for (const key of new Set([...new Set(lately)].slice(0, half))) expect(map.get(key)).toEqual({ of: key })
      const kept = Array.from({ length: 31 }, (_, key) => key).filter((key) => map.get(key) !== undefined)
      expect(kept.length).toBeLessThanOrEqual(maxEntries)
    }),
  )
})

it('a value is replaced', () => {
  const map = createRecentMap<string, number>(2)
  map.set('a', 1)
  map.set('a', 2)
  expect(map.get('a')).toBe(2)
})

it('holds on to no text that a key was asked for with', () => {
  const map = createRecentMap<string, number>(200)
  const keyOf = (index: number) => `a key of some length, ${index}`
  // The last one finds the young generation full, so that all before it are of the old one.
  for (let index = 0; index <= 100; index += 1) map.set(keyOf(index), index)
  const before = heapInUse()
  for (let index = 0; index < 50; index += 1) expect(map.get(partOfLongText(keyOf(index)))).toBe(index)
  expect(heapInUse() - before).toBeLessThan(10_000_000)
  expect(map.get(keyOf(0))).toBe(0)
})
