import { createMemorySessionStore, decideSession, resolveTimeouts } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, NOW, recordOf } from '../session-store/records.ts'
import { idIn, setScene } from './scheduled.fixture.ts'

const HOUR = 3_600_000
/** As the scenes have it. */
const POLICY = resolveTimeouts({ idleTimeout: '1h', absoluteTimeout: '4h', touchEvery: '5m' })

const waits = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 12 })

describe('what must always hold of time', () => {
  it('6. the idle expiry never moves back nor past the absolute one, which stays where it is', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('visit', 'write', 'rotate', 'elevate'), fc.nat(4_000)), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const { application, memory, runtime } = setScene()
        let cookie = (await application.logIn('alice')) ?? ''
        const begun = runtime.now()
        let idle = begun + HOUR
        for (const [kind, seconds] of taken) {
          runtime.advance(seconds)
          const visit = await application.visit(cookie)
          if (visit.session.id === null) break
          if (kind === 'write') await visit.session.set('a', seconds)
          if (kind === 'rotate') await visit.session.rotate()
          if (kind === 'elevate') await application.auth.elevate(visit.context, { amr: ['otp'] })
          cookie = visit.cookie()
          const record = await memory.read(idIn(cookie), at(runtime.now()))
          expect(record?.absoluteExpiresAt).toBe(begun + 4 * HOUR)
          expect(record?.idleExpiresAt).toBeGreaterThanOrEqual(idle)
          expect(record?.idleExpiresAt).toBeLessThanOrEqual(begun + 4 * HOUR)
          idle = record?.idleExpiresAt ?? 0
        }
      }),
    )
  })

  it('7. whether a session is alive follows from its record, the time and the policy, whoever sweeps and whenever', async () => {
    await fc.assert(
      fc.asyncProperty(waits, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), async (seconds, sweeps) => {
        const [swept, unswept] = [setScene(), setScene()]
        const scenes = [swept, unswept]
        const [cookie = ''] = await Promise.all(scenes.map(({ application }) => application.begin()))
        for (const [step, wait] of seconds.entries()) {
          for (const { runtime } of scenes) runtime.advance(wait)
          const now = unswept.runtime.now()
          const [record] = [await unswept.memory.read(idIn(cookie), at(NOW))]
          if (sweeps[step] === true) await swept.application.auth.sweep()
          const visits = await Promise.all(scenes.map(({ application }) => application.visit(cookie)))
          const alive = visits.map(({ session }) => session.id !== null)
          const expected = record !== null && decideSession(record, now, POLICY).status === 'live'
          expect(alive).toEqual([expected, expected])
        }
      }),
    )
  })

  it('7. and the verdict is the same each time that it is asked for', () => {
    const time = fc.integer({ min: -5 * HOUR, max: 5 * HOUR }).map((offset) => NOW + offset)
    const times = fc.record({ createdAt: time, lastSeenAt: time, idleExpiresAt: time, absoluteExpiresAt: time })
    fc.assert(
      fc.property(times, time, (record, now) => {
        const frozen = Object.freeze({ ...record })
        const verdict = decideSession(frozen, now, POLICY)
        expect(decideSession(frozen, now, POLICY)).toEqual(verdict)
        if (verdict.status === 'expired') expect(decideSession(frozen, now + 1, POLICY).status).toBe('expired')
      }),
    )
  })

  it('10. any number of reads within the throttle renews once at the most', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 1, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3_000 }), pauses, async (wait, seconds) => {
        const { application, runtime, recording } = setScene()
        const cookie = await application.begin()
        runtime.advance(wait)
        recording.forget()
        for (const pause of seconds) {
          await application.visit(cookie)
          runtime.advance(pause)
        }
        expect(recording.writes.map(({ name }) => name)).toEqual(
          wait < 300 && wait + sum(seconds.slice(0, -1)) < 300 ? [] : ['touch'],
        )
      }),
    )
  })

  it('20. clocks that differ by a minute each way let no session live longer than by what they differ', async () => {
    const minute = fc.integer({ min: -60_000, max: 60_000 })
    const uses = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 3_600 })), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(fc.tuple(minute, minute, minute), uses, async (skews, steps) => {
        const memory = createMemorySessionStore()
        const nodes = skews.map((skew, index) => setScene({ memory, skew, seed: index + 1 }))
        const [first, ...others] = nodes
        if (first === undefined) throw new Error('There are three nodes')
        const cookie = await first.application.begin()
        const begun = first.runtime.now()
        for (const [node, wait] of steps) {
          for (const { runtime } of [first, ...others]) runtime.advance(wait)
          const visit = await nodes[node]?.application.visit(cookie)
          const life = first.runtime.now() - begun
          if (visit?.session.id !== null) expect(life).toBeLessThan(4 * HOUR + skews[0] - (skews[node] ?? 0))
        }
        for (const { runtime } of [first, ...others]) runtime.advance(4 * 3_600 + 120)
        for (const { application } of [first, ...others]) {
          expect((await application.visit(cookie)).session.id).toBeNull()
        }
      }),
    )
  })

  it('20. and an earlier clock brings back nothing that has ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60_000 }), async (behind) => {
        const memory = createMemorySessionStore()
        await memory.create(recordOf(), at(NOW))
        await memory.destroy(recordOf().id, at(NOW))
        for (const now of [NOW, NOW - behind]) {
          expect(await memory.touch(recordOf(), now, now + 60_000, at(now))).toBe(false)
          expect(await memory.read(recordOf().id, at(now))).toBeNull()
        }
      }),
    )
  })
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
