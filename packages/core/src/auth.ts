/**
 * Configuration bound to the flows: the object that an application works with.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, Requirement } from './authentication.ts'
import { resolveConfig, type AuthConfig } from './config.ts'
import { UsageError } from './faults.ts'
import type { Auth } from './flow/auth.ts'
import { authenticate } from './flow/authenticate.ts'
import { decideAuthorization } from './flow/authorize.ts'
import { createContexts, findUser, type Context } from './flow/context.ts'
import { checkCsrfToken, issueCsrfToken } from './flow/csrf.ts'
import { elevate } from './flow/elevate.ts'
import { engineOf } from './flow/exchange.ts'
import { createHandlers } from './flow/handlers.ts'
import { login, loginWithTokens, type LoginOptions } from './flow/login.ts'
import { logout } from './flow/logout.ts'
import { refresh, revokeRefreshToken } from './flow/refresh.ts'
import { resolveRequirement, type ResolvedRequirement } from './flow/requirement.ts'
import { epochOf, epochOfNewToken, revokeAccessToken, revokeAllSessions, sweep } from './flow/revoke.ts'
import { checkAuthority, checkToken } from './flow/standing.ts'
import { setTokenCookie, unsetTokenCookies } from './flow/token-cookies.ts'
import { createDenial, type Denial } from './http/denial.ts'
import type { JsonObject } from './json.ts'
import { readClock } from './runtime.ts'
import { checkSubject } from './subject.ts'
import type { AccessTokens } from './token/access-token.ts'

export type { Auth } from './flow/auth.ts'

/**
 * Creates the `Auth` of an application. Synchronous: nothing is connected, nothing is imported.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown, out of range, or contradicts another.
 */
export function createAuth<
  User = unknown,
  Data extends object = JsonObject,
  Claims extends AccessTokenClaims = AccessTokenClaims,
  OwnClaims = unknown,
>(options: AuthConfig<User, Data, OwnClaims>): Auth<User, Data, Claims & OwnClaims> {
  return bind<User, Data, Claims & OwnClaims>(options)
}

function bind<User, Data extends object, Claims extends AccessTokenClaims>(
  options: AuthConfig<User, Data>,
): Auth<User, Data, Claims> {
  const config = resolveConfig<User, Claims, Data>(options)
  const contexts = createContexts<User, Claims, Data>(config)

  function authorize(authentication: Authentication<Claims>, requirement: ResolvedRequirement): Denial | undefined {
    const reason = decideAuthorization(authentication, requirement, {
      now: readClock(config.runtime),
      leeway: config.leeway,
    })
    return reason && createDenial(reason, config.challenge)
  }

  function resolve(requirement: Requirement | undefined): ResolvedRequirement {
    const resolved = resolveRequirement(requirement, config)
    checkAuthority(config, resolved.authoritative)
    return resolved
  }

  function guard(
    requirement: Requirement | undefined,
  ): (context: Context<User, Claims, Data>) => Promise<Denial | undefined> {
    const resolved = resolve(requirement)
    return async function judge(context) {
      const exchange = contexts.exchangeOf(context)
      const authenticating = authenticate(exchange, resolved)
      const authentication = authenticating instanceof Promise ? await authenticating : authenticating
      const denial = authorize(authentication, resolved)
      exchange.denied = denial !== undefined
      return denial
    }
  }

  function tokens(): AccessTokens<Claims> {
    if (config.tokens === undefined) throw new UsageError('not_configured', 'The option "tokens" is not configured')
    return config.tokens
  }

  return Object.freeze<Auth<User, Data, Claims>>({
    open: contexts.open,
    guard,
    async authenticate(request, sink, requirement) {
      const context = contexts.open(request, sink)
      await authenticate(contexts.exchangeOf(context), resolve(requirement))
      return context
    },
    authorize: (authentication, requirement) => authorize(authentication, resolveRequirement(requirement, config)),
    login: (async (context: Context<User, Claims, Data>, loginOptions: LoginOptions) => {
      const exchange = contexts.exchangeOf(context)
      if (loginOptions.deliver === 'cookie') return login(exchange, loginOptions)
      if (loginOptions.deliver === 'tokens') return loginWithTokens(exchange, loginOptions)
      throw new UsageError('argument', 'A login is delivered as "cookie" or as "tokens"')
    }) as Auth<User, Data, Claims>['login'],
    elevate: async (context, elevateOptions) => elevate(contexts.exchangeOf(context), elevateOptions),
    refresh: async (token) => refresh(config, token),
    revokeRefreshToken: async (token) => revokeRefreshToken(config, token),
    logout: async (context) => logout(contexts.exchangeOf(context)),
    csrfToken: async (context) => issueCsrfToken(contexts.exchangeOf(context)),
    checkCsrfToken: async (context, token) => checkCsrfToken(contexts.exchangeOf(context), token),
    async issueAccessToken(subject, issueOptions) {
      const reading = issueOptions?.epoch ?? epochOfNewToken(config, subject)
      const epoch = typeof reading === 'object' ? await reading : reading
      return tokens().issue(subject, epoch === undefined ? issueOptions : { ...issueOptions, epoch })
    },
    async verifyAccessToken(token, { authoritative = false } = {}) {
      checkAuthority(config, authoritative)
      const verified = await tokens().verify(token)
      if (!verified.ok) return verified
      // Where nobody is asked, nobody is waited for.
      const checking = checkToken(config, verified.claims, authoritative)
      const refused = checking instanceof Promise ? await checking : checking
      return refused === undefined ? verified : Object.freeze({ ok: false, code: refused })
    },
    revokeAccessToken: async (token) => revokeAccessToken(config, token),
    setTokenCookie: async (context, token) => setTokenCookie(contexts.exchangeOf(context), token),
    unsetTokenCookies: async (context) => unsetTokenCookies(contexts.exchangeOf(context)),
    handlers: (handlersOptions) => createHandlers({ config, contexts, guard }, handlersOptions),
    userOf: async (result) => (result.ok ? findUser(config, result.principal) : null),
    listSessions: async (subject) => engineOf(config).list(checkSubject(subject)),
    revokeSession: async (subject, id) => engineOf(config).revoke(checkSubject(subject), id),
    revokeAllSessions: async (subject, { except } = {}) => revokeAllSessions(config, subject, except),
    epochOf: async (subject) => epochOf(config, subject),
    sweep: async ({ limit = 1_000 } = {}) => sweep(config, limit),
  })
}
