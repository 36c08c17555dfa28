/**
 * Registration, login with a cookie, login with a token, logout.
 *
 * @module
 */

import { ACCESS_TOKEN_LIFETIME, type AppAuth, type AppContext } from '../auth.ts'
import { invalidRequest, json, NO_CONTENT, refusal, type Answer } from '../answer.ts'
import { parseCredentials, parseRegistration, type Credentials } from '../input.ts'
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
  /** Issues an access token. Sets no cookie and makes no session. */
  token(body: unknown): Promise<Answer>
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

/** The subject that stands in for users who do not exist. */
const NOBODY = 'nobody'
const MAX_LABEL_LENGTH = 100

/** Creates the operations. */
export function createAccounts({ auth, users, passwords, log }: AccountsParts): Accounts {
  /** Unknown users take the same steps as known ones. */
  async function checkCredentials({
    email,
    password,
  }: Credentials): Promise<{ user: User; epoch: number } | undefined> {
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
      const { user, epoch } = checked
      const label = labelOf(userAgent)
      const result = await auth.login(context, {
        subject: user.id,
        epoch,
        deliver: 'cookie',
        amr: ['pwd'],
        ...(label === '' ? {} : { label }),
      })
      return result.ok ? json(200, { id: user.id, email: user.email }) : result.denial
    },
    async logout(context) {
      const result = await auth.logout(context)
      return result.ok ? NO_CONTENT : result.denial
    },
    async token(body) {
      const input = parseCredentials(body)
      if (!input.ok) return invalidRequest(input)
      const checked = await checkCredentials(input.value)
      if (checked === undefined) return invalidCredentials
      const token = await auth.issueAccessToken(checked.user.id, { amr: ['pwd'] })
      return json(200, { access_token: token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_LIFETIME })
    },
    async me(context) {
      const user = await context.user()
      // A token outlives the account that it was issued for.
      return user === null ? unauthenticated : json(200, { id: user.id, email: user.email })
    },
  }
}

function labelOf(userAgent = ''): string {
  return userAgent.replaceAll(/\p{C}/gu, '').slice(0, MAX_LABEL_LENGTH)
}
