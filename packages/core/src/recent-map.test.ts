import fc from 'fast-check'
import { expect, it } from 'vitest'
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
