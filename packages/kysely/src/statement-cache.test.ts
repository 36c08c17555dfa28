import { describe, expect, it } from 'vitest'
import { createStatementCache } from './statement-cache.ts'

describe('createStatementCache()', () => {
  function cacheOf(size: number): { made: string[]; ask: (...texts: string[]) => string[] } {
    const made: string[] = []
    const cached = createStatementCache(size, (text) => {
      made.push(text)
      return text
    })
    return { made, ask: (...texts) => texts.map(cached) }
  }

  it('makes a statement once while it is kept', () => {
    const { made, ask } = cacheOf(2)
    expect(ask('a', 'b', 'a', 'b', 'a')).toEqual(['a', 'b', 'a', 'b', 'a'])
    expect(made).toEqual(['a', 'b'])
  })

  it('drops the one that was not used for longest', () => {
    const { made, ask } = cacheOf(2)
    ask('a', 'b', 'a', 'c', 'a', 'b')
    expect(made).toEqual(['a', 'b', 'c', 'b'])
  })

  it('keeps none at size 0', () => {
    const { made, ask } = cacheOf(0)
    ask('a', 'a')
    expect(made).toEqual(['a', 'a'])
  })

  it('does not keep what could not be made', () => {
    let calls = 0
    const cached = createStatementCache(2, () => {
      calls += 1
      throw new Error('syntax')
    })
    for (let round = 0; round < 2; round += 1) expect(() => cached('a')).toThrow('syntax')
    expect(calls).toBe(2)
  })
})
