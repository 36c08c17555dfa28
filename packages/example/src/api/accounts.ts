/**
 * Registration, login with a cookie, login with tokens, refresh, logout.
 *
 * @module
 */

import { checkNewPassword, type PasswordHasher } from '@latchkey/password'
import type { AppAuth, AppContext } from '../auth.ts'
import { INVALID_REQUEST, invalidRequest, json, NO_CONTENT, NOT_IMPLEMENTED, refusal, type Answer } from '../answer.ts'
import type { Client } from '../client.ts'
import { parseRegistration, readCredentials, readRemember } from '../input.ts'
import { NEW_PASSWORD, type AppLogin } from '../password-login.ts'
import { LOGIN_SCOPES } from '../scopes.ts'
import type { Users } from '../users.ts'

/** The operations on accounts. Each takes a body as it was sent, of any shape. */
export interface Accounts {
  /** Adds a user. Logs nobody in. */
  register(body: unknown): Promise<Answer>
  /**
   * Checks the credentials, and only then ends the session that the request came with and makes a new one. Its cookie outlives the
   * browser unless the body says `remember: false`.
   */
  login(context: AppContext, body: unknown, client: Client): Promise<Answer>
  /** Ends the session that the request came with; nothing without one. Needs no guard. */
  logout(context: AppContext): Promise<Answer>
  /**
   * Checks the credentials and makes a session for an API client: an access token, and a refresh token to get the next ones with.
   * Sets no cookie. Needs no guard.
   */
  token(context: AppContext, body: unknown, client: Client): Promise<Answer>
  /** Exchanges a refresh token (RFC 6749 section 6). */
  refresh(context: AppContext, body: unknown): Promise<Answer>
  /** Ends the session of a refresh token, or an access token by itself; done, whatever the token is (RFC 7009 section 2.2). */
  revoke(context: AppContext, body: unknown): Promise<Answer>
  /** Who is asking. For a guarded route. */
  me(context: AppContext): Promise<Answer>
}

/** What the operations work on. */
export interface AccountsParts {
  readonly auth: AppAuth
  readonly users: Users
  readonly login: AppLogin
  readonly hasher: PasswordHasher
}

/** Where sessions are in their cookies alone, there is nothing that a refresh token could be exchanged for. */
export const NO_TOKENS: Pick<Accounts, 'token' | 'refresh' | 'revoke'> = {
  token: async () => NOT_IMPLEMENTED,
  refresh: async () => NOT_IMPLEMENTED,
  revoke: async () => NOT_IMPLEMENTED,
}

const MAX_LABEL_LENGTH = 100
const GRANT = { scopes: LOGIN_SCOPES }

/** Creates the operations. */
export function createAccounts({ auth, users, login, hasher }: AccountsParts): Accounts {
  // A 401 has a challenge (RFC 9110 section 15.5.2): the one that Latchkey sends.
  const unauthenticated: Answer = auth.authorize({ status: 'anonymous' }) ?? refusal(401, 'authentication_required')
  const handlers = auth.handlers()

  return {
    async register(body) {
      const input = parseRegistration(body)
      if (!input.ok) return invalidRequest(input)
      const { email, password } = input.value
      const checked = await checkNewPassword(password, {
        ...NEW_PASSWORD,
        contextWords: [...NEW_PASSWORD.contextWords, email],
      })
      if (!checked.ok) return refusal(422, `password_${checked.problem}`)
      const user = await users.add(email, await hasher.hash(password))
      return user === undefined ? refusal(409, 'email_taken') : json(201, { id: user.id, email: user.email })
    },
    async login(context, body, client) {
      const remember = readRemember(body)
      if (remember === 'malformed') return INVALID_REQUEST
      const persistent = remember === undefined ? {} : { persistent: remember }
      const input = { ...readLogin(body, client), ...GRANT, ...persistent }
      const result = await login.login(context, { ...input, deliver: 'cookie' })
      return result.ok ? json(200, { id: result.user.id, email: result.user.email }) : result.denial
    },
    async logout(context) {
      const result = await auth.logout(context)
      return result.ok ? NO_CONTENT : result.denial
    },
    async token(context, body, client) {
      const result = await login.login(context, { ...readLogin(body, client), ...GRANT, deliver: 'tokens' })
      return result.ok ? json(200, result.tokens) : result.denial
    },
    refresh: (context, body) => handlers.refresh(context, () => body),
    revoke: (context, body) => handlers.revoke(context, () => body),
    async me(context) {
      const user = await context.user()
      // A token outlives the account that it was issued for.
      return user === null ? unauthenticated : json(200, { id: user.id, email: user.email })
    },
  }
}

interface Login {
  readonly login: unknown
  readonly password: unknown
  readonly address: string | undefined
  readonly label?: string
}

/** The package judges what no login name and no password can be. */
function readLogin(body: unknown, { address, userAgent = '' }: Client): Login {
  const { email, password } = readCredentials(body)
  const label = userAgent.replaceAll(/\p{C}/gu, '').slice(0, MAX_LABEL_LENGTH)
  return { login: email, password, address, ...(label === '' ? {} : { label }) }
}
