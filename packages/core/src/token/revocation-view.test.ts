import { createTestRuntime } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryRevocationStore } from '../memory/revocation-store.ts'
import { createRevocationView } from './revocation-view.ts'

const POLICY = { staleAfter: 10_000, pollEvery: 2_500, horizon: 3_600_000 }
const ALICE = { id: 'ab'.repeat(16), subject: 'alice' }
const CREDENTIAL = { ids: [ALICE.id], subject: 'alice', epoch: 0 }

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function watch(policy = POLICY) {
  const runtime = createTestRuntime()
  const store = createMemoryRevocationStore()
  const asked: number[] = []
  const state = { down: false, wait: async (): Promise<void> => {} }
  const view = createRevocationView(
    async (since) => {
      asked.push(since)
      if (state.down) throw new Error('down')
      const changes = await store.changedSince(since, { now: runtime.now() })
      await state.wait()
      return changes
    },
    policy,
    runtime,
  )
  return {
    runtime,
    store,
    asked,
    state,
    decide: () => view.decide(CREDENTIAL),
    revoke: (until = runtime.now() + 60_000) => store.revoke(ALICE, until, { now: runtime.now() }),
    async pass(milliseconds: number) {
      runtime.advance(milliseconds / 1_000)
      await settle()
    },
  }
}

describe('createRevocationView()', () => {
  it('is too old to judge by until the store has answered, and asks it once for many at once', async () => {
    const { decide, asked, revoke } = watch()
    await revoke()
    expect([decide(), decide(), decide()]).toEqual([undefined, undefined, undefined])
    await settle()
    expect(decide()).toBe(true)
    expect(asked).toHaveLength(1)
  })

  it('asks again for as long as it is used, and learns what is new', async () => {
    const { decide, asked, revoke, pass } = watch()
    decide()
    await settle()
    for (let round = 0; round < 8; round += 1) {
      expect(decide()).toBe(false)
      await pass(2_500)
    }
    expect(asked).toHaveLength(9)
    await revoke()
    expect(decide()).toBe(false)
    await pass(2_500)
    expect(decide()).toBe(true)
  })

  it('knows a revocation for as long as it says, also where the same id of another subject is forgotten before', async () => {
    const { decide, store, runtime, pass } = watch()
    const revoke = (subject: string, seconds: number): Promise<boolean> =>
      store.revoke({ ...ALICE, subject }, runtime.now() + seconds * 1_000, { now: runtime.now() })
    await revoke('bob', 5)
    await revoke('alice', 600)
    await revoke('carol', 5)
    for (let round = 0; round < 60; round += 1) {
      decide()
      await pass(2_500)
    }
    decide()
    await settle()
    expect(decide()).toBe(true)
  })

  it('rests when nobody uses it, and is then too old', async () => {
    const { decide, asked, revoke, pass } = watch()
    decide()
    await settle()
    await pass(2_500)
    await pass(1_000_000)
    expect(asked).toHaveLength(1)
    await revoke()
    expect(decide()).toBeUndefined()
    await settle()
    expect(decide()).toBe(true)
  })

  it('asks from a minute before the last question, and at first for all that can still matter', async () => {
    const { decide, asked, runtime, pass } = watch()
    const begun = runtime.now()
    decide()
    await settle()
    decide()
    await pass(2_500)
    expect(asked).toEqual([begun - 3_600_000 - 60_000, begun - 60_000])
  })

  it('judges by a copy of exactly its bound, and by none that is older', async () => {
    const { decide, state, pass } = watch()
    decide()
    await settle()
    state.down = true
    decide()
    await pass(10_000)
    expect(decide()).toBe(false)
    await pass(1)
    expect(decide()).toBeUndefined()
    state.down = false
    await pass(2_500)
    expect(decide()).toBe(false)
  })

  it('counts its age from the question, not from the answer', async () => {
    const { decide, state, runtime, pass } = watch()
    state.wait = async () => {
      state.wait = async () => {}
      runtime.advance('11s')
    }
    decide()
    await settle()
    expect(decide()).toBeUndefined()
    await pass(2_500)
    expect(decide()).toBe(false)
  })

  it('asks one question at a time, however long the answer takes', async () => {
    const { decide, asked, state, pass } = watch()
    let answer = (): void => {}
    state.wait = () => new Promise((resolve) => (answer = resolve))
    decide()
    await settle()
    for (let round = 0; round < 5; round += 1) {
      await pass(5_000)
      expect(decide()).toBeUndefined()
    }
    expect(asked).toHaveLength(1)
    answer()
  })

  it('is not judged by after the clock went back', async () => {
    const { decide, runtime } = watch()
    decide()
    await settle()
    runtime.set(runtime.now() - 1)
    expect(decide()).toBeUndefined()
  })

  it('forgets what no credential can outlive', async () => {
    const { decide, store, revoke, runtime, pass } = watch()
    await revoke(runtime.now() + 1)
    await store.revokeAllForSubject('alice', {}, { now: runtime.now() })
    decide()
    await settle()
    expect(decide()).toBe(true)
    // One that asks about it now would have expired long ago: seen from outside, forgetting is all that there is to see.
    for (let minute = 0; minute < 63; minute += 1) {
      decide()
      await pass(60_000)
    }
    decide()
    await settle()
    expect(decide()).toBe(false)
  })

  it('never judges otherwise than the store did within its bound, whatever happens and fails', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 4_000 }),
      act: fc.constantFrom('revoke', 'cut off', 'spare', 'nothing', 'nothing', 'fail', 'mend'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { store, state, runtime, decide, revoke, pass } = watch()
        /** When the store began to call the credential revoked. */
        let revokedAt: number | undefined
        for (const { wait, act } of steps) {
          if (act === 'revoke') await revoke(runtime.now() + 1e9)
          if (act === 'cut off') await store.revokeAllForSubject('alice', {}, { now: runtime.now() })
          if (act === 'spare') await store.revokeAllForSubject('alice', { except: ALICE.id }, { now: runtime.now() })
          if (act === 'fail' || act === 'mend') state.down = act === 'fail'
          if (await store.isRevoked(CREDENTIAL, { now: runtime.now() })) revokedAt ??= runtime.now()
          await pass(wait)
          const answer = decide()
          if (answer === true) expect(revokedAt).toBeDefined()
          if (answer === false && revokedAt !== undefined) {
            expect(runtime.now() - revokedAt).toBeLessThanOrEqual(POLICY.staleAfter)
          }
          await settle()
        }
      }),
    )
  })
})
