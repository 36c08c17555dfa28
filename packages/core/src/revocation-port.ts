/**
 * The interface of stores that remember what was revoked. `describeRevocationStore` in `@latchkey/testing` proves it.
 *
 * @module
 */

import type { ExpirySweep, StoreCall } from './ports.ts'

/** What of a credential, that is kept in no store, tells whether it was revoked: of a sealed session, or of an access token. */
export interface RevocableCredential {
  /**
   * What it may have been revoked by: the id of its session, the id of its token (`jti`), or both. Ids of the two kinds have different
   * lengths (32 and 22 characters), so that none is taken for one of the other kind.
   */
  readonly ids: readonly string[]
  /** Whose it is; null while nobody has logged in. */
  readonly subject: string | null
  /** The subject's epoch that was read before its login was judged. */
  readonly epoch: number
}

/** What was revoked by itself: a session or a token, by its id *and* its subject. */
export interface Revocation {
  /** The id of a session, or of a token (`jti`). */
  readonly id: string
  /** Whose it was. Who names another's id revokes nothing. */
  readonly subject: string | null
  /** From then on it may be forgotten, in epoch milliseconds: what it revokes has ended by itself. */
  readonly until: number
}

/** The end of everything that a subject had at a moment. */
export interface SubjectCutOff {
  /** Whose. */
  readonly subject: string
  /** What stands below it has ended, but for the exception. */
  readonly epoch: number
  /** The id of the exception, most often a session; null where there is none. */
  readonly spared: string | null
  /** The exception lives on if its own epoch is at least this: it had not ended before. */
  readonly floor: number
}

/** What a store has been told since some time. */
export interface RevocationChanges {
  /** In no order; no pair of id and subject twice. */
  readonly revoked: readonly Revocation[]
  /** In no order; no subject twice. */
  readonly cutOffs: readonly SubjectCutOff[]
}

/**
 * Remembers what has ended before its time, where the credentials themselves are kept by their clients. What was revoked stays so.
 * Each call is atomic; a method rejects only when the store is out of reach or the call was aborted.
 */
export interface RevocationStore extends ExpirySweep {
  /**
   * Tells whether a credential has ended: one of its ids was revoked under its subject, or its `epoch` is below its subject's and none of
   * its ids is the exception. The judgement is `decideRevocation`. One round trip, as it may be made for every request.
   */
  isRevoked(credential: RevocableCredential, call: StoreCall): Promise<boolean>

  /**
   * Revokes one session or one token: what has this id *and* this subject. From `until` on, in epoch milliseconds, it may be forgotten;
   * a second call never brings that nearer. True: it was not revoked by such a call before.
   */
  revoke(revoked: Pick<Revocation, 'id' | 'subject'>, until: number, call: StoreCall): Promise<boolean>

  /** The subject's epoch, 0 for a subject never seen. A login reads it before the password is checked. */
  epochOf(subject: string, call: StoreCall): Promise<number>

  /**
   * Raises the subject's epoch to `max(epoch + 1, now, atLeast)`, which ends everything of the subject at once. What has `except` among
   * its ids lives on if it was alive: if its own epoch was not below the subject's, or it was the exception of the call before.
   *
   * `atLeast` keeps this epoch in step with that of another store, such as the one that has the subject's sessions. A safe integer;
   * default 0.
   */
  revokeAllForSubject(
    subject: string,
    options: { readonly except?: string; readonly atLeast?: number },
    call: StoreCall,
  ): Promise<void>

  /**
   * Everything that a copy of this store has to learn to judge as this store does: all that was written by a call whose `now` was at
   * least `since`, and that may not be forgotten yet. It may give more. It never misses what was written by a call that had resolved before
   * this one was made.
   *
   * The times are those of the writers' clocks. Whoever asks again and again asks from somewhat before the time of the last question, for
   * clocks that differ and for writes that were under way. What is older than any credential can be is of no use to anybody.
   */
  changedSince(since: number, call: StoreCall): Promise<RevocationChanges>
}
