import { describe, expect, it } from 'vitest'
import { POLICIES, type RefreshPolicy } from './policies.ts'
import { COLUMNS, huntThieves, shareKilled } from './simulation.ts'

const policyOf = (name: string): RefreshPolicy => POLICIES.find((policy) => policy.name === name) as RefreshPolicy
const EXTENT = { sessions: 5, days: 2, seed: 1 }

it('every combination is a column', () => {
  expect(COLUMNS).toHaveLength(27)
  expect(new Set(COLUMNS.map((column) => JSON.stringify(column))).size).toBe(27)
})

describe('shareKilled()', () => {
  it('is nothing for one tab that loses nothing, whatever the policy', async () => {
    for (const policy of POLICIES) {
      expect(await shareKilled(policy, { tabs: 1, lost: 0, retryAfter: 1_000 }, EXTENT)).toBe(0)
    }
  })

  it('is all where one use is all there is, and four tabs share a token', async () => {
    expect(await shareKilled(policyOf('strict loser'), { tabs: 4, lost: 0, retryAfter: 1_000 }, EXTENT)).toBe(1)
    expect(await shareKilled(policyOf('strict loser'), { tabs: 4, lost: 0, retryAfter: null }, EXTENT)).toBe(0)
  })
})

describe('huntThieves()', () => {
  it('finds those who use a token that was exchanged, at once', async () => {
    const figures = await huntThieves(policyOf('strict loser'), { ...EXTENT, sessions: 20 })
    expect(figures).toMatchObject({ withinTwoCycles: 1, found: 1 })
    expect(figures.medianTime).toBeLessThan(700_000)
  })

  it('finds nobody where nothing is ever found', async () => {
    const blind: RefreshPolicy = {
      name: 'blind',
      source: '',
      begin: async () => ({ first: 'x', exchange: () => ({ token: 'x' }), setClock() {}, isEnded: () => false }),
    }
    expect(await huntThieves(blind, { ...EXTENT, sessions: 3 })).toEqual({
      withinTwoCycles: 0,
      found: 0,
      medianTime: Infinity,
    })
  })
})
