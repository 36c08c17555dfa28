/**
 * The configuration: parsed once, checked whole, frozen.
 *
 * @module
 */

import type { ApiKeyVerifier } from './api-key-port.ts'
import type { AccessTokenClaims } from './authentication.ts'
import { createEmitter } from './emitter.ts'
import type { EventListener } from './events.ts'
import { ConfigError } from './faults.ts'
import { createSessionCookie, type CookieOptions, type Cookie } from './http/cookie.ts'
import type { Challenge } from './http/denial.ts'
import type { LocationOptions } from './http/location-options.ts'
import { describeAbsence, resolveLocations, type TokenReader } from './http/location.ts'
import { isPort, readChoice, readOptions, readRuntime } from './options.ts'
import type { Runtime, UserLookup } from './ports.ts'
import { createRootSecrets, type RootSecrets, type Secrets } from './secrets.ts'
import { bindSessions, SESSION_DEFAULTS, type SessionConfig } from './session-config.ts'
import { createCsrfTokens, type CsrfTokens } from './session/csrf-token.ts'
import type { SessionStrategy } from './session/strategy.ts'
import { bindAccessTokens, type AccessTokens } from './token/access-token.ts'
import { createTokenRevocations, type RevocationOptions, type TokenRevocations } from './token/revocations.ts'
import { resolveTokenOptions, TOKEN_OPTION_NAMES, type TokenOptions, type TokenPolicy } from './token/options.ts'
import { deriveKeyring } from './token/secret-keyring.ts'

/** What `createAuth` takes. Unknown members are refused. At least one of `tokens`, `sessions` and `apiKeys` must be given. */
export interface AuthConfig<User, Data extends object, OwnClaims = unknown> {
  /**
   * The origins that this service has in browsers, such as `https://app.example.com`: state-changing requests with a
   * cookie must come from the one that they are sent to, or from a trusted one. Required with `sessions`. `https:` only, unless `cookie.insecurePlainHttp`.
   */
  readonly origin?: string | readonly string[]
  /** Other origins whose pages may send state-changing requests with a cookie. Default: none. */
  readonly trustedOrigins?: readonly string[]
  /**
   * Root secrets by id: whole numbers that are never reused. Each is at least 32 bytes (text counts as UTF-8) and is used
   * only to derive keys, one for each purpose (HKDF, RFC 5869). All verify; `signWith` signs. Required with `sessions`, and
   * with `tokens` unless `tokens.keys` is given.
   */
  readonly secrets?: Secrets
  /** The id of the secret that signs. Default: the highest, so that a new secret takes over; name the old one while a rollout is under way. */
  readonly signWith?: number
  /** Access tokens. Default: none; then bearer tokens that are no API keys are refused. */
  readonly tokens?: TokenOptions<OwnClaims> & LocationOptions
  /**
   * API keys: bearer credentials with their own prefix, accepted wherever access tokens are, such as `createApiKeys(...)` of
   * `@latchkey/password`. With `users`, the user of a key is looked up each time. Default: none.
   */
  readonly apiKeys?: ApiKeyVerifier
  /** Where revoked access tokens are remembered, for routes that ask (`authoritative`). Needs `tokens`. Default: nowhere. */
  readonly revocations?: RevocationOptions
  /** How sessions are kept, such as `storedSessions(store)`. Default: none; then cookies are not looked at. */
  readonly sessions?: SessionStrategy<Data>
  /** The session cookie. Default: `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax`, `Path=/`. */
  readonly cookie?: CookieOptions
  /** Finds the application's user for a subject; gives `context.user()` its type. */
  readonly users?: UserLookup<User>
  /**
   * What to do with credentials in two places of one request: `exclusive` refuses them; with `bearer-first` the first of
   * `tokens.locations` that holds anything decides, before the session cookie. Default `exclusive`. A route's `via` decides before this.
   */
  readonly credentials?: 'exclusive' | 'bearer-first'
  /** The name of the protection space in challenges (RFC 9110 section 11.5). Printable ASCII without `"` and `\`. Default `api`. */
  readonly realm?: string
  /**
   * Accepts state-changing requests with a cookie that carry none of `Origin`, `Sec-Fetch-Site` and `Referer`. Browsers
   * always send one of them; other clients can. Default false.
   */
  readonly insecureAllowMissingOrigin?: boolean
  /** Receives security events. Default: nobody. */
  readonly onEvent?: EventListener
  /** Clock, timers and randomness. Default: the platform's. For tests. */
  readonly runtime?: Runtime
}

/** Every default of the configuration in one place. Those of `tokens`, `sessions` and `cookie` stand with their options. */
export const DEFAULTS: { readonly [Name in keyof Required<AuthConfig<unknown, object>>]: unknown } = Object.freeze({
  ...SESSION_DEFAULTS,
  tokens: undefined,
  apiKeys: undefined,
  revocations: undefined,
  users: undefined,
  credentials: 'exclusive',
  realm: 'api',
})

/** What every flow needs of the configuration. */
export interface BaseConfig extends SessionConfig {
  readonly bearerFirst: boolean
  readonly challenge: Challenge
  /** Clock tolerance in milliseconds, for tokens and for `maxAge`. */
  readonly leeway: number
  /** How long after a login credentials are fresh, in milliseconds; undefined where the token profile does not know it. */
  readonly freshFor: number | undefined
  /** There with `sessions`. */
  readonly csrf: CsrfTokens | undefined
}

