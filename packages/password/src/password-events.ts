/**
 * What password logins tell the application about, apart from answers.
 *
 * @module
 */

import type { PasswordMismatch } from './hasher.ts'
import type { LoginLimit } from './login-limiter.ts'

/** Why a password was refused. */
export type PasswordRefusal = PasswordMismatch | 'unknown_login' | 'disabled'

/**
 * A security event. No event holds a password, a hash, an address or what was typed as a login name: people type their password there.
 *
 * - `password_accepted`: the password is right. Whether a session came of it, the events of the core tell.
 * - `password_refused`: with the reason that the client does not see. `subject` is null for a login name that nobody has.
 * - `password_throttled`: too many attempts; nothing was looked up and nothing was hashed.
 * - `password_rehashed`: the stored hash was replaced by one of the current parameters.
 * - `password_rehash_failed`: it was not. `changed`: the hash was replaced by another request. `unavailable`: the hasher or the table.
 * - `password_changed`: a new password holds, and the other sessions of the subject have ended.
 */
export type PasswordEvent =
  | { readonly type: 'password_accepted'; readonly subject: string }
  | { readonly type: 'password_refused'; readonly reason: PasswordRefusal; readonly subject: string | null }
  | { readonly type: 'password_throttled'; readonly by: LoginLimit; readonly retryAfter: number }
  | { readonly type: 'password_rehashed'; readonly subject: string }
  | {
      readonly type: 'password_rehash_failed'
      readonly reason: 'changed' | 'unavailable'
      readonly subject: string
    }
  | { readonly type: 'password_changed'; readonly subject: string }

/** Receives events, synchronously, in the order in which they happen. What it throws is ignored; a promise that it returns is not awaited. */
export type PasswordEventListener = (event: PasswordEvent) => void

/** Wraps a listener so that it can break nothing. */
export function createEmitter(listener: PasswordEventListener | undefined): PasswordEventListener {
  return (event) => {
    try {
      // A promise in place of nothing is allowed by the type, and its rejection would end the process.
      const returned: unknown = listener?.(Object.freeze(event))
      if (returned instanceof Promise) returned.catch(() => {})
    } catch {
      // A failing logger never turns into a failing login.
    }
  }
}
