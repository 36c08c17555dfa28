/**
 * Setting a new password by a token that was mailed to the user.
 *
 * @module
 */

import { ConfigError, UnavailableError, type Auth } from '@latchkey/core'
import type { PasswordHasher } from './hasher.ts'
import type { LoginLimiter } from './login-limiter.ts'
import { parseLogin } from './login-name.ts'
import { checkNewPassword, type NewPasswordOptions, type NewPasswordProblem } from './new-password.ts'
import type { OneTimeTokens, TokenRefusal } from './one-time-tokens.ts'
import { checkFunction, readOptions } from './options.ts'
import type { PasswordDenial } from './password-denial.ts'
import type { PasswordEvent } from './password-events.ts'
import { readUser, type FoundUser, type PasswordUserLookup } from './users.ts'

/** What the application mails. */
export interface PasswordResetMail<User> {
  /** The user, as the lookup gave it: the mail goes to the address that is stored there. */
  readonly user: User
  /** The token. In a link, put it behind `#`, or take care that the page sends no referrer and logs no address. */
  readonly token: string
}

/**
 * What resets tell the application about. No event holds a token or what was typed.
 *
 * - `password_reset_requested`: `subject` is null where nobody has the login name, or may not log in.
 * - `password_reset_send_failed`: `send` threw or rejected.
 * - `password_reset_refused`: a token was refused, or was that of a user who is gone or disabled (`unknown`).
 * - `password_throttled`, `password_changed`: as for logins.
 */
export type PasswordResetEvent =
  | { readonly type: 'password_reset_requested'; readonly subject: string | null }
  | { readonly type: 'password_reset_send_failed'; readonly subject: string }
  | { readonly type: 'password_reset_refused'; readonly code: TokenRefusal }
  | Extract<PasswordEvent, { readonly type: 'password_throttled' | 'password_changed' }>

/** What `createPasswordReset` takes. */
export interface PasswordResetOptions<User> {
  /** The application's `Auth`, with stored sessions. */
  readonly auth: Pick<Auth, 'revokeAllSessions'>
  /** The application's table of users. */
  readonly users: PasswordUserLookup<User>
  /** What `createPasswordHasher` makes. */
  readonly hasher: PasswordHasher
  /**
   * What `createOneTimeTokens` makes for the purpose `password-reset`. A token outlives a change of the password or the address: call
   * `tokens.revokeAll` there.
   */
  readonly tokens: OneTimeTokens
  /** Mails the token to the stored address. Not awaited by `request`: how long mailing takes would tell who is known. */
  readonly send: (mail: PasswordResetMail<User>) => unknown
  /** The same as for `createPasswordLogin`. Default: as typed. */
  readonly canonicalLogin?: (login: string) => string | undefined
  /** The rules for new passwords. Default: those of `checkNewPassword`. */
  readonly newPassword?: NewPasswordOptions
  /** Gives further words that a user's new password may not consist of, such as the name and the address. Default: none. */
  readonly contextWordsOf?: (user: User) => readonly string[]
  /**
   * Throttles requests, each of which counts as a failed attempt: a limiter of its own, not that of logins. A throttled request answers like any
   * other and mails nothing. Default: none, for an application that throttles elsewhere.
   */
  readonly limiter?: LoginLimiter
  /** Is given the promise of the mailing, which never rejects: for platforms that stop when the response is sent. Default: nothing. */
  readonly waitUntil?: (mailing: Promise<void>) => void
  /** Receives every event. What it throws is ignored. Default: none. */
  readonly onEvent?: (event: PasswordResetEvent) => void
}

/**
 * The outcome of a reset. A denial is to be sent as it is. `revoked` is how many sessions ended.
 *
 * - `malformed`, `unknown`, `expired`: the token is refused; one denial (400, `reset_token_invalid`) for all three.
 * - `unacceptable`: the new password is refused, as `problem` says; the token is still good.
 */
