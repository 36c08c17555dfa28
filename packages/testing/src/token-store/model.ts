/**
 * Any sequence of calls answers as the store in memory does.
 *
 * @module
 */

import { createMemoryTokenStore, type TokenStore } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, DIGEST, idOf, NOW, tokenOf, type TokenStoreHarness } from './harness.ts'

/** One call, by value, so that a failing sequence can be read. */
type Command =
  | {
      readonly call: 'create'
      readonly id: string
      readonly subject: string
      readonly purpose: string
      readonly life: number | null
    }
  | { readonly call: 'read' | 'revoke'; readonly id: string }
  | { readonly call: 'consume'; readonly id: string; readonly digest: string }
  | { readonly call: 'touch'; readonly id: string; readonly lastUsedAt: number; readonly ifBefore: number }
  | { readonly call: 'list' | 'revokeAll'; readonly subject: string; readonly purpose: string }
  | { readonly call: 'deleteExpired' }

const id = fc.integer({ min: 0, max: 4 }).map(idOf)
const owner = { subject: fc.constantFrom('alice', 'bob'), purpose: fc.constantFrom('reset', 'verify') }
const time = fc.integer({ min: NOW - 3, max: NOW + 12 })
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    call: fc.constant('create' as const),
    id,
    ...owner,
    life: fc.option(fc.integer({ min: -1, max: 8 }), { nil: null }),
  }),
  fc.record({ call: fc.constantFrom('read', 'revoke'), id }),
  fc.record({ call: fc.constant('consume' as const), id, digest: fc.constantFrom(DIGEST, 'other') }),
  fc.record({ call: fc.constant('touch' as const), id, lastUsedAt: time, ifBefore: time }),
  fc.record({ call: fc.constantFrom('list', 'revokeAll'), ...owner }),
  fc.record({ call: fc.constant('deleteExpired' as const) }),
)
const steps = fc.array(fc.record({ command, wait: fc.integer({ min: 0, max: 2 }) }), { maxLength: 25 })

async function send(store: TokenStore, now: number, sent: Command): Promise<unknown> {
  const call = at(now)
  switch (sent.call) {
    case 'create': {
      const { subject, purpose, life } = sent
      const expiresAt = life === null ? null : now + life
      return store.create(tokenOf({ id: sent.id, subject, purpose, createdAt: now, expiresAt, data: { now } }), call)
    }
    case 'read':
      return store.read(sent.id, call)
    case 'revoke':
      return store.revoke(sent.id, call)
    case 'consume':
      return store.consume(sent.id, sent.digest, call)
    case 'touch':
      return store.touch(sent.id, sent.lastUsedAt, sent.ifBefore, call)
    case 'list': {
      const listed = await store.listBySubject(sent.subject, sent.purpose, call)
      // The order of tokens of one moment is left open.
      return listed.toSorted((one, other) => (one.id < other.id ? -1 : 1))
    }
    case 'revokeAll':
      return store.revokeAll(sent.subject, sent.purpose, call)
    case 'deleteExpired':
      return store.deleteExpired(100, call)
  }
}

/** Defines the test of sequences of calls. */
export function describeTokenModel(makeHarness: () => TokenStoreHarness | Promise<TokenStoreHarness>): void {
  describe('any sequence of calls', () => {
    it('answers as the store in memory does', { timeout: 60_000 }, async () => {
      const run = async (sequence: readonly { readonly command: Command; readonly wait: number }[]): Promise<void> => {
        const { store, expiresByItself = false, close } = await makeHarness()
        const model = createMemoryTokenStore()
        try {
          let now = NOW
          for (const { command: sent, wait } of sequence) {
            now += wait
            if (sent.call === 'deleteExpired' && expiresByItself) continue
            expect(await send(store, now, sent)).toEqual(await send(model, now, sent))
          }
        } finally {
          await close()
        }
      }
      await fc.assert(fc.asyncProperty(steps, run), { numRuns: 40 })
    })
  })
}
