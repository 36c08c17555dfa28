/**
 * The configuration of password resets: all of it.
 *
 * @module
 */

import type { Runtime, TokenStore } from '@latchkey/core'
import {
  createLoginLimiter,
  createOneTimeTokens,
  createPasswordReset,
  type CreateRateCounter,
  type LoginLimiter,
  type OneTimeTokens,
  type PasswordHasher,
  type PasswordReset,
  type PasswordResetEvent,
} from '@latchkey/password'
import type { AppAuth } from './auth.ts'
import { parseEmail } from './email.ts'
import type { SendMail } from './outbox.ts'
import { NEW_PASSWORD } from './password-login.ts'
import type { Users } from './users.ts'

/** What the configuration depends on. */
export interface AppResetOptions {
  readonly auth: AppAuth
  readonly users: Users
  readonly hasher: PasswordHasher
  readonly store: TokenStore
  readonly sendMail: SendMail
  readonly runtime: Runtime
  readonly onEvent: (event: PasswordResetEvent) => void
  /** Where requests are counted. Default: in the memory of this process. */
  readonly createCounter?: CreateRateCounter | undefined
}

/**
 * Creates the limiter of requests: five mails an hour to one address, so that nobody's mailbox is filled by it.
 *
 * @param createCounter Makes the counters, which are told from those of logins by their prefix. Default: in memory.
 */
export function createResetLimiter(createCounter?: CreateRateCounter): LoginLimiter {
  const mails = { attempts: 5, window: '1h' } as const
  const limits = { account: mails, accountAddress: mails }
  if (createCounter === undefined) return createLoginLimiter(limits)
  return createLoginLimiter({
    ...limits,
    createCounter: (options) =>
      createCounter({ ...options, keyPrefix: options.keyPrefix.replace('latchkey_', 'latchkey_reset_') }),
  })
}

/** Creates the password resets, and the tokens that they mail: a change of the password voids those that are out. */
export function createAppReset({
  auth,
  users,
  hasher,
  store,
  sendMail,
  runtime,
  onEvent,
  createCounter,
}: AppResetOptions): { readonly reset: PasswordReset; readonly resetTokens: OneTimeTokens } {
  const resetTokens = createOneTimeTokens({ store, purpose: 'password-reset', runtime })
  const reset = createPasswordReset({
    auth,
    users,
    hasher,
    tokens: resetTokens,
    // To the address that is stored, whatever spelling was typed. An application with a page sends a link to it, with the token behind `#`.
    send: ({ user, token }) =>
      sendMail({
        to: user.email,
        subject: 'Set a new password',
        text: `With this token you can set a new password for 30 minutes. If you did not ask for it, do nothing.\n\nToken: ${token}`,
      }),
    canonicalLogin: parseEmail,
    newPassword: NEW_PASSWORD,
    contextWordsOf: (user) => [user.email],
    limiter: createResetLimiter(createCounter),
    onEvent,
  })
  return { reset, resetTokens }
}
