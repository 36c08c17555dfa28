/**
 * Random sequences of calls, against a model that never forgets and a copy that is kept current.
 *
 * @module
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decideRevocation,
  learnRevocations,
  type GrowingRevocations,
  type RevocableCredential,
  type RevocationStore,
} from '@latchkey/core'
import { tokenIdOf } from './credentials.ts'
import type { RevocationStoreHarness } from './harness.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

/** How far back a copy asks beyond its last question. More than clocks differ here. */
const OVERLAP = 5

type Step =
  | { readonly kind: 'log in'; readonly subject: string | null }
  | { readonly kind: 'revoke session' | 'revoke token'; readonly index: number; readonly skew: number }
  | { readonly kind: 'cut off'; readonly subject: string; readonly except: number | undefined; readonly skew: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'wait' }

const subject = fc.constantFrom('alice', 'bob')
const skew = fc.integer({ min: -2, max: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('log in' as const), subject: fc.option(subject) }),
  fc.record({ kind: fc.constantFrom('revoke session', 'revoke token'), index: fc.nat(9), skew }),
  fc.record({ kind: fc.constant('cut off' as const), subject, except: fc.option(fc.nat(9), { nil: undefined }), skew }),
  fc.record({ kind: fc.constant('sweep' as const) }),
  fc.record({ kind: fc.constant('wait' as const) }),
)

/** A session and one token of it. */
interface Login {
  readonly sessionId: string
  readonly tokenId: string
  readonly subject: string | null
  readonly epoch: number
}

/** Everything that logged in, and what of it still lives. */
class Model {
  readonly logins: Login[] = []
  readonly #sessions = new Set<Login>()
  readonly #tokens = new Set<Login>()
  time = NOW

  async apply(taken: Step, store: RevocationStore): Promise<void> {
    const call = at(this.time + ('skew' in taken ? taken.skew : 0))
    if (taken.kind === 'log in') {
      const number = this.logins.length
      const epoch = taken.subject === null ? 0 : await store.epochOf(taken.subject, call)
      const login = { sessionId: idOf(number), tokenId: tokenIdOf(number), subject: taken.subject, epoch }
      this.logins.push(login)
      this.#sessions.add(login)
      this.#tokens.add(login)
    }
    if (taken.kind === 'revoke session' || taken.kind === 'revoke token') {
      const login = this.logins[taken.index]
      if (login === undefined) return
      const [id, alive] =
        taken.kind === 'revoke session' ? [login.sessionId, this.#sessions] : [login.tokenId, this.#tokens]
      await store.revoke({ id, subject: login.subject }, NOW + 9_999_999, call)
      alive.delete(login)
    }
    if (taken.kind === 'cut off') {
      const spared = taken.except === undefined ? undefined : this.logins[taken.except]
      await store.revokeAllForSubject(taken.subject, spared === undefined ? {} : { except: spared.sessionId }, call)
      for (const login of this.logins) {
        if (login.subject === taken.subject && login !== spared) this.#sessions.delete(login)
      }
    }
    if (taken.kind === 'sweep') await store.deleteExpired(10, call)
    if (taken.kind === 'wait') this.time += 10
  }

  /** Each session, and each token of one, with whether it has ended. */
  expected(): readonly (readonly [RevocableCredential, boolean])[] {
    return this.logins.flatMap((login) => {
      const { sessionId, tokenId, subject: whose, epoch } = login
      const isAlive = this.#sessions.has(login)
      return [
        [{ ids: [sessionId], subject: whose, epoch }, !isAlive],
        [{ ids: [tokenId, sessionId], subject: whose, epoch }, !isAlive || !this.#tokens.has(login)],
      ] as const
    })
  }
}

/** Defines the model test. */
export function describeRevocationModel(
  makeHarness: () => RevocationStoreHarness | Promise<RevocationStoreHarness>,
): void {
  describe('a revocation store under any calls', () => {
    it('lets live exactly what nothing has ended, and so does a copy that is kept current', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const { store, close } = await makeHarness()
          const model = new Model()
          const copy: GrowingRevocations = { revoked: new Map(), cutOffs: new Map() }
          let asked = 0
          for (const taken of steps) {
            await model.apply(taken, store)
            const expected = model.expected()
            const judged = await Promise.all(
              expected.map(([credential]) => store.isRevoked(credential, at(model.time))),
            )
            expect(judged).toEqual(expected.map(([, isRevoked]) => isRevoked))
            learnRevocations(copy, await store.changedSince(asked - OVERLAP, at(model.time)))
            asked = model.time
            expect(expected.map(([credential]) => decideRevocation(credential, copy))).toEqual(judged)
          }
          await close()
        }),
      )
    })
  })
}
