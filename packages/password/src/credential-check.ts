/**
 * Judging a login name and a password.
 *
 * @module
 */

import type { Auth } from '@latchkey/core'
import type { PasswordHasher, PasswordVerdict } from './hasher.ts'
import { parseLogin } from './login-name.ts'
import type { LoginLimiter, LoginReservation } from './login-limiter.ts'
import type { PasswordDenial, PasswordDenials } from './password-denial.ts'
import type { PasswordEventListener, PasswordRefusal } from './password-events.ts'
import { parsePassword } from './password-text.ts'
import { readUser, type FoundUser, type PasswordUserLookup } from './users.ts'

/** What a user typed, and where it came from. Untrusted. */
export interface PasswordCredentials {
  /** 1 to 320 characters. */
  readonly login: unknown
  /** 1 to 1,024 bytes. */
  readonly password: unknown
  /** The client's address, for the limiter and, after a login, the device list: that of the socket, or the hop of a forwarding header that the application trusts. */
  readonly address?: string | undefined
}

/**
 * Why a login was refused. `malformed` (400): a login name or password that cannot be one. `invalid_credentials` (401): everything else, and
 * which it was, the answer does not tell. `throttled` (429): too many failed attempts.
 */
export interface PasswordLoginRefusal {
  /** Always false. */
  readonly ok: false
  /** Why. */
  readonly code: 'malformed' | 'invalid_credentials' | 'throttled'
  /** What to send. */
  readonly denial: PasswordDenial
}

/** Credentials that were accepted. `epoch` goes to `auth.login`. */
export interface AcceptedCredentials<User> {
  /** Always true. */
  readonly ok: true
  /** For `auth.login`. */
  readonly subject: string
  /** The user, as the lookup gave it. */
  readonly user: User
  /** The subject's epoch from before the hash was read, for `auth.login`. */
  readonly epoch: number
}

/** What judging works with. */
export interface CredentialCheckParts<User> {
  readonly auth: Pick<Auth, 'epochOf'>
  readonly users: PasswordUserLookup<User>
  readonly hasher: PasswordHasher
  readonly limiter: LoginLimiter | undefined
  readonly canonicalLogin: (login: string) => string | undefined
  readonly emit: PasswordEventListener
  readonly denials: PasswordDenials
}

/** Judges credentials; see `PasswordLogin.check`. */
export type CredentialCheck<User> = (
  credentials: PasswordCredentials,
) => Promise<AcceptedCredentials<User> | PasswordLoginRefusal>

/** A subject that nobody has, so that an unknown login name costs the same calls to the session store. */
const NOBODY = 'latchkey:nobody'

/** Creates the function that judges credentials. */
export function createCredentialCheck<User>({
  auth,
  users,
  hasher,
  limiter,
  canonicalLogin,
  emit,
  denials,
}: CredentialCheckParts<User>): CredentialCheck<User> {
  function refuse(reason: PasswordRefusal, subject: string | null): null {
    emit({ type: 'password_refused', reason, subject })
    return null
  }

  /** Reads the user, then the epoch, then the user again: only a hash read after the epoch may decide. */
  async function find(login: string | undefined): Promise<{ found: FoundUser<User> | null; epoch: number }> {
    const read = (): Promise<FoundUser<User> | null> =>
      login === undefined ? Promise.resolve(null) : readUser(() => users.findByLogin(login))
    const first = await read()
    const epoch = await auth.epochOf(first?.subject ?? NOBODY)
    const second = await read()
    return { found: second !== null && second.subject === first?.subject ? second : null, epoch }
  }

  async function judge(login: string | undefined, password: string): Promise<AcceptedCredentials<User> | null> {
    const { found, epoch } = await find(login)
    const verdict = await hasher.verify(password, found?.passwordHash ?? null)
    if (found === null) return refuse('unknown_login', null)
    const { subject, user, passwordHash } = found
    if (!isAccepted(verdict)) return refuse(reasonOf(verdict), subject)
    if (found.disabled) return refuse('disabled', subject)
    emit({ type: 'password_accepted', subject })
    if (verdict.status === 'valid_needs_rehash') await rehash(subject, password, passwordHash)
    return { ok: true, subject, user, epoch }
  }

  async function rehash(subject: string, password: string, oldHash: string | null): Promise<void> {
    try {
      const replaced: unknown = await users.updatePasswordHash(subject, await hasher.hash(password), oldHash)
      if (replaced === true) emit({ type: 'password_rehashed', subject })
      else emit({ type: 'password_rehash_failed', reason: 'changed', subject })
    } catch {
      emit({ type: 'password_rehash_failed', reason: 'unavailable', subject })
    }
  }

  async function reserve(account: string, address: string | undefined): Promise<LoginReservation | undefined> {
    const reservation = await limiter?.reserve({ account, address })
    if (reservation?.ok === false) {
      emit({ type: 'password_throttled', by: reservation.by, retryAfter: reservation.retryAfter })
    }
    return reservation
  }

  return async function check({ login, password, address }) {
    const name = parseLogin(login, canonicalLogin)
    if (name === undefined || typeof password !== 'string' || parsePassword(password) === undefined) {
      return { ok: false, code: 'malformed', denial: denials.malformed }
    }
    const reservation = await reserve(`login:${name.account}`, address)
    if (reservation?.ok === false) {
      return { ok: false, code: 'throttled', denial: denials.throttled(reservation.retryAfter) }
    }
    let accepted: AcceptedCredentials<User> | null
    try {
      accepted = await judge(name.lookup, password)
    } catch (error) {
      await reservation?.cancel()
      throw error
    }
    if (accepted === null) return { ok: false, code: 'invalid_credentials', denial: denials.invalid }
    await reservation?.succeed()
    return accepted
  }
}

function isAccepted(verdict: PasswordVerdict): verdict is Exclude<PasswordVerdict, { status: 'invalid' }> {
  return verdict.status === 'valid' || verdict.status === 'valid_needs_rehash'
}

function reasonOf(verdict: PasswordVerdict): PasswordRefusal {
  return verdict.status === 'invalid' ? verdict.reason : 'mismatch'
}
