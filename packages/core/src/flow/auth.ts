/**
 * What an application calls: every method of the object that `createAuth` makes.
 *
 * @module
 */

import type { AccessTokenClaims, Authentication, Requirement } from '../authentication.ts'
import type { Denial } from '../http/denial.ts'
import type { EffectSink } from '../http/effects.ts'
import type { AuthRequest } from '../http/request.ts'
import type { JsonObject } from '../json.ts'
import type { SessionInfo } from '../ports.ts'
import type { IssueOptions, VerifyResult } from '../token/access-token.ts'
import type { Context } from './context.ts'
import type { ElevateOptions, ElevateResult } from './elevate.ts'
import type { Handlers, HandlersOptions } from './handlers.ts'
import type { LoginOptions, LoginResult, TokenLoginResult } from './login.ts'
import type { LogoutResult } from './logout.ts'
import type { RefreshResult } from './refresh.ts'
import type { TokenCookieResult } from './token-cookies.ts'

/**
 * Authentication and sessions of one application. Made by `createAuth`; frozen; several may live in one process and share nothing.
 *
 * Every method that returns a promise may reject with an `UnavailableError` when a store or lookup is out of reach.
 */
export interface Auth<
  User = unknown,
  Data extends object = JsonObject,
  Claims extends AccessTokenClaims = AccessTokenClaims,
