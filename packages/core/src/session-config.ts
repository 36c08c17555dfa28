/**
 * What sessions in a cookie need of the configuration, checked and bound.
 *
 * @module
 */

import type { AuthEvent, Misconfiguration } from './events.ts'
import { createReport } from './emitter.ts'
import { ConfigError } from './faults.ts'
import type { Cookie } from './http/cookie.ts'
import { resolveOriginPolicy, type OriginOptions } from './http/origin-policy.ts'
import type { OriginPolicy } from './http/origin.ts'
import { isPort } from './options.ts'
import type { Runtime } from './ports.ts'
import { systemRuntime } from './runtime.ts'
import type { RootSecrets } from './secrets.ts'
import type { SessionEngine, SessionGround, SessionStrategy } from './session/strategy.ts'

/** The members of the configuration that are about sessions. */
export type SessionOptionName =
  | 'origin'
  | 'trustedOrigins'
  | 'secrets'
  | 'signWith'
  | 'sessions'
  | 'cookie'
  | 'insecureAllowMissingOrigin'
  | 'onEvent'
  | 'runtime'

/** Their defaults. Those of `sessions` and `cookie` stand with their options. */
export const SESSION_DEFAULTS: { readonly [Name in SessionOptionName]: unknown } = Object.freeze({
  origin: undefined,
  trustedOrigins: [],
  secrets: undefined,
  signWith: undefined,
  sessions: undefined,
  cookie: {},
  insecureAllowMissingOrigin: false,
  onEvent: undefined,
  runtime: systemRuntime,
})

/** What every flow with a cookie needs of the configuration. */
export interface SessionConfig {
  readonly origins: OriginPolicy
  readonly sessions: SessionEngine | undefined
  readonly cookie: Cookie
  readonly runtime: Runtime
  readonly emit: (event: AuthEvent) => void
  /** Tells the application of something that it has to mend, once. */
  readonly report: (problem: Misconfiguration) => void
}

/** What is resolved before. */
interface Ground extends Pick<SessionConfig, 'cookie' | 'runtime' | 'emit'>, Pick<SessionGround, 'revokeTokens'> {
  /** There with `sessions`. */
  readonly secrets: RootSecrets | undefined
  /** Whether another credential rides on a cookie. */
  readonly otherCookies: boolean
}

/**
 * Checks who may write with a cookie, and binds the strategy that keeps the sessions.
 *
 * @throws {ConfigError} `sessions`, and what `resolveOriginPolicy` names.
 */
export function bindSessions(
  given: OriginOptions & { readonly sessions?: unknown },
  { cookie, runtime, emit, secrets, otherCookies, ...tokens }: Ground,
): SessionConfig {
  const strategy = readStrategy(given.sessions)
  return {
    origins: resolveOriginPolicy(given, {
      secure: cookie.secure,
      domain: cookie.domain,
      needed: strategy !== undefined || otherCookies,
    }),
    sessions: strategy?.bind({
      secrets: secrets as RootSecrets,
      runtime,
      emit,
      ...tokens,
      cookie: Object.freeze({ name: cookie.name, capacity: cookie.capacity }),
    }),
    cookie,
    runtime,
    emit,
    report: createReport(emit),
  }
}

function readStrategy(value: unknown): SessionStrategy<object> | undefined {
  if (value === undefined || isPort<SessionStrategy<object>>(value, 'bind')) return value
  throw new ConfigError('sessions', 'must be a session strategy, such as storedSessions(store)')
}
