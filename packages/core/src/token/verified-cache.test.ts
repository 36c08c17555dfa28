import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heapInUse, partOfLongText } from '../heap.fixture.ts'
import { createVerifiedCache, readCacheOptions } from './verified-cache.ts'

const BOUNDS = { maxEntries: 10, maxLength: 65_536 }
const token = (index: number, length = 20): string => `h${'x'.repeat(length)}.c.s${index}`

describe('readCacheOptions()', () => {
  it('fills in the defaults, and turns the cache off for false alone', () => {
    expect(readCacheOptions('tokens.cache', undefined)).toEqual({ maxEntries: 1_000, maxLength: 4_194_304 })
    expect(readCacheOptions('tokens.cache', { maxEntries: 2 })).toEqual({ maxEntries: 2, maxLength: 4_194_304 })
    expect(readCacheOptions('tokens.cache', false)).toBeUndefined()
  })

  it.each<[unknown, string]>([
    [true, 'tokens.cache'],
    [null, 'tokens.cache'],
    [1_000, 'tokens.cache'],
    [{ max: 1 }, 'tokens.cache.max'],
    [{ maxEntries: 1 }, 'tokens.cache.maxEntries'],
    [{ maxEntries: 10_001 }, 'tokens.cache.maxEntries'],
    [{ maxEntries: 1.5 }, 'tokens.cache.maxEntries'],
    [{ maxEntries: '5' }, 'tokens.cache.maxEntries'],
    [{ maxLength: 65_535 }, 'tokens.cache.maxLength'],
    [{ maxLength: Infinity }, 'tokens.cache.maxLength'],
  ])('refuses %j', (value, option) => {
    expect(() => readCacheOptions('tokens.cache', value)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })
})

describe('createVerifiedCache()', () => {
  it('knows exactly the text that was set: neither another text under its signature, nor a part, nor more', () => {
    const cache = createVerifiedCache<number>(BOUNDS)
    cache.set('head.claims.sign', 1)
    expect(cache.get('head.claims.sign')).toBe(1)
    for (const other of [
      'head.claimz.sign',
      'hea.claims.sign',
      'head.claims.sign2',
      'head.claims',
      'sign',
      '.sign',
      '',
    ])
      expect(cache.get(other)).toBeUndefined()
    expect(cache.get('xhead.claims.sign')).toBeUndefined()
    expect(cache.get('head.claims.x.sign')).toBeUndefined()
  })

  it('stays under its bounds in a flood of tokens, and keeps what is in use', () => {
    const cache = createVerifiedCache<number>({ maxEntries: 1_000, maxLength: 4_194_304 })
    cache.set('used.c.s', -1)
    for (let index = 0; index < 1_000_000; index += 1) {
      cache.set(token(index), index)
      if (index % 100 === 0) expect(cache.get('used.c.s')).toBe(-1)
    }
    let kept = 0
    for (let index = 0; index < 1_000_000; index += 1) if (cache.get(token(index)) !== undefined) kept += 1
    expect(kept).toBeGreaterThan(400)
    expect(kept).toBeLessThan(1_000)
  })

  it('is bounded in text as well as in entries', () => {
    const cache = createVerifiedCache<number>({ maxEntries: 10_000, maxLength: 65_536 })
    for (let index = 0; index < 100; index += 1) cache.set(token(index, 8_000), index)
    const kept = Array.from({ length: 100 }, (_, index) => index).filter(
      (index) => cache.get(token(index, 8_000)) === index,
    )
    expect(kept.length).toBeGreaterThanOrEqual(4)
    expect(kept.length).toBeLessThanOrEqual(8)
  })

  it('agrees with a map that forgets nothing, but for what it forgot, whatever happens', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(30), fc.nat(4_000))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 2, max: 12 }), (steps, maxEntries) => {
        const cache = createVerifiedCache<number>({ maxEntries, maxLength: 65_536 })
        const model = new Map<string, number>()
        for (const [write, index, length] of steps) {
          const text = token(index, length)
          if (write) {
            cache.set(text, index)
            model.set(text, index)
          }
          expect([undefined, model.get(text)]).toContain(cache.get(text))
        }
        expect([...model.keys()].filter((text) => cache.get(text) !== undefined).length).toBeLessThanOrEqual(maxEntries)
      }),
    )
  })

  it('holds on to no request that a token was a part of, neither when it is set nor when it is used', () => {
    const cache = createVerifiedCache<number>({ maxEntries: 200, maxLength: 4_194_304 })
    const before = heapInUse()
    for (let index = 0; index < 50; index += 1) cache.set(partOfLongText(token(index)), index)
    // The last one finds the young generation full, so that all before it are of the old one.
    for (let index = 50; index <= 100; index += 1) cache.set(token(index), index)
    for (let index = 0; index < 50; index += 1) expect(cache.get(partOfLongText(token(index)))).toBe(index)
    expect(heapInUse() - before).toBeLessThan(10_000_000)
    expect(cache.get(token(0))).toBe(0)
  })
})
