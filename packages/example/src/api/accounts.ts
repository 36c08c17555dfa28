/**
 * Registration, login with a cookie, login with tokens, refresh, logout.
 *
 * @module
 */

import type { LoginOptions } from '@latchkey/core'
import type { AppAuth, AppContext } from '../auth.ts'
import { invalidRequest, json, NO_CONTENT, refusal, type Answer } from '../answer.ts'
import { parseCredentials, parseRegistration, parseToken, type Credentials } from '../input.ts'
import type { Log } from '../log.ts'
import type { Passwords } from '../password.ts'
import type { User, Users } from '../users.ts'

/** The operations on accounts. Each takes a body as it was sent, of any shape. */
export interface Accounts {
  /** Adds a user. Logs nobody in. */
  register(body: unknown): Promise<Answer>
  /**
   * Checks the credentials, and only then ends the session that the request came with and makes a new one.
   *
   * @param userAgent The header, for the list of devices.
   */
  login(context: AppContext, body: unknown, userAgent: string | undefined): Promise<Answer>
  /** Ends the session that the request came with; nothing without one. Needs no guard. */
  logout(context: AppContext): Promise<Answer>
  /**
   * Checks the credentials and makes a session for an API client: an access token, and a refresh token to get the next ones with.
   * Sets no cookie. Needs no guard.
   *
   * @param userAgent The header, for the list of devices.
   */
  token(context: AppContext, body: unknown, userAgent: string | undefined): Promise<Answer>
  /** Exchanges a refresh token (RFC 6749 section 6). */
  refresh(body: unknown): Promise<Answer>
  /** Ends the session of a refresh token; done, whatever the token is (RFC 7009 section 2.2). */
  revoke(body: unknown): Promise<Answer>
  /** Who is asking. For a guarded route. */
  me(context: AppContext): Promise<Answer>
}

/** What the operations work on. */
export interface AccountsParts {
  readonly auth: AppAuth
  readonly users: Users
  readonly passwords: Passwords
  readonly log: Log
}

/** A user whose password was right, and the epoch from before it was checked. */
interface CheckedUser {
  readonly user: User
  readonly epoch: number
}

/** The subject that stands in for users who do not exist. */
const NOBODY = 'nobody'
const MAX_LABEL_LENGTH = 100

/** Creates the operations. */
export function createAccounts({ auth, users, passwords, log }: AccountsParts): Accounts {
  /** Unknown users take the same steps as known ones. */
  async function checkCredentials({ email, password }: Credentials): Promise<CheckedUser | undefined> {
    const user = email === undefined ? undefined : await users.findForLogin(email)
    // Read before the password is checked: should all sessions be revoked meanwhile, this login is refused.
    const epoch = await auth.epochOf(user?.id ?? NOBODY)
    const isRight = await passwords.verify(password, user?.passwordHash)
    if (user !== undefined && isRight) return { user, epoch }
    log({ type: 'login_failed', subject: user?.id ?? null })
    return undefined
  }

  // A 401 has a challenge (RFC 9110 section 15.5.2): the one that Latchkey sends.
  const unauthenticated: Answer = auth.authorize({ status: 'anonymous' }) ?? refusal(401, 'authentication_required')
  const invalidCredentials: Answer = { ...unauthenticated, body: { error: 'invalid_credentials' } }

  return {
    async register(body) {
      const input = parseRegistration(body)
      if (!input.ok) return invalidRequest(input)
      const { email, password } = input.value
      const user = await users.add(email, await passwords.hash(password))
      return user === undefined ? refusal(409, 'email_taken') : json(201, { id: user.id, email: user.email })
    },
    async login(context, body, userAgent) {
      const input = parseCredentials(body)
      if (!input.ok) return invalidRequest(input)
      const checked = await checkCredentials(input.value)
      if (checked === undefined) return invalidCredentials
      const { user } = checked
      const result = await auth.login(context, { ...loginOf(checked, userAgent), deliver: 'cookie' })
      return result.ok ? json(200, { id: user.id, email: user.email }) : result.denial
    },
    async logout(context) {
      const result = await auth.logout(context)
      return result.ok ? NO_CONTENT : result.denial
    },
    async token(context, body, userAgent) {
      const input = parseCredentials(body)
      if (!input.ok) return invalidRequest(input)
      const checked = await checkCredentials(input.value)
      if (checked === undefined) return invalidCredentials
      const result = await auth.login(context, { ...loginOf(checked, userAgent), deliver: 'tokens' })
      return result.ok ? json(200, result.tokens) : result.denial
    },
    async refresh(body) {
      const input = parseToken(body, 'refresh_token')
      if (!input.ok) return invalidRequest(input)
      const result = await auth.refresh(input.value)
      return result.ok ? json(200, result.tokens) : result.denial
    },
    async revoke(body) {
      const input = parseToken(body, 'token')
      if (!input.ok) return invalidRequest(input)
      await auth.revokeRefreshToken(input.value)
      return json(200, {})
    },
    async me(context) {
      const user = await context.user()
      // A token outlives the account that it was issued for.
      return user === null ? unauthenticated : json(200, { id: user.id, email: user.email })
    },
  }
}

/** How a user whose password was checked logs in. */
function loginOf(
  { user, epoch }: CheckedUser,
  userAgent = '',
): Pick<LoginOptions, 'subject' | 'epoch' | 'amr' | 'label'> {
  const label = userAgent.replaceAll(/\p{C}/gu, '').slice(0, MAX_LABEL_LENGTH)
  return { subject: user.id, epoch, amr: ['pwd'], ...(label === '' ? {} : { label }) }
}
