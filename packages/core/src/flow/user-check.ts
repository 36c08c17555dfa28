/**
 * Whether the user behind a credential may go on.
 *
 * @module
 */

import type { UserRejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UnavailableError } from '../faults.ts'
import { findUser } from './context.ts'

/**
 * Looks the user of a genuine credential up, for the checks that ask stores.
 *
 * @returns Undefined when the user may go on, or when `users` is not configured and there is nobody to ask.
 * @throws {UnavailableError} When the lookup fails, or answers what is no status.
 */
export async function checkUser(
  config: Pick<Config<unknown, never>, 'users'>,
  subject: string,
): Promise<UserRejectionCode | undefined> {
  const { users } = config
  if (users === undefined) return undefined
  if (users.statusOf === undefined) return (await findUser(config, { subject })) === null ? 'user_gone' : undefined
  let status: unknown
  try {
    status = await users.statusOf(subject)
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  switch (status) {
    case 'active':
      return undefined
    case 'disabled':
      return 'user_disabled'
    case null:
    case undefined:
      return 'user_gone'
    default:
      throw new UnavailableError()
  }
}
