/**
 * Sessions in their cookies, and in the application's own database no more than which of them have ended.
 *
 * @module
 */

import { sealedSessions } from '@latchkey/iron'
import type { Kysely } from 'kysely'
import type { AppStores } from '../stores.ts'
import { sqliteStores } from './sqlite.ts'

/** Creates sealed sessions that a logout ends everywhere, copies of the cookie included. Reset tokens and API keys are in the database. */
export function sealedStores<Tables>(db: Kysely<Tables>): AppStores {
  const stores = sqliteStores(db)
  return {
    ...stores,
    sessions: sealedSessions({ revocations: stores.revocations }),
    keepsSessions: false,
  }
}
