/**
 * Random sequences of calls, against a model that never forgets.
 *
 * @module
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RevocationStoreHarness } from './harness.ts'
import { at, idOf, NOW } from '../session-store/records.ts'

interface Session {
  readonly id: string
  readonly subject: string | null
  readonly epoch: number
}

type Step =
  | { readonly kind: 'log in'; readonly subject: string | null }
  | { readonly kind: 'revoke'; readonly index: number }
  | { readonly kind: 'cut off'; readonly subject: string; readonly except: number | undefined; readonly after: number }
  | { readonly kind: 'sweep' }

const subject = fc.constantFrom('alice', 'bob')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('log in' as const), subject: fc.option(subject) }),
  fc.record({ kind: fc.constant('revoke' as const), index: fc.nat(9) }),
  fc.record({
    kind: fc.constant('cut off' as const),
    subject,
    except: fc.option(fc.nat(9), { nil: undefined }),
    after: fc.integer({ min: -2, max: 2 }),
  }),
  fc.record({ kind: fc.constant('sweep' as const) }),
)

/** Defines the model test. */
export function describeRevocationModel(
  makeHarness: () => RevocationStoreHarness | Promise<RevocationStoreHarness>,
): void {
  describe('a revocation store under any calls', () => {
    it('lets live exactly the sessions that nothing has ended', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const { store, close } = await makeHarness()
          const sessions: Session[] = []
          const alive = new Set<Session>()
          for (const [number, one] of steps.entries()) {
            if (one.kind === 'log in') {
              const epoch = one.subject === null ? 0 : await store.epochOf(one.subject, at(NOW))
              const session = { id: idOf(number), subject: one.subject, epoch }
              sessions.push(session)
              alive.add(session)
            }
            if (one.kind === 'revoke') {
              const session = sessions[one.index]
              if (session === undefined) continue
              await store.revoke(session, NOW + 60_000, at(NOW))
              alive.delete(session)
            }
            if (one.kind === 'cut off') {
              const spared = one.except === undefined ? undefined : sessions[one.except]
              const options = spared === undefined ? {} : { except: spared.id }
              await store.revokeAllForSubject(one.subject, options, at(NOW + one.after))
              for (const session of sessions) {
                if (session.subject === one.subject && session !== spared) alive.delete(session)
              }
            }
            if (one.kind === 'sweep') await store.deleteExpired(10, at(NOW))
            const revoked = await Promise.all(sessions.map((session) => store.isRevoked(session, at(NOW))))
            expect(sessions.filter((_, index) => revoked[index] === false)).toEqual([...alive])
          }
          await close()
        }),
      )
    })
  })
}
