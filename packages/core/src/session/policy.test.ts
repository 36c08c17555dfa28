import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideExpiry, decideSession } from './policy.ts'

const policy = { idleTimeout: 1_000, absoluteTimeout: 10_000, touchEvery: 100 }
const fresh = { createdAt: 50_000, lastSeenAt: 50_000, idleExpiresAt: 51_000, absoluteExpiresAt: 60_000 }
const IDLE = { status: 'expired', reason: 'idle' }
const ABSOLUTE = { status: 'expired', reason: 'absolute' }

describe('decideExpiry()', () => {
  it('sets both ends', () => {
    expect(decideExpiry(50_000, policy)).toEqual({ idleExpiresAt: 51_000, absoluteExpiresAt: 60_000 })
  })

  it('never lets the idle end pass the absolute one', () => {
    expect(decideExpiry(0, { ...policy, idleTimeout: 20_000 })).toEqual({
      idleExpiresAt: 10_000,
      absoluteExpiresAt: 10_000,
    })
  })
})

describe('decideSession()', () => {
  it.each([
    [50_000, { status: 'live', renewal: undefined }],
    [50_099, { status: 'live', renewal: undefined }],
    [50_100, { status: 'live', renewal: { lastSeenAt: 50_100, idleExpiresAt: 51_100 } }],
    [50_999, { status: 'live', renewal: { lastSeenAt: 50_999, idleExpiresAt: 51_999 } }],
    [51_000, IDLE],
    [51_001, IDLE],
    [60_000, ABSOLUTE],
    [Number.MAX_SAFE_INTEGER, ABSOLUTE],
  ])('judges a session at %i', (now, verdict) => {
    expect(decideSession(fresh, now, policy)).toEqual(verdict)
  })

  it.each([
    [undefined, 50_200, undefined],
    [200, 50_199, undefined],
    [200, 50_200, true],
    [100, 50_100, true],
  ])('changes the credential with a renewal after rotateEvery %s: at %i, %s', (rotateEvery, now, rotate) => {
    const verdict = decideSession(fresh, now, { ...policy, rotateEvery })
    expect(verdict).toMatchObject({ renewal: { lastSeenAt: now } })
    expect(verdict.status === 'live' && verdict.renewal?.rotate).toBe(rotate)
  })

  it('counts rotateEvery from the last change', () => {
    const renewalOf = (rotatedAt: number) =>
      decideSession({ ...fresh, rotatedAt }, 50_300, { ...policy, rotateEvery: 200 })
    expect(renewalOf(50_101)).toEqual({ status: 'live', renewal: { lastSeenAt: 50_300, idleExpiresAt: 51_300 } })
    expect(renewalOf(50_100)).toMatchObject({ renewal: { rotate: true } })
  })

  it('changes no credential where use is not due to be recorded', () => {
    expect(decideSession({ ...fresh, lastSeenAt: 50_250 }, 50_300, { ...policy, rotateEvery: 100 })).toEqual({
      status: 'live',
      renewal: undefined,
    })
  })

  it('expires at the absolute timeout even when active', () => {
    const active = { ...fresh, lastSeenAt: 59_999, idleExpiresAt: 60_000 }
    expect(decideSession(active, 59_999, policy).status).toBe('live')
    expect(decideSession(active, 60_000, policy)).toEqual(ABSOLUTE)
  })

  it('caps a renewal at the absolute end', () => {
    const late = { ...fresh, lastSeenAt: 59_500, idleExpiresAt: 60_000 }
    expect(decideSession(late, 59_900, policy)).toEqual({
      status: 'live',
      renewal: { lastSeenAt: 59_900, idleExpiresAt: 60_000 },
    })
  })

  it('renews nothing for a clock that moved back', () => {
    expect(decideSession(fresh, 49_000, policy)).toEqual({ status: 'live', renewal: undefined })
  })

  it('applies a policy that became stricter at once', () => {
    expect(decideSession(fresh, 50_500, { ...policy, idleTimeout: 500 })).toEqual(IDLE)
    expect(decideSession(fresh, 50_500, { ...policy, absoluteTimeout: 500 })).toEqual(ABSOLUTE)
  })

  it('applies a policy that became laxer from the next renewal', () => {
    expect(decideSession(fresh, 51_000, { ...policy, idleTimeout: 5_000 })).toEqual(IDLE)
  })

  const time = fc.integer({ min: 0, max: 100_000 })
  const times = fc.record({ createdAt: time, lastSeenAt: time, idleExpiresAt: time, absoluteExpiresAt: time })
  const policies = fc.record({
    idleTimeout: fc.integer({ min: 1, max: 50_000 }),
    absoluteTimeout: fc.integer({ min: 1, max: 90_000 }),
    touchEvery: fc.integer({ min: 1, max: 25_000 }),
  })

  it('never revives: once expired, expired at every later time', () => {
    fc.assert(
      fc.property(times, policies, time, time, (record, rules, now, later) => {
        fc.pre(decideSession(record, now, rules).status === 'expired')
        expect(decideSession(record, now + later, rules).status).toBe('expired')
      }),
    )
  })

  it('renews to a later time that the absolute end bounds', () => {
    fc.assert(
      fc.property(times, policies, time, (record, rules, now) => {
        const verdict = decideSession(record, now, rules)
        if (verdict.status === 'expired' || verdict.renewal === undefined) return
        expect(verdict.renewal.lastSeenAt).toBeGreaterThan(record.lastSeenAt)
        expect(verdict.renewal.idleExpiresAt).toBeLessThanOrEqual(record.absoluteExpiresAt)
        expect(verdict.renewal.idleExpiresAt).toBeGreaterThan(now)
      }),
    )
  })
})
