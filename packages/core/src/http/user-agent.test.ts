import { describe, expect, it } from 'vitest'
import { readUserAgent } from './user-agent.ts'

const requestOf = (value: string | null) => ({
  headers: { get: (name: string) => (name === 'user-agent' ? value : null) },
})

describe('readUserAgent()', () => {
  it.each<[string | null, string | null]>([
    ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['x'.repeat(256), 'x'.repeat(256)],
    ['x'.repeat(100_000), 'x'.repeat(256)],
    ['', null],
    [null, null],
  ])('makes of %.40j what a record holds', (value, expected) => {
    expect(readUserAgent(requestOf(value))).toBe(expected)
  })
})
