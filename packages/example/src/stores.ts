/**
 * Where sessions and tokens are kept.
 *
 * @module
 */

import { storedSessions, type JsonObject, type SessionStrategy, type TokenStore } from '@latchkey/core'
import { kyselySessionStore, kyselyTokenStore } from '@latchkey/kysely'
import type { Database } from './database.ts'

/** The stores of an application. */
export interface AppStores {
  readonly sessions: SessionStrategy<JsonObject>
  /** For reset tokens and API keys. */
  readonly tokens: TokenStore
}

/** The stores in the application's own database. */
export function sqliteStores(db: Database): AppStores {
  return { sessions: storedSessions(kyselySessionStore(db)), tokens: kyselyTokenStore(db) }
}
