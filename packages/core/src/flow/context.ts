/**
 * What a request's handler gets.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, Principal } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import type { EffectSink } from '../http/effects.ts'
import type { AuthRequest } from '../http/request.ts'
import type { Session } from '../session/session.ts'
import { createSessionView, type SessionView } from '../session/view.ts'
import {
  createEmptySlot,
  engineOf,
  findNamedSession,
  isCrossOriginChange,
  openSession,
  presentSession,
  type Exchange,
} from './exchange.ts'

/**
 * One request, as the application sees it. Opening it looks at nothing; a guard (`requireAuth`, `auth.guard`,
 * `auth.authenticate`) does. Reading any member of a request that no guard admitted is a `UsageError` (`not_guarded`), so that a forgotten
 * guard fails on the first try and not in production. After a refusal `authentication` alone can be read. Its methods
 * need their `this`.
 */
export interface Context<User, Claims extends AccessTokenClaims, Data extends object> {
  /** Who is asking. */
  readonly authentication: Authentication<Claims>
  /** The authenticated party. A `UsageError` for anonymous callers: on an optional route look at `authentication` first. */
  readonly principal: Principal<Claims>
  /**
   * The session, made by the first write if there is none; works without login. One handle per request. Where a bearer token
   * authenticated the request, its cookie is not looked at: the session is empty, and a write is a `UsageError` (`not_guarded`).
   *
   * @throws {UsageError} `not_configured`; `not_guarded`, also on a route that looks at bearer tokens alone (`via: 'bearer'`).
   * @throws {UnavailableError} When the store is out of reach.
   */
  session(): Promise<Session<Data>>
  /**
   * The session for a connection that stays open, such as a WebSocket: read-only, and asked again with `revalidate()`. Where a bearer
   * token authenticated the request, it is the session that the token names; without one, or for visitors, an empty view that is `gone`.
   *
   * @throws {UsageError} `not_configured`; `not_guarded`.
   * @throws {UnavailableError} When the store is out of reach.
   */
  view(): Promise<SessionView<Data>>
  /**
   * The application's user, looked up once per request when first asked for; null for anonymous callers, for users who are gone,
   * and for the subjects of other issuers.
   *
   * @throws {UsageError} `not_configured` without `users`.
   * @throws {UnavailableError} When the lookup fails.
   */
  user(): Promise<User | null>
}

/** What an application holds, and the exchange behind it, which nobody else can reach. */
class RequestContext<User, Claims extends AccessTokenClaims, Data extends object> implements Context<
  User,
  Claims,
  Data
> {
  readonly #exchange: Exchange<User, Claims, Data>

  constructor(exchange: Exchange<User, Claims, Data>) {
    this.#exchange = exchange
  }

  /** The exchange behind a context that this configuration opened; undefined for anything else. */
  static exchangeOf<User, Claims extends AccessTokenClaims, Data extends object>(
    context: Context<User, Claims, Data>,
    config: Config<User, Claims>,
  ): Exchange<User, Claims, Data> | undefined {
    if (typeof context !== 'object' || context === null || !(#exchange in context)) return undefined
    const exchange = context.#exchange as unknown as Exchange<User, Claims, Data>
    return exchange.config === config ? exchange : undefined
  }

  get authentication(): Authentication<Claims> {
    if (this.#exchange.authentication === undefined) throw notGuarded()
    return this.#exchange.authentication
  }

  get principal(): Principal<Claims> {
    const authentication = admitted(this.#exchange)
    if (authentication.status === 'authenticated') return authentication.principal
    throw new UsageError('not_guarded', 'There is no principal: the caller is anonymous')
  }

  async session(): Promise<Session<Data>> {
    const exchange = this.#exchange
    const authentication = admitted(exchange)
    if (exchange.cookieIgnored === 'by_route') {
      throw new UsageError('not_guarded', 'The guard of this route ignores the session cookie')
    }
    // A guard with "optional" has refused this; here nothing was said about who may pass.
    if (authentication.status === 'anonymous' && isCrossOriginChange(exchange)) throw notGuarded()
    exchange.session ??= open(exchange)
    return exchange.session
  }

  async view(): Promise<SessionView<Data>> {
    const exchange = this.#exchange
    const authentication = admitted(exchange)
    const engine = engineOf(exchange.config)
    if (authentication.status === 'authenticated' && authentication.via !== 'session') {
      return createSessionView<Data>(await findNamedSession(exchange.config, authentication.principal), engine)
    }
    const presented = exchange.cookieIgnored === undefined ? await presentSession(exchange) : undefined
    const slot = presented?.status === 'live' && !presented.slot.ended ? presented.slot : undefined
    return createSessionView<Data>(slot?.record ?? null, engine)
  }

  async user(): Promise<User | null> {
    const exchange = this.#exchange
    const authentication = admitted(exchange)
    if (authentication.status !== 'authenticated') return null
    exchange.user ??= findUser(exchange.config, authentication.principal)
    return exchange.user
  }
}

async function open<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<Session<Data>> {
  const presented = exchange.cookieIgnored === undefined ? await presentSession(exchange) : undefined
  if (presented?.status === 'live') return openSession<Data>(exchange, (exchange.slot = presented.slot))
  const slot = (exchange.slot = createEmptySlot(presented))
  if (exchange.cookieIgnored === undefined) {
    // From the first write on, this is the request's session for later guards as well.
    exchange.presented = Promise.resolve({ status: 'live', slot, renewal: undefined })
  }
  return openSession<Data>(exchange, slot)
}

/**
 * Looks a user up. Null for the subject of another issuer.
 *
 * @throws {UsageError} `not_configured`
 * @throws {UnavailableError} With the lookup's own error as its cause.
 */
export async function findUser<User>(
  { users }: Pick<Config<User, never>, 'users'>,
  { subject, issuer }: Pick<Principal, 'subject' | 'issuer'>,
): Promise<User | null> {
  if (users === undefined) throw new UsageError('not_configured', 'The option "users" is not configured')
  if (issuer !== undefined) return null
  try {
    return (await users.findById(subject)) ?? null
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
}

/** The contexts of one `Auth`, and what is behind each: another instance's context is not accepted. */
export interface Contexts<User, Claims extends AccessTokenClaims, Data extends object> {
  /** Opens a context. Looks at nothing. */
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
  return {
    open(request, sink) {
      const exchange: Exchange<User, Claims, Data> = {
        config,
        request,
        sink,
        authentication: undefined,
        denied: false,
        cookieIgnored: undefined,
        cookie: undefined,
        presented: undefined,
        replaced: false,
        slot: undefined,
        session: undefined,
        user: undefined,
        body: undefined,
      }
      return Object.freeze(new RequestContext(exchange))
    },
    exchangeOf(context) {
      const exchange = RequestContext.exchangeOf(context, config)
      if (exchange === undefined) throw new UsageError('argument', 'The context was opened by another instance')
      return exchange
    },
  }
}

/**
 * What the last guard found, if it let the request in.
 *
 * @throws {UsageError} `not_guarded`
 */
export function admitted<Claims extends AccessTokenClaims>({
  authentication,
  denied,
}: Pick<Exchange<unknown, Claims, object>, 'authentication' | 'denied'>): Authentication<Claims> {
  if (authentication === undefined || denied) throw notGuarded()
  return authentication
}

function notGuarded(): UsageError {
  return new UsageError(
    'not_guarded',
    'No guard admitted this request: add one, with "optional" where nobody has to log in',
  )
}
