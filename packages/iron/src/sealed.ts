/**
 * The strategy of sealed sessions, as `createAuth` takes it.
 *
 * @module
 */

import type { JsonObject, SessionGround, SessionStrategy } from '@latchkey/core'
import { resolveSealedOptions, type SealedSessionOptions } from './options.ts'
import { createSealedEngine } from './sealed-engine.ts'

/**
 * Keeps each session in its cookie, sealed, and nowhere else: nothing to operate, and no call to a store. Weaker than stored sessions.
 * Every write needs an open response and sends the cookie anew; of parallel writes the cookie that arrives last wins, whole; an earlier
 * copy of the cookie shows earlier values for as long as it lives, so keep no counter, no lock and nothing for one use in it; a flash
 * message is shown once by each copy. A session fits into 4096 bytes or the write is a `UsageError` (`cookie_too_large`).
 *
 * Without `revocations` a logout deletes the cookie and ends no copy (`revoked: false`). Always a `UsageError`
 * (`not_configured`): lists of sessions, logins with tokens; and without `revocations`: revoking one session or all of them. `revokeAll`
 * counts nothing and answers 0; `revokeSession` answers true for an id that it has not heard of. `rotate` gives the session a new id.
 *
 * @throws {ConfigError} For an option that is unknown, out of range, or contradicts another.
 */
export function sealedSessions<Data extends object = JsonObject>(
  options: SealedSessionOptions<Data> = {},
): SessionStrategy<Data> {
  const settings = resolveSealedOptions(options)
  return Object.freeze({ bind: (ground: SessionGround) => createSealedEngine(settings, ground) })
}
