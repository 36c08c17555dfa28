/**
 * Sessions by themselves: a request's session, opened from its cookie without a guard or a framework.
 *
 * @module
 */

import type { OriginProblem, Principal } from './authentication.ts'
import type { AuthConfig } from './config.ts'
import { createEmitter } from './emitter.ts'
import { ConfigError } from './faults.ts'
import { beginSession } from './flow/begin-session.ts'
import {
  createEmptySlot,
  crossOriginReason,
  isCrossOriginChange,
  openSession,
  presentSession,
  principalOf,
  type CookieExchange,
} from './flow/exchange.ts'
import { readInit, type LoginOptions } from './flow/login-options.ts'
import { sweep } from './flow/revoke.ts'
import { dropDeadCookie, useSession } from './flow/use-session.ts'
import { createSessionCookie } from './http/cookie.ts'
import type { EffectSink } from './http/effects.ts'
import type { AuthRequest } from './http/request.ts'
import type { JsonObject } from './json.ts'
import { readOptions, readRuntime } from './options.ts'
import type { SessionInfo } from './ports.ts'
import { createRootSecrets, type Secrets } from './secrets.ts'
import { bindSessions, SESSION_DEFAULTS, type SessionConfig, type SessionOptionName } from './session-config.ts'
import type { Session } from './session/session.ts'
import type { SessionEngine, SessionStrategy } from './session/strategy.ts'
import { createSlot, type SessionSlot } from './session/writer.ts'
import { checkSubject } from './subject.ts'

/** What `createSessions` takes: the part of the configuration of `createAuth` that is about sessions, by the same names. Unknown members are refused. */
export interface SessionsOptions<Data extends object> extends Pick<
  AuthConfig<unknown, Data>,
  'trustedOrigins' | 'signWith' | 'cookie' | 'insecureAllowMissingOrigin' | 'onEvent' | 'runtime'
> {
  /** The origins that this service has in browsers, such as `https://app.example.com`. `https:` only, unless `cookie.insecurePlainHttp`. */
  readonly origin: string | readonly string[]
  /** Root secrets by id, from which the keys of credentials are derived. See `createAuth`. */
  readonly secrets: Secrets
  /** How sessions are kept, such as `storedSessions(store)`. */
  readonly sessions: SessionStrategy<Data>
}

/** A request's session, or why the request is to be refused, with 403: another site's page sent it. */
export type OpenedSession<Data extends object = JsonObject> =
  | {
      readonly ok: true
      /** The session; empty for a visitor who has none, and made by the first write. */
      readonly session: Session<Data>
      /** Who is logged in; null for nobody. */
      readonly principal: Principal | null
      /**
       * Logs a subject in whose identity the application has checked. Always makes a new session with a new id in the place of this one,
       * which ends: a credential from before the login, planted or stolen, is worth nothing after it.
       *
       * @throws {UsageError} `argument`; `headers_sent` when the response has begun. Nothing is stored.
       * @throws {UnavailableError} When the store is out of reach. The session before may be ended by then.
       */
      login(options: Omit<LoginOptions, 'deliver'>): Promise<SessionLogin<Data>>
    }
  | {
      readonly ok: false
      readonly code: 'cross_origin'
      /** The page is the service's own, under another scheme or port than `origin` says. */
      readonly problem?: OriginProblem
    }

/** The outcome of a login, whose session takes the place of the one before. `login_cut_off`: the subject's sessions were revoked after `epoch` was read; to be refused with 401. */
export type SessionLogin<Data extends object = JsonObject> =
  | { readonly ok: true; readonly session: Session<Data>; readonly principal: Principal }
  | { readonly ok: false; readonly code: 'login_cut_off' }

/**
 * Sessions of one application, as `createAuth` has them. Frozen; its members need no `this`. Knows no access tokens: where such are issued for these sessions and may
 * be revoked, `createAuth` is to end sessions, so that none ends without them.
 *
 * Every method may reject with an `UnavailableError` when the store is out of reach.
 */
