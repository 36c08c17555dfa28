/**
 * How a password login reaches the application's own table of users.
 *
 * @module
 */

import { UnavailableError, type UserLookup } from '@latchkey/core'

/** A user as a password login sees it. Only own members are read. */
export interface PasswordUser<User> {
  /** The application's own, lasting name for the user: an id. The subject of the session. */
  readonly subject: string
  /** The application's user, as `findById` gives it. */
  readonly user: User
  /** The stored hash; null for a user who has no password. */
  readonly passwordHash: string | null
  /** Whether the user may not log in. Anything but false or undefined counts as disabled. Default false. */
  readonly disabled?: boolean
}

/**
 * Finds users and their password hashes, and replaces hashes. All of it on the primary database: a replica that lags would let an old
 * password in. What a method throws becomes an `UnavailableError`: a lookup that fails is a 503, never a 401.
 */
export interface PasswordUserLookup<User> extends UserLookup<User> {
  /**
   * Finds the user of a login name. Present: the user. Absent: null or undefined. A login calls it twice: for the subject, whose epoch is
   * read then, and for the hash that decides.
   *
   * @param login 1 to 320 characters of well-formed text without control characters, as `canonicalLogin` made it. Untrusted: to be
   * bound as a parameter and compared for equality.
   */
  findByLogin(login: string): Promise<PasswordUser<User> | null | undefined> | PasswordUser<User> | null | undefined
  /** Finds the same by the subject. Present: the user. Absent: null or undefined. */
  findBySubject(subject: string): Promise<PasswordUser<User> | null | undefined> | PasswordUser<User> | null | undefined
  /**
   * Replaces the stored hash in one conditional statement: `update users set password_hash = :newHash where id = :subject and
   * password_hash = :oldHash` (`is null` for null).
   *
   * @returns True: replaced. False: the hash was no longer `oldHash`, or the user is gone; nothing was written.
   */
  updatePasswordHash(subject: string, newHash: string, oldHash: string | null): Promise<boolean>
}

/** A user that was found, read once. */
export interface FoundUser<User> {
  readonly subject: string
  readonly user: User
  readonly passwordHash: string | null
  readonly disabled: boolean
}

/**
 * Runs a lookup and reads its answer.
 *
 * @returns Null when there is no such user.
 * @throws {UnavailableError} When the lookup throws, or answers what is no user.
 */
export async function readUser<User>(
  find: () => Promise<PasswordUser<User> | null | undefined> | PasswordUser<User> | null | undefined,
): Promise<FoundUser<User> | null> {
  let found: PasswordUser<User> | null | undefined
  try {
    found = await find()
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  if (found === null || found === undefined) return null
  const own = new Map<string, unknown>(Object.entries(found))
  const subject = own.get('subject')
  const passwordHash = own.get('passwordHash') ?? null
  if (typeof subject !== 'string' || !own.has('user') || !(passwordHash === null || typeof passwordHash === 'string')) {
    throw new UnavailableError()
  }
  const disabled = own.get('disabled')
  return { subject, user: found.user, passwordHash, disabled: disabled !== undefined && disabled !== false }
}