export type PasswordResetResult =
  | { readonly ok: true; readonly subject: string; readonly revoked: number }
  | { readonly ok: false; readonly code: TokenRefusal; readonly denial: PasswordDenial }
  | {
      readonly ok: false
      readonly code: 'unacceptable'
      readonly problem: NewPasswordProblem
      readonly denial: PasswordDenial
    }

/** Password resets of one application. Frozen. Every method may reject with an `UnavailableError`. */
export interface PasswordReset {
  /**
   * Issues a token for the user of a login name and hands it to `send`. Resolves alike whether there is such a user or not, and makes the same
   * calls to the table and the token store: for nobody, a token is issued that is thrown away. Answer 202 in any case.
   *
   * @param login Untrusted.
   */
  request(login: unknown, options?: { readonly address?: string | undefined }): Promise<void>
  /**
   * Sets a new password by a token and ends all sessions of the user. Logs nobody in.
   *
   * The token is checked, then the password, which is hashed; then the token is used up, the hash is committed, and the sessions are ended,
   * in this order: of two calls with one token, one succeeds. When it rejects after the token was used up, either the old password holds and a
   * new token must be asked for, or the new one holds and sessions may live on: repeat `auth.revokeAllSessions`, or let the user ask again.
   *
   * @param token Untrusted.
   * @param newPassword Untrusted.
   */
  reset(
    token: unknown,
    newPassword: unknown,
    options?: { readonly contextWords?: readonly string[] },
  ): Promise<PasswordResetResult>
}

/** A subject that nobody has, so that an unknown login name costs the same calls to the token store. */
const NOBODY = 'latchkey:nobody'
/** The hash may be replaced meanwhile by a login, which upgrades it, or by a change of the password; nothing else competes. */
const COMMIT_ATTEMPTS = 5

/**
 * Creates the password resets of an application.
 *
 * @throws {ConfigError} Naming the first option that is missing or unknown.
 */