export interface Sessions<Data extends object = JsonObject> {
  /**
   * Opens the session of a request; once for each request. Whoever may pass without a login is let in: whether there has to be a `principal` is the
   * caller's to say.
   *
   * A request that may change state (any method but GET, HEAD and OPTIONS, and a WebSocket handshake) must come from `origin` or
   * `trustedOrigins`, and is refused otherwise, so what those three methods do must change nothing. A client that is no
   * browser, with no cookie and none of the headers that tell, passes. A cookie that opens no session is deleted and counts as none. Activity is recorded,
   * and the cookie sent again, where that is due.
   *
   * @param request A `Request` of the Fetch standard will do. Its URL and body are not looked at.
   * @param sink Where cookies and headers go: `createEffects()`, to be flushed into the response also where that is a refusal.
   * @param options `passive`: does not count as activity. For polling. Default false.
   */
  open(
    request: Pick<AuthRequest, 'method' | 'headers'>,
    sink: EffectSink,
    options?: { readonly passive?: boolean },
  ): Promise<OpenedSession<Data>>
  /** The live sessions of a subject, newest first. */
  list(subject: string): Promise<SessionInfo[]>
  /** Ends one session of a subject. False: there is none of that id, or it is another's. */
  revoke(subject: string, id: string): Promise<boolean>
  /** Ends all sessions of a subject at once, all but `except`; also logins that are under way. Returns how many were alive; 0 where nobody counts them. */
  revokeAll(subject: string, options?: { readonly except?: string }): Promise<number>
  /** The subject's epoch, to be read before a password is checked and handed to the login. */
  epochOf(subject: string): Promise<number>
  /** Removes dead records from the store, at most `limit` (default 1,000, 1 to 100,000); returns how many. For the application's own timer. */
  sweep(options?: { readonly limit?: number }): Promise<number>
}

/** A request whose session was opened. */
interface Opened extends CookieExchange {
  readonly cookieIgnored: undefined
}

const NAMES = Object.keys(SESSION_DEFAULTS) as SessionOptionName[]

/**
 * Creates the sessions of an application that has no use for the rest of `createAuth`.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown, out of range, or contradicts another.
 */
export function createSessions<Data extends object = JsonObject>(options: SessionsOptions<Data>): Sessions<Data> {
  const config = resolve(options)
  const engine = config.sessions

  /** Gives out the handle on a slot, which is the request's session from then on. */
  function hold(exchange: Opened, slot: SessionSlot): Session<Data> {
    exchange.presented = Promise.resolve({ status: 'live', slot, renewal: undefined })
    return openSession<Data>(exchange, slot)
  }

  async function login(exchange: Opened, given: Omit<LoginOptions, 'deliver'>): Promise<SessionLogin<Data>> {
    const record = await beginSession(exchange, readInit({ ...given, deliver: 'cookie' }, exchange), given)
    if (record === 'cut_off') return { ok: false, code: 'login_cut_off' }
    return { ok: true, session: hold(exchange, createSlot(record)), principal: principalOf(record) as Principal }
  }

  return Object.freeze<Sessions<Data>>({
    async open({ method, headers }, sink, { passive = false } = {}) {
      const exchange: Opened = {
        config,
        request: { method, headers },
        sink,
        cookieIgnored: undefined,
        cookie: undefined,
        presented: undefined,
        replaced: false,
      }
      if (isCrossOriginChange(exchange)) {
        if (sink.open) sink.setHeader('vary', 'Cookie')
        config.emit({ type: 'rejected', code: 'cross_origin' })
        return { ok: false, ...crossOriginReason(exchange) }
      }
      const record = await useSession(exchange, { passive })
      if (typeof record === 'string') {
        await dropDeadCookie(exchange)
        config.emit({ type: 'rejected', code: record })
      }
      const presented = await presentSession(exchange)
      const slot = presented.status === 'live' && !presented.slot.ended ? presented.slot : createEmptySlot(presented)
      return {
        ok: true,
        session: hold(exchange, slot),
        principal: slot.record && principalOf(slot.record),
        login: (given) => login(exchange, given),
      }
    },
    list: async (subject) => engine.list(checkSubject(subject)),
    revoke: async (subject, id) => engine.revoke(checkSubject(subject), id),
    revokeAll: async (subject, { except } = {}) => engine.revokeAll(checkSubject(subject), except),
    epochOf: async (subject) => engine.epochOf(checkSubject(subject)),
    sweep: async ({ limit = 1_000 } = {}) => sweep({ sessions: engine, revocations: undefined }, limit),
  })
}

function resolve<Data extends object>(
  options: SessionsOptions<Data>,
): SessionConfig & { readonly sessions: SessionEngine } {
  const given = { ...SESSION_DEFAULTS, ...readOptions('', options, NAMES) }
  const secrets = createRootSecrets(given.secrets, given.signWith)
  const config = bindSessions(given, {
    cookie: createSessionCookie(given.cookie),
    runtime: readRuntime(given.runtime),
    emit: createEmitter(given.onEvent),
    secrets,
    otherCookies: false,
  })
  if (config.sessions === undefined) throw new ConfigError('sessions', 'must be given')
  return Object.freeze({ ...config, sessions: config.sessions })
}
