import { describe, expect, it } from 'vitest'
import { RFC9068, toMilliseconds } from './profile.ts'

const IAT = 1_800_000_000

describe('RFC9068', () => {
  it('takes tokens of its own type alone', () => {
    expect(['at+jwt', 'jwt', undefined, ''].map((typ) => RFC9068.accepts(typ))).toEqual([true, false, false, false])
  })

  it('dates the login by auth_time, else by iat', () => {
    expect(RFC9068.freshnessOf({ iat: IAT })).toEqual({ authenticatedAt: IAT * 1_000, freshUntil: undefined })
    expect(RFC9068.freshnessOf({ iat: IAT, auth_time: 5 }).authenticatedAt).toBe(5_000)
  })
})

describe('toMilliseconds()', () => {
  it('reads seconds, and nothing else', () => {
    expect([1.5, 0, undefined, '1', true].map(toMilliseconds)).toEqual([1_500, 0, 0, 0, 0])
  })
})
