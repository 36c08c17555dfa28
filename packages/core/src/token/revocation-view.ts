/**
 * A copy of what was revoked lately, kept current by asking the store.
 *
 * @module
 */

import type { Runtime } from '../ports.ts'
import { decideRevocation, learnRevocations, type GrowingRevocations } from '../revocation.ts'
import type { RevocableCredential, Revocation, RevocationChanges } from '../revocation-port.ts'
import { readClock } from '../runtime.ts'

/** How a copy is kept, in milliseconds. */
export interface RevocationViewPolicy {
  /** A copy that is older than this is not judged by. */
  readonly staleAfter: number
  /** How often the store is asked while the copy is in use. */
  readonly pollEvery: number
  /** What was revoked longer ago than this concerns no credential that could still be alive. */
  readonly horizon: number
}

/** A copy of what a revocation store knows. */
export interface RevocationView {
  /** Judges a credential by the copy. Undefined when it is older than `staleAfter`: then the store is to be asked. Never throws for a store. */
  decide(credential: RevocableCredential): boolean | undefined
}

/** For clocks of other processes that differ, and for writes that were under way when the store was asked. */
const OVERLAP = 60_000
const NONE: ReadonlyMap<string, Revocation> = new Map()

/**
 * Creates a copy, empty and stale at first. The first `decide` has the store asked, and for as long as the copy is in use it is asked
 * again, `pollEvery` after each answer, by one question at a time. A copy that nobody uses rests, and its timer keeps no process alive.
 *
 * The copy's age counts from the moment at which its last successful question was asked: what had been revoked by then it knows.
 *
 * @param ask `changedSince` of the store. When it rejects, the copy grows older.
 */
export function createRevocationView(
  ask: (since: number) => Promise<RevocationChanges>,
  { staleAfter, pollEvery, horizon }: RevocationViewPolicy,
  runtime: Runtime,
): RevocationView {
  const known: GrowingRevocations = { revoked: new Map(), cutOffs: new Map() }
  /** The ids in it: of most credentials none is there, and then no key is made to find that out. */
  let named = new Set<string>()
  let askedAt: number | undefined
  let awake = false
  let used = false

  async function learn(): Promise<void> {
    const now = readClock(runtime)
    learnRevocations(known, await ask(Math.max(0, (askedAt ?? now - horizon) - OVERLAP)))
    askedAt = now
    forget(now - OVERLAP)
  }

  function wake(): void {
    if (awake) return
    awake = true
    used = false
    // After a failure the copy grows older, until the store itself is asked and tells what is wrong.
    learn().then(rest, rest)
  }

  function rest(): void {
    runtime.startTimer(pollEvery, () => {
      awake = false
      if (used) wake()
    })
  }

  function forget(before: number): void {
    named = new Set()
    for (const [key, { id, until }] of known.revoked) {
      if (until <= before) known.revoked.delete(key)
      else named.add(id)
    }
    // An epoch is never less than the time of its cut-off, and what stood below that has expired by itself.
    for (const [subject, { epoch }] of known.cutOffs) if (epoch + horizon <= before) known.cutOffs.delete(subject)
  }

  return {
    decide(credential) {
      const now = readClock(runtime)
      used = true
      wake()
      // A clock that went back says nothing about the copy's age.
      if (askedAt === undefined || now - askedAt > staleAfter || now < askedAt) return undefined
      const revoked = credential.ids.some((id) => named.has(id)) ? known.revoked : NONE
      return decideRevocation(credential, { revoked, cutOffs: known.cutOffs })
    },
  }
}
