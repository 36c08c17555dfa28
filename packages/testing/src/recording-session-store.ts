/**
 * A session store that remembers what it was asked and what it answered.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'
import { interceptSessionStore, type SessionStoreCallName } from './intercepted-session-store.ts'

/** One call of a store. */
export interface RecordedCall {
  /** Which. */
  readonly name: SessionStoreCallName
  /** What it was called with, but for what every call takes last. A copy. */
  readonly args: readonly unknown[]
  /** The time that it was told. */
  readonly now: number
  /** How it ended: with an answer, of which this is a copy, or with an error; `pending` while it has not. */
  readonly outcome: { readonly answer: unknown } | { readonly error: unknown } | 'pending'
}

/** A store and its log. */
export interface RecordingSessionStore {
  /** The store to hand to `storedSessions`. */
  readonly store: SessionStoreParts
  /** All calls so far, in the order in which they were made. */
  readonly calls: readonly RecordedCall[]
  /** Those of them that may write: every one but `read`, `listBySubject` and `epochOf`. */
  readonly writes: readonly RecordedCall[]
  /** All that went in and out, as text: for the test that no secret is in it. */
  text(): string
  /** Empties the log. */
  forget(): void
}

const READS: ReadonlySet<SessionStoreCallName> = new Set(['read', 'listBySubject', 'epochOf'])

/** Wraps a store. The store underneath is the real one, and works as without. */
export function createRecordingSessionStore(store: SessionStoreParts): RecordingSessionStore {
  const calls: { -readonly [Member in keyof RecordedCall]: RecordedCall[Member] }[] = []
  const entries = new WeakMap<readonly unknown[], (typeof calls)[number]>()

  function end(args: readonly unknown[], outcome: RecordedCall['outcome']): void {
    const entry = entries.get(args)
    if (entry !== undefined) entry.outcome = outcome
  }

  return {
    store: interceptSessionStore(store, {
      before(name, args) {
        const { now } = args.at(-1) as { readonly now: number }
        const entry = { name, args: structuredClone(args.slice(0, -1)), now, outcome: 'pending' as const }
        calls.push(entry)
        entries.set(args, entry)
      },
      after: (_name, args, answer) => end(args, { answer: structuredClone(answer) }),
      failed: (_name, args, error) => end(args, { error }),
    }),
    calls,
    get writes() {
      return calls.filter(({ name }) => !READS.has(name))
    },
    text: () => JSON.stringify(calls),
    forget() {
      calls.length = 0
    },
  }
}
