/**
 * The interfaces that others implement: stores, the user lookup, the runtime. Every method's docblock is its contract;
 * `describeSessionStore` in `@latchkey/testing` proves it.
 *
 * @module
 */

import type { JsonObject } from './json.ts'

/** The clock, the timers and the source of randomness. The package has no other. */
export interface Runtime {
  /** Epoch milliseconds, an integer. */
  now(): number
  /** That many bytes from a cryptographically secure source. */
  randomBytes(length: number): Uint8Array<ArrayBuffer>
  /**
   * Runs a callback once, so many milliseconds from now, unless the function that it gives back is called before. A timer must
   * not keep a process alive.
   */
  startTimer(milliseconds: number, callback: () => void): () => void
}

/** Whether a user may go on. */
export type UserStatus = 'active' | 'disabled'

/**
 * Finds the application's own user for a subject. The library never owns the user table. What a method throws becomes an
 * `UnavailableError`: a lookup that fails is a 503, never a 401.
 */
export interface UserLookup<User> {
  /** Present: the user. Absent: null or undefined. */
  findById(subject: string): Promise<User | null | undefined> | User | null | undefined
  /**
   * Tells whether a user may go on, where nothing else of the user is needed: at a refresh, and behind an API key. Absent: null or
   * undefined. Default: whoever `findById` finds is active.
   */
  statusOf?(subject: string): Promise<UserStatus | null | undefined> | UserStatus | null | undefined
}

/** One session as a store keeps it. Plain data; times are integer epoch milliseconds from the caller's clock. */
export interface SessionRecord {
  /** 16 random bytes in lower-case hex. Public. */
  readonly id: string
  /** How the credential travels; fixed at login. */
  readonly carrier: 'cookie' | 'refresh'
  /** Null while nobody has logged in. */
  readonly subject: string | null
  /** What the session may do. */
  readonly scopes: readonly string[]
  /** When the subject last proved its identity; null while nobody has. */
  readonly authenticatedAt: number | null
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  /** The authentication context class; null when none was recorded. */
  readonly acr: string | null
  /** Which root secret the credential's secret is derived from. */
  readonly keyId: number
  /** 32 random bytes in base64url; changes with every change of privilege. */
  readonly salt: string
  /** The credential generation that is current: 0 to 2^31-1. */
  readonly generation: number
  /** The generation whose exchange made the current one; null before the first. */
  readonly previous: number | null
  /** When the current generation was made; null for the first. */
  readonly rotatedAt: number | null
  /** The subject's epoch that was read before the login was judged. */
  readonly epoch: number
  /** When the session began. */
  readonly createdAt: number
  /** When it was last seen in use; exact to the throttle of renewals. */
  readonly lastSeenAt: number
  /** When it ends unless it is used before. */
  readonly idleExpiresAt: number
  /** When it ends in any case. */
  readonly absoluteExpiresAt: number
  /** 0 at creation, one more with each `update`. */
  readonly version: number
  /** What a device list shows, such as a browser's name. At most 200 characters. */
  readonly label: string | null
  /** The `User-Agent` of the client that began it, for device lists and never judged. At most 256 UTF-16 code units; null when there was none. */
  readonly userAgent: string | null
  /** The network address that the application named, for device lists and never judged. At most 64 UTF-16 code units; null for none. */
  readonly address: string | null
  /** Whether its cookie outlives the browser. Fixed when it begins; both timeouts hold either way. */
  readonly persistent: boolean
  /** The version of the schema that `data` was written by: a whole number from 0. */
  readonly dataVersion: number
  /** The application's values. */
  readonly data: JsonObject
}

/** The fields of a record that `update` may change. */
export type SessionChanges = Partial<
  Pick<
    SessionRecord,
    | 'scopes'
    | 'authenticatedAt'
    | 'amr'
    | 'acr'
    | 'keyId'
    | 'salt'
    | 'generation'
    | 'previous'
    | 'rotatedAt'
    | 'lastSeenAt'
    | 'idleExpiresAt'
    | 'label'
    | 'userAgent'
    | 'address'
    | 'dataVersion'
    | 'data'
  >
>

/** What every store call takes last. */
export interface StoreCall {
  /** The caller's time in epoch milliseconds. A store judges by this and never by a clock of its own. */
  readonly now: number
  /**
   * Aborted once nobody waits for the answer any more. A call whose signal is aborted when it begins rejects with the signal's reason and sends
   * nothing. Of one that is aborted later, what was sent may still take effect, what was not had better not be sent, and its promise may settle
   * either way: whoever gave it up has told its own caller already.
   */
  readonly signal?: AbortSignal
  /**
   * Told the id of a row that stands but cannot be decoded: broken, or of a form that this release does not know. Such a row is dead,
   * so that nobody is locked out by an error; whoever calls may want to know. Must not throw.
   */
  readonly onUndecodable?: (id: string) => void
}

