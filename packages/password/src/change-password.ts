/**
 * Changing a password.
 *
 * @module
 */

import { UnavailableError, type Auth } from '@latchkey/core'
import type { PasswordHasher } from './hasher.ts'
import type { LoginLimiter } from './login-limiter.ts'
import { checkNewPassword, type NewPasswordOptions, type NewPasswordProblem } from './new-password.ts'
import type { PasswordDenial, PasswordDenials } from './password-denial.ts'
import type { PasswordEventListener, PasswordRefusal } from './password-events.ts'
import { parsePassword } from './password-text.ts'
import { readUser, type FoundUser, type PasswordUserLookup } from './users.ts'

/** A change of a password by its owner, who is logged in. */
export interface PasswordChange {
  /** The subject of the session that asks. */
  readonly subject: string
  /** The password until now. Untrusted. */
  readonly current: unknown
  /** The password from now on. Untrusted. */
  readonly next: unknown
  /** The id of the session that lives on: that of the session that asks. Default: none does. */
  readonly except?: string | undefined
  /** The client's address, for the limiter. */
  readonly address?: string | undefined
  /** Further words that the new password may not consist of, such as the user's name. */
  readonly contextWords?: readonly string[]
}

/**
 * The outcome of a change. A denial is to be sent as it is. `revoked` is how many sessions ended.
 *
 * - `invalid_credentials`: the current password is wrong, or the user is gone, disabled or without a password.
 * - `unacceptable`: the new password is refused, as `problem` says.
 * - `conflict`: the password was changed by another request meanwhile; it holds, and nothing was written.
 */
export type PasswordChangeResult =
  | { readonly ok: true; readonly revoked: number }
  | {
      readonly ok: false
      readonly code: 'invalid_credentials' | 'throttled' | 'conflict'
      readonly denial: PasswordDenial
    }
  | {
      readonly ok: false
      readonly code: 'unacceptable'
      readonly problem: NewPasswordProblem
      readonly denial: PasswordDenial
    }

/** What a change works with. */
export interface PasswordChangeParts<User> {
  readonly auth: Pick<Auth, 'revokeAllSessions'>
  readonly users: PasswordUserLookup<User>
  readonly hasher: PasswordHasher
  readonly limiter: LoginLimiter | undefined
  readonly newPassword: NewPasswordOptions
  readonly emit: PasswordEventListener
  readonly denials: PasswordDenials
}

/**
 * Creates the function that changes passwords.
 *
 * It checks the current password, then the new one, commits the new hash in place of the old one, and only then raises the subject's epoch: a
 * login with the old password that is under way has read the epoch from before and is cut off. When the session store fails at that last
 * step the call rejects with an `UnavailableError`; the new password holds, and the sessions are to be ended by `auth.revokeAllSessions`.
 *
 * A login with the new password that completes between those two steps is ended by the second, like every session that is not `except`.
 */
export function createPasswordChange<User>({
  auth,
  users,
  hasher,
  limiter,
  newPassword,
  emit,
  denials,
}: PasswordChangeParts<User>): (change: PasswordChange) => Promise<PasswordChangeResult> {
  const invalid: PasswordChangeResult = { ok: false, code: 'invalid_credentials', denial: denials.invalid }

  function refuse(reason: PasswordRefusal, subject: string): null {
    emit({ type: 'password_refused', reason, subject })
    return null
  }

  async function judge(subject: string, password: string): Promise<FoundUser<User> | null> {
    const found = await readUser(() => users.findBySubject(subject))
    const verdict = await hasher.verify(password, found?.passwordHash ?? null)
    if (found === null || found.subject !== subject) return refuse('unknown_login', subject)
    if (verdict.status !== 'valid' && verdict.status !== 'valid_needs_rehash') {
      return refuse(verdict.status === 'invalid' ? verdict.reason : 'mismatch', subject)
    }
    return found.disabled ? refuse('disabled', subject) : found
  }

  return async function changePassword({ subject, current, next, except, address, contextWords = [] }) {
    if (typeof current !== 'string' || parsePassword(current) === undefined) return invalid
    const reservation = await limiter?.reserve({ account: `subject:${subject}`, address })
    if (reservation?.ok === false) {
      const { by, retryAfter } = reservation
      emit({ type: 'password_throttled', by, retryAfter })
      return { ok: false, code: 'throttled', denial: denials.throttled(retryAfter) }
    }
    let found: FoundUser<User> | null
    try {
      found = await judge(subject, current)
    } catch (error) {
      await reservation?.cancel()
      throw error
    }
    if (found === null) return invalid
    await reservation?.succeed()

    const words = [...(newPassword.contextWords ?? []), ...contextWords]
    const checked = await checkNewPassword(next, { ...newPassword, contextWords: words })
    if (!checked.ok || typeof next !== 'string') {
      const problem = checked.ok ? 'malformed' : checked.problem
      return { ok: false, code: 'unacceptable', problem, denial: denials.unacceptable(problem) }
    }
    if (!(await replace(subject, await hasher.hash(next), found.passwordHash))) {
      return { ok: false, code: 'conflict', denial: denials.conflict }
    }
    const revoked = await auth.revokeAllSessions(subject, except === undefined ? {} : { except })
    emit({ type: 'password_changed', subject })
    return { ok: true, revoked }
  }

  async function replace(subject: string, newHash: string, oldHash: string | null): Promise<boolean> {
    try {
      const replaced: unknown = await users.updatePasswordHash(subject, newHash, oldHash)
      return replaced === true
    } catch (cause) {
      throw new UnavailableError({ cause })
    }
  }
}
