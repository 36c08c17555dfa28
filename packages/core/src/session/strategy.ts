/**
 * What `createAuth` takes as `sessions`, and what it asks of it.
 *
 * @module
 */

import type { AuthEvent } from '../events.ts'
import type { Runtime, SessionChanges, SessionInfo, SessionRecord } from '../ports.ts'
import type { RootSecrets } from '../secrets.ts'
import type { ConflictPolicy } from './conflict.ts'
import type { SessionRenewal } from './policy.ts'
import type { RefreshPolicy, RefreshProof } from './refreshing.ts'

/** A way to keep sessions, not yet bound to an application: `storedSessions(...)`. `Data` is the shape of the session's values. */
export interface SessionStrategy<Data extends object> {
  /** Binds the strategy. Called once, by `createAuth`. */
  bind(ground: SessionGround): SessionEngine
  /** Only a type: which values the sessions hold. */
  readonly data?: Data
}

/** What a strategy gets from `createAuth`. */
export interface SessionGround {
  /** The keys of credentials. */
  readonly secrets: RootSecrets
  /** Clock and randomness. */
  readonly runtime: Runtime
  /** Tells the application. Never throws. */
  readonly emit: (event: AuthEvent) => void
  /**
   * Revokes what was issued for a session and is kept nowhere: its access tokens. To be awaited before a session is ended, so that
   * none ends without them; rejects with an `UnavailableError`. Left out where there is nothing of the kind.
   */
  readonly revokeTokens?: (session: Pick<SessionRecord, 'id' | 'subject'>) => Promise<void>
  /** The session cookie: its name, and the most characters that a credential may take in it. */
  readonly cookie: { readonly name: string; readonly capacity: number }
}

/**
 * The outcome of presenting a credential. Everything but `live` is "no session". `undecodable`: genuine and alive, but its values cannot
 * be used here; where a `newer` release wrote them, another process can, and the client is to keep its credential.
 */
export type SessionLoad =
  | { readonly status: 'live'; readonly record: SessionRecord; readonly renewal: SessionRenewal | undefined }
  | { readonly status: 'expired'; readonly record: SessionRecord }
  | { readonly status: 'undecodable'; readonly record: SessionRecord; readonly newer: boolean }
  | { readonly status: 'unknown' }

/** The outcome of presenting a refresh token. `genuine` says nothing about its generation; `policy` is what decides about that. */
export type RefreshLoad =
  | ({ readonly status: 'genuine'; readonly policy: RefreshPolicy } & RefreshProof)
  | { readonly status: 'expired'; readonly record: SessionRecord }
  | { readonly status: 'unknown' }

/** What a new session is made of. What is left out: nothing is known of the client, and the strategy's `persistent` holds. */
export type SessionInit = Pick<
  SessionRecord,
  'carrier' | 'subject' | 'scopes' | 'authenticatedAt' | 'amr' | 'acr' | 'epoch' | 'label' | 'data'
> &
  Partial<Pick<SessionRecord, 'userAgent' | 'address' | 'persistent'>>

/**
 * A session whose use was recorded: the record as it is then, whatever others did to it. `send`: the client is to get its credential with
 * this answer. Otherwise another request has changed the credential, and sends it; this answer must not set the client back.
 */
export interface SessionRenewed {
  /** The newest record. */
  readonly record: SessionRecord
  /** Whether its credential goes out with this answer. */
  readonly send: boolean
}

/** The outcome of asking again whether a session still stands. */
export type SessionCheck =
  | { readonly status: 'live'; readonly record: SessionRecord }
  | { readonly status: 'expired' | 'gone' }

/** The outcome of writing to a session. */
export type SessionWrite =
  | { readonly ok: true; readonly record: SessionRecord }
  | { readonly ok: false; readonly why: 'gone' | 'conflict' }

/**
 * Sessions of one application. Every method rejects with an `UnavailableError` when the store is out of reach, and
 * with nothing else unless it says so, but for a `UsageError` (`not_configured`) where the strategy cannot do what is asked.
 */
export interface SessionEngine {
  /**
   * True where the record lives in the credential and nowhere else. Then nothing is written before the client has the new
   * credential: every write needs an open response, and an earlier copy of the credential still shows the earlier record.
   */
  readonly credentialHoldsRecord: boolean
  /** How a write is settled that another request has overtaken, where the call does not say. */
  readonly onConflict: ConflictPolicy
  /** Judges a credential as the client sent it, of any bytes. A malformed one costs no store call; an unknown one costs one read. */
  load(credential: string): Promise<SessionLoad>
  /** Judges a refresh token as the client sent it, of any bytes. A malformed one costs no store call; an unknown one costs one read. */
  prove(refreshToken: string): Promise<RefreshLoad>
  /** Records activity, and changes the credential where the renewal says so. Null when the session has ended. */
  renew(record: SessionRecord, renewal: SessionRenewal): Promise<SessionRenewed | null>
  /**
   * Makes a new record with a new id. `cut_off`: the subject's sessions were revoked after `epoch` was read.
   *
   * @throws {UsageError} `session_too_large` or `cookie_too_large` when the data passes the limit; `value_invalid` by the schema.
   */
  create(init: SessionInit): Promise<SessionRecord | 'cut_off'>
  /**
   * Changes a record if nobody else has since.
   *
   * @throws {UsageError} `session_too_large` or `cookie_too_large` when the data would pass the limit; `value_invalid` by the schema.
   */
  write(record: SessionRecord, changes: SessionChanges): Promise<SessionWrite>
  /** Gives the record a new credential, so that every one issued before is unknown from then on. */
  rotate(record: SessionRecord, changes: SessionChanges): Promise<SessionWrite>
  /** The live session of this id, if it is the subject's; null otherwise, and where sessions are kept by their clients. */
  find(subject: string, id: string): Promise<SessionRecord | null>
  /** The record as it is now; null when the session has ended. */
  reload(record: SessionRecord): Promise<SessionRecord | null>
  /** Tells what has become of a session, and of the credential that it was opened by. Renews and writes nothing. */
  revalidate(record: SessionRecord): Promise<SessionCheck>
  /** Ends a session. True: it was alive. False: it was not, or nothing can be ended on this side. */
  destroy(record: Pick<SessionRecord, 'id' | 'subject' | 'absoluteExpiresAt'>): Promise<boolean>
  /** What the client is given to present. */
  credentialOf(record: SessionRecord): Promise<string>
  /** The live sessions of a subject, newest first. */
  list(subject: string): Promise<SessionInfo[]>
  /** Ends one session of a subject, never another's. False: none was ended. */
  revoke(subject: string, id: string): Promise<boolean>
  /**
   * Ends all sessions of a subject, all but `except`, and raises its epoch, to `atLeast` where that is higher. Returns how many were alive; 0 where
   * nobody counts them.
   */
  revokeAll(subject: string, except: string | undefined, atLeast?: number): Promise<number>
  /** The subject's epoch, to be read before credentials are checked. */
  epochOf(subject: string): Promise<number>
  /** Removes at most `limit` dead records from the store; returns how many. */
  sweep(limit: number): Promise<number>
}
