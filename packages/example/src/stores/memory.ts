/**
 * Everything in the memory of this process, and gone with it.
 *
 * @module
 */

import {
  createMemoryRevocationStore,
  createMemorySessionStore,
  createMemoryTokenStore,
  storedSessions,
} from '@latchkey/core'
import type { AppStores } from '../stores.ts'

/** Creates stores that a restart empties: a logout of everybody, and of every API key. */
export function memoryStores(): AppStores {
  return {
    sessions: storedSessions(createMemorySessionStore()),
    revocations: createMemoryRevocationStore(),
    tokens: createMemoryTokenStore(),
    createCounter: undefined,
    keepsSessions: true,
    close: () => Promise.resolve(),
  }
}
