/**
 * The interface of stores for one-time tokens and API keys. `describeTokenStore` in `@latchkey/testing` proves it.
 *
 * @module
 */

import type { JsonObject } from './json.ts'
import type { ExpirySweep, StoreCall } from './ports.ts'

/** One token as a store keeps it. Plain data; times are integer epoch milliseconds from the caller's clock. */
export interface TokenRecord {
  /** 16 random bytes in lower-case hex. Public: the first half of the token. */
  readonly id: string
  /** What the token is good for. 1 to 255 characters. Fixed. */
  readonly purpose: string
  /** Whom the token is for. Fixed. */
  readonly subject: string
  /** The digest of the token's secret half in base64url; the secret itself is kept nowhere. Fixed. */
  readonly digest: string
  /** When the token was issued. Fixed. */
  readonly createdAt: number
  /** When it ends in any case; null: never. Fixed. */
  readonly expiresAt: number | null
  /** When it was last seen in use, exact to the caller's throttle; null while it was not. */
  readonly lastUsedAt: number | null
  /** The application's values. Fixed. */
  readonly data: JsonObject
}

/** What a list of tokens may know of one: everything but the digest. */
export type TokenInfo = Omit<TokenRecord, 'digest'>

/**
 * Keeps one-time tokens and API keys. Each call is atomic for one token, whatever else runs in this or any other process.
 * A method rejects only when the store is out of reach or the call was aborted; every other outcome is a value.
 *
 * A token is *gone* when it was consumed or revoked; what is gone never comes back. It is *expired* when `now` has reached
 * `expiresAt`. An expired token is still read while its row stands, so that its owner can be told why it was refused; it
 * is neither consumed nor listed nor touched.
 */
export interface TokenStore extends ExpirySweep {
  /**
   * Adds a token. Never overwrites. `exists`: a row of this id stands, expired or not; nothing was written. `now` is not
   * compared with `expiresAt`.
   */
  create(record: TokenRecord, call: StoreCall): Promise<'created' | 'exists'>

  /**
   * Present, expired or not: the token, equal to what was written but for `lastUsedAt`, and sharing no object with the store.
   * Gone or absent: null; so may an expired one be. Writes nothing.
   */
  read(id: string, call: StoreCall): Promise<TokenRecord | null>

  /**
   * Uses a token up: removes it if it has not expired and its digest is the given one. True: it was there, and this call
   * removed it; of any number of calls at the same time, one answers true. False: nothing was written. The digest is
   * compared for equality; whoever presents a secret must have compared in constant time before.
   */
  consume(id: string, digest: string, call: StoreCall): Promise<boolean>

  /**
   * Notes a use of a token that has not expired: sets `lastUsedAt` where it is null, or at most `ifBefore` and earlier than the
   * given time; so of many calls within a throttle one writes. Never inserts. True: the token is there and has not
   * expired. False: it is gone, absent or expired.
   */
  touch(id: string, lastUsedAt: number, ifBefore: number, call: StoreCall): Promise<boolean>

  /** The unexpired tokens of a subject and purpose, newest first by `createdAt`. */
  listBySubject(subject: string, purpose: string, call: StoreCall): Promise<TokenInfo[]>

  /** Removes a token, expired or not. True: it was there and had not expired. False otherwise, which is no error. */
  revoke(id: string, call: StoreCall): Promise<boolean>

  /**
   * Removes every token of a subject and purpose whose `create` resolved before this call, and returns how many of those that
   * it removed had not expired. Each is counted by one call. When it rejects, some may be left: call it again.
   */
  revokeAll(subject: string, purpose: string, call: StoreCall): Promise<number>
}
