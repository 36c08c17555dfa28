import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decideCookieGeneration,
  decideRotation,
  type RotationDecision,
  type RotationPolicy,
  type RotationState,
} from './rotation.ts'

const W = 10_000
const T = 1_800_000_000_000
const recover: RotationPolicy = { reuseWindow: W, reuse: 'recover' }
const strict: RotationPolicy = { reuseWindow: W, reuse: 'strict' }

const never: RotationState = { generation: 0, previous: null, rotatedAt: null }
const rotated: RotationState = { generation: 5, previous: 4, rotatedAt: T }
/** Generation 5 was voided by a recovery from 4. */
const recovered: RotationState = { generation: 6, previous: 4, rotatedAt: T }

const REPEAT = { action: 'repeat' }
const EXTEND = { action: 'extend' }
const SUPERSEDED = { action: 'superseded' }
const REUSED = { action: 'revoke', why: 'reused' }
const REGRESSED = { action: 'revoke', why: 'regressed' }
const advance = (why: string, generation: number, previous: number) => ({
  action: 'advance',
  why,
  generation,
  previous,
})

describe('decideRotation()', () => {
  it.each<[string, RotationState, number, number, RotationPolicy, object]>([
    ['rotates a token that was never rotated', never, 0, T, recover, advance('rotate', 1, 0)],
    ['rotates the current token at the end of the window', rotated, 5, T + W, recover, advance('rotate', 6, 5)],
    ['repeats for the current token inside the window', rotated, 5, T + W - 1, recover, REPEAT],
    ['repeats for the current token at the moment of rotation', rotated, 5, T, recover, REPEAT],
    ['repeats for the current token when clocks differ a little', rotated, 5, T - 60_000, recover, REPEAT],
    [
      'rotates the current token when the last rotation lies in the future',
      rotated,
      5,
      T - 60_001,
      recover,
      advance('rotate', 6, 5),
    ],
    ['repeats for the token before in the first half of the window', rotated, 4, T + W / 2 - 1, recover, REPEAT],
    ['extends the window for the token before in its second half', rotated, 4, T + W / 2, recover, EXTEND],
    ['extends the window for the token before at its end', rotated, 4, T + W - 1, recover, EXTEND],
    ['repeats for the token before, when the request began before the rotation', rotated, 4, T - 1, recover, REPEAT],
    ['recovers a lost answer at the end of the window', rotated, 4, T + W, recover, advance('recover', 6, 4)],
    ['takes the token before for stolen after the window, where strict', rotated, 4, T + W, strict, REUSED],
    ['extends the window for the token before, where strict', rotated, 4, T + W - 1, strict, EXTEND],
    ['recovers again from the same token', recovered, 4, T + W, recover, advance('recover', 7, 4)],
    ['repeats the recovered successor inside the window', recovered, 4, T + 1, recover, REPEAT],
    ['takes a voided token for stolen', recovered, 5, T + 1, recover, REUSED],
    ['asks again when a voided token began before the recovery', recovered, 5, T - 1, recover, SUPERSEDED],
    ['takes an older token for stolen, even inside the window', rotated, 3, T, recover, REUSED],
    ['takes an older token for stolen, long after', rotated, 0, T + 1e9, recover, REUSED],
    ['asks again when an older token began before the rotation', rotated, 3, T - 1, recover, SUPERSEDED],
    ['adopts a generation that the store lost', rotated, 6, T + 1, recover, advance('adopt', 6, 5)],
    ['adopts the first generation that the store lost', never, 1, T, recover, advance('adopt', 1, 0)],
    ['does not trust a store that lost more', rotated, 7, T + 1, recover, REGRESSED],
    [
      'takes the token before for stolen at once where there is no window',
      rotated,
      4,
      T,
      { reuseWindow: 0, reuse: 'strict' },
      REUSED,
    ],
    [
      'rotates the current token at once where there is no window',
      rotated,
      5,
      T,
      { reuseWindow: 0, reuse: 'strict' },
      advance('rotate', 6, 5),
    ],
  ])('%s', (_, state, presented, arrivedAt, policy, decision) => {
    expect(decideRotation(state, presented, arrivedAt, policy)).toEqual(decision)
  })

  const policies = fc.record({
    reuseWindow: fc.integer({ min: 0, max: 60_000 }),
    reuse: fc.constantFrom('recover' as const, 'strict' as const),
  })
  const states: fc.Arbitrary<RotationState> = fc
    .record({
      generation: fc.nat(20),
      gap: fc.integer({ min: 1, max: 3 }),
      rotatedAt: fc.option(fc.integer({ min: T - 100_000, max: T + 100_000 })),
    })
    .map(({ generation, gap, rotatedAt }) =>
      generation === 0 || rotatedAt === null
        ? never
        : { generation, previous: Math.max(0, generation - gap), rotatedAt },
    )
  const times = fc.integer({ min: T - 200_000, max: T + 200_000 })

  it('never revokes for the current token, whatever the clocks say', () => {
    fc.assert(
      fc.property(states, times, policies, (state, arrivedAt, policy) => {
        expect(['repeat', 'advance']).toContain(decideRotation(state, state.generation, arrivedAt, policy).action)
      }),
    )
  })

  it('only ever moves on, and leaves the presented token as the one before', () => {
    fc.assert(
      fc.property(states, fc.nat(24), times, policies, (state, presented, arrivedAt, policy) => {
        const decision = decideRotation(state, presented, arrivedAt, policy)
        if (decision.action !== 'advance') return
        expect(decision.generation).toBe(state.generation + 1)
        expect(decision.previous).toBe(decision.why === 'adopt' ? state.generation : presented)
        expect(decision.previous).toBeLessThan(decision.generation)
      }),
    )
  })

  it('rotates at most once a window, for whoever presents whatever', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.integer({ min: 0, max: 5_000 })), { maxLength: 40 }), (requests) => {
        let state = never
        let now = T
        const rotations: number[] = []
        for (const [back, wait] of requests) {
          now += wait
          const decision: RotationDecision = decideRotation(state, Math.max(0, state.generation - back), now, recover)
          if (decision.action === 'revoke') return
          if (decision.action !== 'advance') continue
          rotations.push(now)
          state = { generation: decision.generation, previous: decision.previous, rotatedAt: now }
        }
        for (const [index, at] of rotations.entries())
          if (index > 0) expect(at - (rotations[index - 1] ?? 0)).toBeGreaterThanOrEqual(W)
      }),
    )
  })

  it('gives everybody who retries one token the same answer inside a window', () => {
    fc.assert(
      fc.property(states, times, fc.nat(W - 1), (state, arrivedAt, later) => {
        const first = decideRotation(state, state.generation, arrivedAt, recover)
        if (first.action !== 'advance') return
        const next = { generation: first.generation, previous: first.previous, rotatedAt: arrivedAt }
        expect(decideRotation(next, state.generation, arrivedAt + later, recover)).toEqual(
          later < W / 2 ? REPEAT : EXTEND,
        )
      }),
    )
  })
})

describe('decideCookieGeneration()', () => {
  it.each<[string, RotationState, number, number, string]>([
    ['the first', never, 0, T, 'current'],
    ['the current one, however old', rotated, 5, T + 1_000_000, 'current'],
    ['the one before at the moment of the change', rotated, 4, T, 'replaced'],
    ['the one before when clocks differ', rotated, 4, T - 30_000, 'replaced'],
    ['the one before at the last millisecond of the window', rotated, 4, T + W - 1, 'replaced'],
    ['the one before at the end of the window', rotated, 4, T + W, 'unknown'],
    ['an older one inside the window', rotated, 3, T, 'unknown'],
    ['one that is not made yet', rotated, 6, T, 'unknown'],
    ['one that is not made yet, of a cookie that never changed', never, 1, T, 'unknown'],
  ])('judges %s', (_, state, presented, now, verdict) => {
    expect(decideCookieGeneration(state, presented, now, recover)).toBe(verdict)
  })

  it('knows no replaced one without a window', () => {
    expect(decideCookieGeneration(rotated, 4, T, { reuseWindow: 0 })).toBe('unknown')
  })
})