/** What `touch` is told of the record that it renews. */
export type TouchedRecord = Pick<SessionRecord, 'id' | 'subject' | 'epoch' | 'absoluteExpiresAt'>

/** The answer to `update`: the new version, or why nothing was written. */
export type UpdateResult =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly why: 'gone' | 'conflict' }

/**
 * Keeps session records. Each call is atomic, whatever else runs in this or any other process. A method rejects only
 * when the store is out of reach or the call was aborted; every other outcome is a value.
 *
 * A record is *dead* when it was destroyed, when `now` has reached `idleExpiresAt` or `absoluteExpiresAt`, or when its
 * `epoch` is below its subject's. Dead records never come back: for every method they are as if absent, whether or
 * not a row still stands.
 */
export interface SessionStore {
  /**
   * Adds a record. Never overwrites.
   *
   * `exists`: a row of this id stands, dead or alive; nothing was written. `cut_off`: `record.epoch` is below the
   * subject's epoch; nothing was written. `now` is not compared with the record's expiry.
   */
  create(record: SessionRecord, call: StoreCall): Promise<'created' | 'exists' | 'cut_off'>

  /**
   * Present and alive: the record, equal to what was written, and sharing no object with the store. Dead or absent: null; so is a row
   * that cannot be decoded, of which `onUndecodable` is told. Writes nothing.
   */
  read(id: string, call: StoreCall): Promise<SessionRecord | null>

  /**
   * Changes the named fields of a live record if its version is still `ifVersion`, and raises the version by one.
   * Never inserts. `gone`: dead or absent. `conflict`: alive, at another version.
   */
  update(id: string, ifVersion: number, changes: SessionChanges, call: StoreCall): Promise<UpdateResult>

  /**
   * Renews a live record without raising its version, so that it never conflicts with a write. Monotone: neither value
   * moves back, and `idleExpiresAt` is capped at the record's `absoluteExpiresAt`. Never inserts.
   * True: the record is alive. False: dead or absent.
   *
   * `touched` is the record as it was read before, or what is asked for of it. It names the record, and saves a store that keeps
   * a subject's sessions elsewhere from waiting for what it would otherwise have to look up first; its `epoch` may be old by now.
   */
  touch(touched: TouchedRecord, lastSeenAt: number, idleExpiresAt: number, call: StoreCall): Promise<boolean>

  /** Removes a record. True: it was alive. False: it was dead or absent, which is no error. */
  destroy(id: string, call: StoreCall): Promise<boolean>
}

/** What a device list may know of a session. */
export type SessionInfo = Pick<
  SessionRecord,
  | 'id'
  | 'carrier'
  | 'authenticatedAt'
  | 'createdAt'
  | 'lastSeenAt'
  | 'idleExpiresAt'
  | 'absoluteExpiresAt'
  | 'label'
  | 'userAgent'
  | 'address'
  | 'persistent'
>

/**
 * Finds and ends the sessions of one subject.
 *
 * The cut-off is an integer epoch per subject, 0 for a subject never seen. Records below it are dead and cannot be
 * created. It is compared with nothing but records' epochs, so that neither skewed clocks nor two events in one
 * millisecond let a session slip through.
 */
export interface SubjectSessions {
  /** The live sessions of a subject, newest first by `createdAt`. */
  listBySubject(subject: string, call: StoreCall): Promise<SessionInfo[]>

  /** The subject's epoch. A login reads it before the password is checked and hands it to `create`. */
  epochOf(subject: string, call: StoreCall): Promise<number>

  /**
   * Raises the subject's epoch to `max(epoch + 1, now)`, which ends every session of the subject at once. The live session
   * `except`, if it is the subject's, moves up in the same step and lives on. Returns how many live sessions ended.
   */
  destroyAllForSubject(subject: string, options: { readonly except?: string }, call: StoreCall): Promise<number>
}

/** Clears away what is dead. Never needed for correctness: dead records are dead whether or not they are swept. */
export interface ExpirySweep {
  /** Removes at most `limit` dead rows (of a `RevocationStore`: forgotten ones) and returns how many. Never removes a live record. Call again while it returns `limit`. */
  deleteExpired(limit: number, call: StoreCall): Promise<number>
}
