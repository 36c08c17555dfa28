/**
 * A token store that counts its calls and can be looked behind, for the tests of this package.
 *
 * @module
 */

import { createMemoryTokenStore, type TokenRecord, type TokenStore } from '@latchkey/core'

/** A token store in the hands of a test. */
export interface TestTokenStore {
  readonly store: TokenStore
  /** The names of the calls so far, in order. */
  readonly calls: string[]
  /** Every record that was ever written. */
  readonly written: TokenRecord[]
  /** What runs before and after each call; to be set by a test. */
  readonly hooks: { before?: (call: string) => unknown; after?: (call: string) => unknown }
}

/** Creates a token store in memory whose calls a test sees, holds back and lets fail. */
export function createTestTokenStore(): TestTokenStore {
  const kept = createMemoryTokenStore()
  const calls: string[] = []
  const written: TokenRecord[] = []
  const hooks: TestTokenStore['hooks'] = {}

  async function around<Answer>(call: string, run: () => Promise<Answer>): Promise<Answer> {
    calls.push(call)
    await hooks.before?.(call)
    const answer = await run()
    await hooks.after?.(call)
    return answer
  }

  const store: TokenStore = {
    create: (record, call) => around('create', () => (written.push(record), kept.create(record, call))),
    read: (id, call) => around('read', () => kept.read(id, call)),
    consume: (id, digest, call) => around('consume', () => kept.consume(id, digest, call)),
    touch: (id, lastUsedAt, ifBefore, call) => around('touch', () => kept.touch(id, lastUsedAt, ifBefore, call)),
    listBySubject: (subject, purpose, call) =>
      around('listBySubject', () => kept.listBySubject(subject, purpose, call)),
    revoke: (id, call) => around('revoke', () => kept.revoke(id, call)),
    revokeAll: (subject, purpose, call) => around('revokeAll', () => kept.revokeAll(subject, purpose, call)),
    deleteExpired: (limit, call) => around('deleteExpired', () => kept.deleteExpired(limit, call)),
  }
  return { store, calls, written, hooks }
}