> {
  /**
   * Opens the context of a request, for an adapter to keep. Looks at nothing and calls no store. For a WebSocket handshake, whose
   * answer carries no cookie, give it `closedSink`.
   */
  open(request: AuthRequest, sink: EffectSink): Context<User, Claims, Data>
  /**
   * Makes a guard for a route. It authenticates the request of a context, remembers the result there, and gives the denial to
   * send, or undefined when the caller may pass. Several guards on one request look the session up once.
   *
   * @throws {ConfigError} At once, for a requirement that is misspelt or out of range.
   */
  guard(requirement?: Requirement): (context: Context<User, Claims, Data>) => Promise<Denial | undefined>
  /**
   * Authenticates a request: `open` and the first half of a guard. The result is the context's `authentication`; `authorize`
   * judges it.
   *
   * @throws {ConfigError} For a requirement that is misspelt or out of range.
   */
  authenticate(request: AuthRequest, sink: EffectSink, requirement?: Requirement): Promise<Context<User, Claims, Data>>
  /**
   * Decides whether an authentication meets a requirement; pure but for the clock that `maxAge` needs.
   *
   * @returns Undefined when it does, else the denial to send.
   * @throws {ConfigError} For a requirement that is misspelt or out of range.
   */
  authorize(authentication: Authentication<Claims>, requirement?: Requirement): Denial | undefined
  /** Logs a subject in whose identity the application has checked, with a cookie or with tokens. See `LoginOptions`. */
  login(
    context: Context<User, Claims, Data>,
    options: LoginOptions & { readonly deliver: 'cookie' },
  ): Promise<LoginResult<Data>>
  /** The same with tokens: an access token and a refresh token, for API clients. */
  login(
    context: Context<User, Claims, Data>,
    options: LoginOptions & { readonly deliver: 'tokens' },
  ): Promise<TokenLoginResult>
  /**
   * Step-up: renews the time and methods of authentication of the request's session, whose subject the application has checked
   * again, and changes its credential. For guarded routes. See `ElevateOptions`.
   */
  elevate(context: Context<User, Claims, Data>, options: ElevateOptions): Promise<ElevateResult<Data>>
  /** Exchanges a refresh token for a new access token and, once a window, a new refresh token. */
  refresh(refreshToken: unknown): Promise<RefreshResult>
  /** Ends the session of a refresh token: the logout of an API client. True: it was alive. */
  revokeRefreshToken(refreshToken: unknown): Promise<boolean>
  /** Ends the session that the request presented. */
  logout(context: Context<User, Claims, Data>): Promise<LogoutResult>
  /**
   * Makes a CSRF token for the session of a guarded request, for a page to send back: in the header `X-CSRF-Token`, which a guard with
   * `csrfToken` asks for, or in a form field, for `checkCsrfToken`. Any number of them are good at once, until the session ends or its
   * credential is changed (`rotate`, `elevate`, a login). Null where there is no session.
   *
   * @throws {UsageError} `not_configured` without `sessions`; `not_guarded`.
   */
  csrfToken(context: Context<User, Claims, Data>): Promise<string | null>
  /**
   * Judges a CSRF token that a guarded request brought in a form field. Anything may be given. Undefined when it is one of the request's
   * session, and where no session cookie authenticated; else the denial to send. The method is not looked at.
   *
   * @throws {UsageError} `not_configured` without `sessions`; `not_guarded`.
   */
  checkCsrfToken(context: Context<User, Claims, Data>, token: unknown): Promise<Denial | undefined>
  /**
   * Issues an access token (RFC 9068).
   *
   * @throws {UsageError} `not_configured` without `tokens` or without a signing key; `argument`; `value_not_json`.
   */
  issueAccessToken(subject: string, options?: IssueOptions): Promise<string>
  /**
   * Verifies an access token of any bytes: a value, never an exception. Hits no store, unless `authoritative` asks for it.
   *
   * @throws {UsageError} `not_configured` without `tokens`; `argument` for an answer of `tokens.claims` or `tokens.checkClaims` of the
   * wrong kind.
   * @throws {ConfigError} For an `authoritative` that nothing is configured for.
   */
  verifyAccessToken(token: unknown, options?: Pick<Requirement, 'authoritative'>): Promise<VerifyResult<Claims>>
  /** Revokes one access token (or a refresh JWT of `flaskJwtExtended`), by its text or by its claims, for routes that ask (`authoritative`). True: it was good until now. */
  revokeAccessToken(token: unknown): Promise<boolean>
  /**
   * Puts an access token (or a refresh JWT of `flaskJwtExtended`) into the cookie that `tokens.locations` has for it, for as long as it lives. A denial is
   * to be sent as it is: another site's page sent the request.
   *
   * @throws {UsageError} `not_configured` without such a cookie; `argument` for a token that would be refused; `headers_sent`;
   * `cookie_too_large`.
   */
  setTokenCookie(context: Context<User, Claims, Data>, token: string): Promise<TokenCookieResult>
  /**
   * Removes every cookie of `tokens.locations` from the browser. The tokens stay good until they expire.
   *
   * @throws {UsageError} `not_configured` without such a cookie; `headers_sent`.
   */
  unsetTokenCookies(context: Context<User, Claims, Data>): Promise<TokenCookieResult>
  /**
   * Makes ready-made routes: tokens, refresh, revocation, introspection, logout, device list, public keys. Each adapter's `routes` mounts them.
   *
   * @throws {ConfigError} At once, for an option that is unknown or out of range.
   */
  handlers(options?: HandlersOptions<Context<User, Claims, Data>>): Handlers<Context<User, Claims, Data>>
  /** The user behind a verified token; null when the token was refused, the user is gone, or the subject is another issuer's. */
  userOf(result: VerifyResult<Claims>): Promise<User | null>
  /** The live sessions of a subject, newest first. */
  listSessions(subject: string): Promise<SessionInfo[]>
  /** Ends one session of a subject. False: there is none of that id, or it is another's. */
  revokeSession(subject: string, id: string): Promise<boolean>
  /**
   * Ends all sessions of a subject at once, all but `except`; also logins that are under way, and access tokens where there are
   * `revocations`. Returns how many were alive; 0 where nobody counts them (sealed sessions).
   */
  revokeAllSessions(subject: string, options?: { readonly except?: string }): Promise<number>
  /** The subject's epoch, to be read before a password is checked and handed to `login`. */
  epochOf(subject: string): Promise<number>
  /**
   * Removes dead records from the store, at most `limit` (default 1,000, 1 to 100,000); returns how many. For the application's
   * own timer: nothing depends on it but the store's size.
   *
   * @throws {UsageError} `argument`
   */
  sweep(options?: { readonly limit?: number }): Promise<number>
}
