/**
 * Logging in with a password.
 *
 * @module
 */

import type {
  AccessTokenClaims,
  Auth,
  Context,
  JsonObject,
  LoginOptions,
  LoginRefusal,
  LoginResult,
  TokenLoginResult,
} from '@latchkey/core'
import { createPasswordChange, type PasswordChange, type PasswordChangeResult } from './change-password.ts'
import {
  createCredentialCheck,
  type CredentialCheck,
  type PasswordCredentials,
  type PasswordLoginRefusal,
} from './credential-check.ts'
import type { PasswordHasher } from './hasher.ts'
import type { LoginLimiter } from './login-limiter.ts'
import type { NewPasswordOptions } from './new-password.ts'
import { checkFunction, readOptions } from './options.ts'
import { createDenials } from './password-denial.ts'
import { createEmitter, type PasswordEventListener } from './password-events.ts'
import type { PasswordUserLookup } from './users.ts'

/** What `createPasswordLogin` takes. */
export interface PasswordLoginOptions<User, Data extends object, Claims extends AccessTokenClaims> {
  /** The application's `Auth`, with stored sessions. */
  readonly auth: Pick<Auth<User, Data, Claims>, 'authorize' | 'epochOf' | 'login' | 'revokeAllSessions'>
  /** The application's table of users. */
  readonly users: PasswordUserLookup<User>
  /** What `createPasswordHasher` makes. */
  readonly hasher: PasswordHasher
  /** Throttles guesses. Default: none, for an application that throttles elsewhere. */
  readonly limiter?: LoginLimiter
  /**
   * Gives the one form of a login name under which it is stored, looked up and throttled, such as its lower case in NFC without blanks at the
   * ends. The application's rule, to be used at registration too (RFC 8265 section 3). Undefined: nobody can have this name. Default: as typed.
   */
  readonly canonicalLogin?: (login: string) => string | undefined
  /** The rules for new passwords. Default: those of `checkNewPassword`. */
  readonly newPassword?: NewPasswordOptions
  /** Receives every event. Default: none. */
  readonly onEvent?: PasswordEventListener
}

/** What a login takes: the credentials, and the options of `auth.login` but for those that the password decides. `amr` is `['pwd']` by default. */
export type PasswordLoginInput = PasswordCredentials & Omit<LoginOptions, 'subject' | 'epoch'>

/** The outcome of a login with a cookie. A denial is to be sent as it is. */
export type PasswordLoginResult<User, Data extends object> =
  | (Extract<LoginResult<Data>, { ok: true }> & { readonly user: User })
  | LoginRefusal
  | PasswordLoginRefusal

/** The outcome of a login with tokens. A denial is to be sent as it is. */
export type PasswordTokenLoginResult<User> =
  | (Extract<TokenLoginResult, { ok: true }> & { readonly user: User })
  | LoginRefusal
  | PasswordLoginRefusal

/** Password logins of one application. Frozen. Every method may reject with an `UnavailableError`. */
export interface PasswordLogin<
  User,
  Data extends object = JsonObject,
  Claims extends AccessTokenClaims = AccessTokenClaims,
> {
  /**
   * Checks the credentials and logs the user in: `check` and `auth.login`.
   *
   * A login that a password change overtakes is judged once more, by the new password: none with the old one survives the change.
   */
  login(
    context: Context<User, Claims, Data>,
    input: PasswordLoginInput & { readonly deliver: 'cookie' },
  ): Promise<PasswordLoginResult<User, Data>>
  /** The same, with tokens in place of a cookie. */
  login(
    context: Context<User, Claims, Data>,
    input: PasswordLoginInput & { readonly deliver: 'tokens' },
  ): Promise<PasswordTokenLoginResult<User>>
  /**
   * Checks credentials and makes no session: for an application that asks for a second factor first. `epoch` must then reach `auth.login`.
   *
   * An unknown login name, a wrong password, a disabled user and a user without a password take the same calls, one verification, and give
   * the same answer. The subject's epoch is read before the hash that decides, so that a change of the password in between ends the login.
   */
  readonly check: CredentialCheck<User>
  /** Changes a password: see `PasswordChange`. */
  changePassword(change: PasswordChange): Promise<PasswordChangeResult>
}

const ROUNDS = 2

/**
 * Creates the password logins of an application.
 *
 * @throws {ConfigError} Naming the first option that is missing or unknown.
 */
export function createPasswordLogin<
  User,
  Data extends object = JsonObject,
  Claims extends AccessTokenClaims = AccessTokenClaims,
>(options: PasswordLoginOptions<User, Data, Claims>): PasswordLogin<User, Data, Claims> {
  checkOptions(options)
  const { auth, users, hasher, limiter, canonicalLogin = (name) => name, newPassword = {}, onEvent } = options
  const emit = createEmitter(onEvent)
  const denials = createDenials(auth)
  const check = createCredentialCheck({ auth, users, hasher, limiter, canonicalLogin, emit, denials })
  // One call for both overloads: which of them it is, the input says.
  const enter = auth.login as (
    context: Context<User, Claims, Data>,
    options: LoginOptions,
  ) => Promise<LoginResult<Data> | TokenLoginResult>

  async function login(
    context: Context<User, Claims, Data>,
    input: PasswordLoginInput,
  ): Promise<PasswordLoginResult<User, Data> | PasswordTokenLoginResult<User>> {
    const { login: name, password, address, ...rest } = input
    const credentials = { login: name, password, address }
    for (let round = 1; ; round += 1) {
      const checked = await check(credentials)
      if (!checked.ok) return checked
      const { subject, user, epoch } = checked
      const result = await enter(context, { amr: ['pwd'], ...rest, subject, epoch, address })
      if (result.ok) return { ...result, user }
      if (result.code !== 'login_cut_off' || round === ROUNDS) return result
    }
  }

  return Object.freeze<PasswordLogin<User, Data, Claims>>({
    login: login as PasswordLogin<User, Data, Claims>['login'],
    check,
    changePassword: createPasswordChange({ auth, users, hasher, limiter, newPassword, emit, denials }),
  })
}

function checkOptions(options: object): void {
  const read = readOptions('passwordLogin', options, [
    'auth',
    'users',
    'hasher',
    'limiter',
    'canonicalLogin',
    'newPassword',
    'onEvent',
  ])
  checkMethods('auth', read.auth, ['authorize', 'epochOf', 'login', 'revokeAllSessions'])
  checkMethods('users', read.users, ['findByLogin', 'findBySubject', 'updatePasswordHash'])
  checkMethods('hasher', read.hasher, ['hash', 'verify'])
  if (read.limiter !== undefined) checkMethods('limiter', read.limiter, ['reserve'])
  if (read.canonicalLogin !== undefined) checkFunction('canonicalLogin', read.canonicalLogin)
  if (read.onEvent !== undefined) checkFunction('onEvent', read.onEvent)
}

function checkMethods(option: string, value: unknown, names: readonly string[]): void {
  for (const name of names) checkFunction(`${option}.${name}`, (value as Record<string, unknown> | undefined)?.[name])
}
