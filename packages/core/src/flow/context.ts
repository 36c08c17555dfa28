/**
 * What a request's handler gets.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, Principal } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import { closedSink, type EffectSink } from '../http/effects.ts'
import { isHandshake } from '../http/origin.ts'
import type { AuthRequest } from '../http/request.ts'
import type { Session } from '../session/session.ts'
import { openSession, presentSession, type Exchange } from './exchange.ts'

/**
 * One request, as the application sees it. Opening it looks at nothing; a guard (`requireAuth`, `auth.guard`,
 * `auth.authenticate`) does. Reading any member of a request that no guard admitted is a `UsageError` (`not_guarded`), so that a forgotten
 * guard fails on the first try and not in production.
 */
export interface Context<User, Claims extends AccessTokenClaims, Data extends object> {
  /** Who is asking. */
  readonly authentication: Authentication<Claims>
  /** The authenticated party. A `UsageError` for anonymous callers: on an optional route look at `authentication` first. */
  readonly principal: Principal<Claims>
  /**
   * The session, made by the first write if there is none; works without login. One handle per request.
   *
   * @throws {UsageError} `not_configured`; `not_guarded`, also on a route that looks at bearer tokens alone (`via: 'bearer'`).
   * @throws {UnavailableError} When the store is out of reach.
   */
  session(): Promise<Session<Data>>
  /**
   * The application's user, looked up once per request when first asked for; null for anonymous callers and for users
   * who are gone.
   *
   * @throws {UsageError} `not_configured` without `users`.
   * @throws {UnavailableError} When the lookup fails.
   */
  user(): Promise<User | null>
}

/** Makes the context of an exchange. */
export function createContext<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Context<User, Claims, Data> {
  return Object.freeze<Context<User, Claims, Data>>({
    get authentication() {
      return admitted(exchange)
    },
    get principal() {
      const authentication = admitted(exchange)
      if (authentication.status === 'authenticated') return authentication.principal
      throw new UsageError('not_guarded', 'There is no principal: the caller is anonymous')
    },
    async session() {
      const authentication = admitted(exchange)
      if (exchange.cookieIgnored)
        throw new UsageError('not_guarded', 'The guard of this route ignores the session cookie')
      if (authentication.status === 'rejected') throw notGuarded()
      exchange.session ??= presentSession(exchange).then((presented) =>
        openSession<Data>(exchange, presented.status === 'live' ? presented.record : null),
      )
      return exchange.session
    },
    async user() {
      const authentication = admitted(exchange)
      if (authentication.status === 'rejected') throw notGuarded()
      if (authentication.status === 'anonymous') return null
      exchange.user ??= findUser(exchange.config, authentication.principal.subject)
      return exchange.user
    },
  })
}

/**
 * Looks a user up.
 *
 * @throws {UsageError} `not_configured`
 * @throws {UnavailableError} With the lookup's own error as its cause.
 */
export async function findUser<User>(
  { users }: Pick<Config<User, never>, 'users'>,
  subject: string,
): Promise<User | null> {
  if (users === undefined) throw new UsageError('not_configured', 'The option "users" is not configured')
  try {
    return (await users.findById(subject)) ?? null
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
}

/** The contexts of one `Auth`, and what is behind each: another instance's context is not accepted. */
export interface Contexts<User, Claims extends AccessTokenClaims, Data extends object> {
  /** Opens a context. Looks at no credentials. A WebSocket handshake can carry no cookie: its sink is closed, whatever is given. */
  open(request: AuthRequest, sink: EffectSink): Context<User, Claims, Data>
  /**
   * What is behind a context.
   *
   * @throws {UsageError} `argument` for a context that another `Auth` opened.
   */
  exchangeOf(context: Context<User, Claims, Data>): Exchange<User, Claims, Data>
}

/** Creates the register of contexts for one configuration. */
export function createContexts<User, Claims extends AccessTokenClaims, Data extends object>(
  config: Config<User, Claims>,
): Contexts<User, Claims, Data> {
  const exchanges = new WeakMap<Context<User, Claims, Data>, Exchange<User, Claims, Data>>()
  return {
    open(request, sink) {
      const exchange: Exchange<User, Claims, Data> = {
        config,
        request,
        sink: isHandshake(request) ? closedSink : sink,
        authentication: undefined,
        cookieIgnored: false,
        presented: undefined,
        session: undefined,
        user: undefined,
      }
      const context = createContext(exchange)
      exchanges.set(context, exchange)
      return context
    },
    exchangeOf(context) {
      const exchange = exchanges.get(context)
      if (exchange === undefined) throw new UsageError('argument', 'The context was opened by another instance')
      return exchange
    },
  }
}

function admitted<Claims extends AccessTokenClaims>({
  authentication,
}: Pick<Exchange<unknown, Claims, object>, 'authentication'>): Authentication<Claims> {
  if (authentication === undefined) throw notGuarded()
  return authentication
}

function notGuarded(): UsageError {
  return new UsageError(
    'not_guarded',
    'No guard admitted this request: add one, with "optional" where nobody has to log in',
  )
}
