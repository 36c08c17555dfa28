/**
 * The configuration of password logins: all of it.
 *
 * @module
 */

import {
  createLoginLimiter,
  createPasswordHasher,
  createPasswordLogin,
  type CreateRateCounter,
  type LoginLimiter,
  type NewPasswordOptions,
  type PasswordEventListener,
  type PasswordHasher,
  type PasswordLogin,
} from '@latchkey/password'
import type { AppAuth } from './auth.ts'
import { parseEmail } from './email.ts'
import type { User, Users } from './users.ts'

/** The password logins of this application. */
export type AppLogin = PasswordLogin<User>

/**
 * The rules for new passwords; the user's address is a context word too. NIST SP 800-63B-4 asks for 15 characters where the password is all there is, which is the package's default.
 * This example takes 8, so that it can be tried without a password manager: an application leaves this out, or adds a second factor.
 */
export const NEW_PASSWORD: NewPasswordOptions & { readonly contextWords: readonly string[] } = {
  minLength: 8,
  contextWords: ['latchkey', 'password'],
}

/** What the configuration depends on. */
export interface AppLoginOptions {
  readonly auth: AppAuth
  readonly users: Users
  /** Default: Argon2id with the parameters that OWASP recommends. */
  readonly hasher?: PasswordHasher
  /** Where attempts are counted. Default: in the memory of this process, which is enough for one process and is empty after a restart. */
  readonly createCounter?: CreateRateCounter | undefined
  /** Default: that of the package, on these counters. */
  readonly limiter?: LoginLimiter
  readonly onEvent: PasswordEventListener
}

/** Creates the password logins, and the hasher that registration shares with them. */
export function createAppLogin({
  auth,
  users,
  hasher = createPasswordHasher(),
  createCounter,
  limiter = createLoginLimiter(createCounter === undefined ? {} : { createCounter }),
  onEvent,
}: AppLoginOptions): { readonly login: AppLogin; readonly hasher: PasswordHasher } {
  const login = createPasswordLogin({
    auth,
    users,
    hasher,
    limiter,
    canonicalLogin: parseEmail,
    newPassword: NEW_PASSWORD,
    onEvent,
  })
  return { login, hasher }
}