/** The configuration as the flows use it. */
export interface Config<User, Claims extends AccessTokenClaims> extends BaseConfig {
  readonly tokens: AccessTokens<Claims> | undefined
  readonly revocations: TokenRevocations | undefined
  /** Where tokens may stand, in the order in which that is looked at. */
  readonly locations: readonly TokenReader[]
  readonly apiKeys: ApiKeyVerifier | undefined
  readonly users: UserLookup<User> | undefined
}

const KEY_PREFIX = /^\w{1,64}$/
const REALM = /^[ !#-[\]-~]{1,128}$/
const DEFAULT_LEEWAY = 5_000

/**
 * Resolves a configuration.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown, out of range, or contradicts another.
 */
export function resolveConfig<User, Claims extends AccessTokenClaims, Data extends object>(
  config: AuthConfig<User, Data>,
): Config<User, Claims> {
  const names = Object.keys(DEFAULTS) as (keyof AuthConfig<User, Data>)[]
  const given = { ...DEFAULTS, ...readOptions('', config, names, 'config') }
  if (given.tokens === undefined && given.sessions === undefined && given.apiKeys === undefined) {
    throw new ConfigError('tokens', 'must be given where "sessions" is not: there is nothing to authenticate with')
  }
  const runtime = readRuntime(given.runtime)
  const emit = createEmitter(given.onEvent)
  const cookie = createSessionCookie(given.cookie)
  const apiKeys = readApiKeys(given.apiKeys)
  const { policy, locations } = readTokens(given.tokens, cookie)
  const secrets = readSecrets(given.secrets, given.signWith, {
    needed: given.sessions !== undefined || (policy !== undefined && policy.keys === undefined),
  })
  const derived = policy && !policy.keys ? deriveKeyring(secrets as RootSecrets) : undefined
  const keys = policy?.keys ?? (derived && (() => derived))
  if (typeof given.realm !== 'string' || !REALM.test(given.realm)) {
    throw new ConfigError('realm', 'must be 1 to 128 printable ASCII characters without " and \\')
  }

  const revocations =
    given.revocations === undefined ? undefined : createTokenRevocations(given.revocations, policy, runtime)

  return Object.freeze<Config<User, Claims>>({
    ...bindSessions(given, {
      cookie,
      runtime,
      emit,
      secrets,
      otherCookies: locations.some(({ place }) => place === 'cookie'),
      ...(revocations === undefined ? {} : { revokeTokens: revocations.revokeSession }),
    }),
    locations,
    bearerFirst:
      readChoice('credentials', given.credentials, ['exclusive', 'bearer-first'], 'exclusive') === 'bearer-first',
    challenge: Object.freeze<Challenge>({
      scheme: policy === undefined && apiKeys === undefined ? 'Session' : 'Bearer',
      realm: given.realm,
      ...(policy?.profile.name === 'flaskJwtExtended' && { flask: describeAbsence(locations) }),
    }),
    leeway: policy?.leeway ?? DEFAULT_LEEWAY,
    freshFor: policy?.freshFor,
    tokens: policy && keys && bindAccessTokens<Claims>(policy, keys, runtime),
    revocations,
    apiKeys,
    csrf: given.sessions === undefined ? undefined : createCsrfTokens(secrets as RootSecrets, runtime),
    users: readUsers<User>(given.users),
  })
}

function readTokens(
  value: unknown,
  { secure }: Cookie,
): { readonly policy: TokenPolicy | undefined; readonly locations: readonly TokenReader[] } {
  if (value === undefined)
    return { policy: undefined, locations: resolveLocations(undefined, { secure, flask: false }) }
  const { locations: given, ...options } = readOptions('tokens', value, [...TOKEN_OPTION_NAMES, 'locations'])
  const { profile } = options
  const locations = resolveLocations(given, { secure, flask: profile === 'flaskJwtExtended' })
  const csrf = locations.some(({ doubleSubmit }) => doubleSubmit !== undefined)
  return { policy: resolveTokenOptions(options, { csrf }), locations }
}

function readSecrets(secrets: unknown, signWith: unknown, { needed }: { needed: boolean }): RootSecrets | undefined {
  if (secrets !== undefined) return createRootSecrets(secrets, signWith)
  if (needed)
    throw new ConfigError('secrets', 'must be given with "sessions", and with "tokens" unless "tokens.keys" is')
  if (signWith !== undefined) throw new ConfigError('signWith', 'names a secret, and there are none')
  return undefined
}

function readApiKeys(value: unknown): ApiKeyVerifier | undefined {
  if (value === undefined) return undefined
  if (!isPort<ApiKeyVerifier>(value, 'verify')) throw new ConfigError('apiKeys', 'must have a function "verify"')
  if (typeof value.prefix !== 'string' || !KEY_PREFIX.test(value.prefix)) {
    throw new ConfigError('apiKeys.prefix', 'must be 1 to 64 ASCII letters, digits and "_"')
  }
  return value
}

function readUsers<User>(value: unknown): UserLookup<User> | undefined {
  if (value === undefined) return undefined
  if (!isPort<UserLookup<User>>(value, 'findById')) throw new ConfigError('users', 'must have a function "findById"')
  if (value.statusOf !== undefined && !isPort<UserLookup<User>>(value, 'statusOf')) {
    throw new ConfigError('users.statusOf', 'must be a function')
  }
  return value
}