export function createPasswordReset<User>(options: PasswordResetOptions<User>): PasswordReset {
  checkOptions(options)
  const { auth, users, hasher, tokens, send, canonicalLogin = (name) => name } = options
  const { newPassword = {}, contextWordsOf, limiter, waitUntil, onEvent } = options
  const invalid = deny(400, 'reset_token_invalid')

  function emit(event: PasswordResetEvent): void {
    try {
      // A promise in place of nothing is allowed by the type, and its rejection would end the process.
      const returned: unknown = onEvent?.(Object.freeze(event))
      if (returned instanceof Promise) returned.catch(() => {})
    } catch {
      // A failing logger never turns into a failing reset.
    }
  }

  async function mail({ subject, user }: FoundUser<User>, token: string): Promise<void> {
    // Begins after the answer: the part of `send` that runs before its first `await` takes time as well.
    await new Promise<void>((resolve) => setImmediate(resolve))
    try {
      await send({ user, token })
    } catch {
      emit({ type: 'password_reset_send_failed', subject })
    }
  }

  async function isThrottled(account: string, address: string | undefined): Promise<boolean> {
    const reservation = await limiter?.reserve({ account: `reset:${account}`, address })
    if (reservation?.ok !== false) return false
    emit({ type: 'password_throttled', by: reservation.by, retryAfter: reservation.retryAfter })
    return true
  }

  function refuse(code: TokenRefusal): PasswordResetResult {
    emit({ type: 'password_reset_refused', code })
    return { ok: false, code, denial: invalid }
  }

  async function findEnabled(subject: string): Promise<FoundUser<User> | null> {
    const found = await readUser(() => users.findBySubject(subject))
    return found === null || found.disabled || found.subject !== subject ? null : found
  }

  async function replaceHash(subject: string, newHash: string, oldHash: string | null): Promise<boolean> {
    try {
      const replaced: unknown = await users.updatePasswordHash(subject, newHash, oldHash)
      return replaced === true
    } catch (cause) {
      throw new UnavailableError({ cause })
    }
  }

  /** Commits a hash in place of whichever is stored. False: the user is gone or disabled. */
  async function commit(subject: string, newHash: string): Promise<boolean> {
    for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt += 1) {
      const found = await findEnabled(subject)
      if (found === null) return false
      if (await replaceHash(subject, newHash, found.passwordHash)) return true
    }
    throw new UnavailableError()
  }

  return Object.freeze<PasswordReset>({
    async request(login, { address } = {}) {
      const name = parseLogin(login, canonicalLogin)
      if (name === undefined || (await isThrottled(name.account, address))) return
      const { lookup } = name
      const found = lookup === undefined ? null : await readUser(() => users.findByLogin(lookup))
      const user = found === null || found.disabled ? null : found
      const token = await tokens.issue(user?.subject ?? NOBODY)
      emit({ type: 'password_reset_requested', subject: user?.subject ?? null })
      if (user === null) return
      const mailing = mail(user, token)
      waitUntil?.(mailing)
    },

    async reset(token, next, { contextWords = [] } = {}) {
      const checked = await tokens.check(token)
      if (!checked.ok) return refuse(checked.code)
      const found = await findEnabled(checked.subject)
      if (found === null) return refuse('unknown')
      const ownWords = contextWordsOf?.(found.user) ?? []
      const words = [...(newPassword.contextWords ?? []), ...contextWords, ...ownWords]
      const judged = await checkNewPassword(next, { ...newPassword, contextWords: words })
      if (!judged.ok || typeof next !== 'string') {
        const problem = judged.ok ? 'malformed' : judged.problem
        return { ok: false, code: 'unacceptable', problem, denial: deny(422, `password_${problem}`) }
      }
      const newHash = await hasher.hash(next)
      const used = await tokens.consume(token)
      if (!used.ok) return refuse(used.code)
      const { subject } = used
      if (!(await commit(subject, newHash))) return refuse('unknown')
      const revoked = await auth.revokeAllSessions(subject)
      emit({ type: 'password_changed', subject })
      return { ok: true, subject, revoked }
    },
  })
}

function deny(status: 400 | 422, error: string): PasswordDenial {
  const headers = Object.freeze({ 'cache-control': 'no-store' })
  return Object.freeze({ status, headers, body: Object.freeze({ error }) })
}

function checkOptions<User>(options: PasswordResetOptions<User>): void {
  const names = ['auth', 'users', 'hasher', 'tokens', 'send'] as const
  const optional = ['canonicalLogin', 'newPassword', 'contextWordsOf', 'limiter', 'waitUntil', 'onEvent'] as const
  const read = readOptions('passwordReset', options, [...names, ...optional])
  checkMethods('auth', read.auth, ['revokeAllSessions'])
  checkMethods('users', read.users, ['findByLogin', 'findBySubject', 'updatePasswordHash'])
  checkMethods('hasher', read.hasher, ['hash'])
  checkMethods('tokens', read.tokens, ['issue', 'check', 'consume'])
  // A token that was mailed for something else must not set a password.
  if (options.tokens.purpose !== 'password-reset') throw new ConfigError('tokens.purpose', 'must be password-reset')
  checkFunction('send', read.send)
  if (read.limiter !== undefined) checkMethods('limiter', read.limiter, ['reserve'])
  if (read.canonicalLogin !== undefined) checkFunction('canonicalLogin', read.canonicalLogin)
  if (read.contextWordsOf !== undefined) checkFunction('contextWordsOf', read.contextWordsOf)
  if (read.waitUntil !== undefined) checkFunction('waitUntil', read.waitUntil)
  if (read.onEvent !== undefined) checkFunction('onEvent', read.onEvent)
}

function checkMethods(option: string, value: unknown, names: readonly string[]): void {
  for (const name of names) checkFunction(`${option}.${name}`, (value as Record<string, unknown> | undefined)?.[name])
}
