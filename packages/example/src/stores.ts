/**
 * What an application keeps in its store.
 *
 * @module
 */

import type { JsonObject, RevocationStore, SessionStrategy, TokenStore } from '@latchkey/core'
import type { CreateRateCounter } from '@latchkey/password'
import type { Database } from './database.ts'

/** The stores of an application. Users and notes are not among it: they stay in the application's own database. */
export interface AppStores {
  readonly sessions: SessionStrategy<JsonObject>
  /** For access tokens that ended before their time. */
  readonly revocations: RevocationStore
  /** For reset tokens and API keys. */
  readonly tokens: TokenStore
  /** Makes the counters of attempts; undefined: they are in the memory of this process. */
  readonly createCounter: CreateRateCounter | undefined
  /** False where a session is in its cookie and nowhere else: nobody can list sessions, and there are no refresh tokens. */
  readonly keepsSessions: boolean
  /** Closes the connections. */
  close(): Promise<void>
}

/** Where a store is, and who is told of it. */
export interface StorePlace {
  /** The application's own database. */
  readonly db: Database
  /** The address of a server, or the path of a file. Undefined: where `db` is, or nowhere. */
  readonly url: string | undefined
  /** What the names of tables and keys begin with: lower-case letters, digits and `_`. Default `latchkey_`. */
  readonly prefix?: string
  /** Told of connections that are lost while nobody waits for them. */
  readonly onError: (error: unknown) => void
}
