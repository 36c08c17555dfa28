/**
 * What an application configures about its sealed sessions.
 *
 * @module
 */

import {
  ConfigError,
  parseDuration,
  resolveSessionData,
  resolveTimeouts,
  type Duration,
  type JsonObject,
  type RevocationStore,
  type SessionData,
  type SessionPolicy,
  type StoredSessionOptions,
} from '@latchkey/core'
import type { SealReader } from './iron-session-seals.ts'

/** How long sealed sessions live, and what makes up for the store that they do without. */
export interface SealedSessionOptions<Data extends object = JsonObject> extends Pick<
  StoredSessionOptions<Data>,
  'preset' | 'idleTimeout' | 'absoluteTimeout' | 'touchEvery' | 'persistent' | 'data'
> {
  /**
   * Remembers which sessions have ended. With it a logout ends every copy of the cookie, and all sessions of a subject can be
   * ended; each request with a live cookie costs one call. Default: none.
   */
  readonly revocations?: RevocationStore
  /** How long one call of `revocations` may take, up to 1 minute; then it counts as down (503). Default 2 seconds. */
  readonly storeTimeout?: Duration
  /**
   * Reads seals that iron-session made, from the cookie of the same name: `readIronSession(...)`. Default: they are unknown.
   */
  readonly alsoReads?: SealReader
  /**
   * How many opened seals are remembered, so that the same cookie is not opened again. 0, or 2 to 1,000,000. Default 1,000. Each takes as
   * much memory as its cookie is long, at most 4,096 characters, and its record besides.
   */
  readonly rememberedSeals?: number
}

/** Options as they are used. Frozen. */
export interface SealedSessionSettings {
  readonly policy: SessionPolicy
  readonly persistent: boolean
  readonly data: SessionData
  readonly revocations: RevocationStore | undefined
  /** Milliseconds. */
  readonly storeTimeout: number
  readonly alsoReads: SealReader | undefined
  readonly rememberedSeals: number
}

const NAMES: ReadonlySet<string> = new Set([
  'preset',
  'idleTimeout',
  'absoluteTimeout',
  'touchEvery',
  'persistent',
  'data',
  'revocations',
  'storeTimeout',
  'alsoReads',
  'rememberedSeals',
])
const REVOCATION_CALLS = [
  'isRevoked',
  'revoke',
  'epochOf',
  'revokeAllForSubject',
  'changedSince',
  'deleteExpired',
] as const
const MAX_STORE_TIMEOUT = 60_000
const DEFAULT_REMEMBERED = 1_000
const MAX_REMEMBERED = 1_000_000

/**
 * Resolves the options of sealed sessions. Own members only.
 *
 * @throws {ConfigError} With a path such as `sessions.idleTimeout`.
 */
export function resolveSealedOptions(options: unknown): SealedSessionSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError('sessions', 'must be an object')
  }
  const given = new Map<string, unknown>(Object.entries(options).filter(([, value]) => value !== undefined))
  for (const name of given.keys()) if (!NAMES.has(name)) throw new ConfigError(`sessions.${name}`, 'is not known')
  const revocations = given.get('revocations')
  if (revocations !== undefined && !isPort<RevocationStore>(revocations, ...REVOCATION_CALLS)) {
    throw new ConfigError('sessions.revocations', 'must be a revocation store')
  }
  const storeTimeout = parseDuration('sessions.storeTimeout', given.get('storeTimeout') ?? '2s', {
    max: MAX_STORE_TIMEOUT,
  })
  const alsoReads = given.get('alsoReads')
  if (alsoReads !== undefined && !isPort<SealReader>(alsoReads, 'read')) {
    throw new ConfigError('sessions.alsoReads', 'must be made by readIronSession(...)')
  }
  const persistent = given.get('persistent') ?? true
  if (typeof persistent !== 'boolean') throw new ConfigError('sessions.persistent', 'must be true or false')
  return Object.freeze({
    persistent,
    data: resolveSessionData(given.get('data')),
    policy: resolveTimeouts(Object.fromEntries(given)),
    revocations,
    storeTimeout,
    alsoReads,
    rememberedSeals: readRemembered(given.get('rememberedSeals') ?? DEFAULT_REMEMBERED),
  })
}

function readRemembered(most: unknown): number {
  // Of two generations, each has to hold one at least.
  if (typeof most !== 'number' || !Number.isSafeInteger(most) || most < 0 || most === 1 || most > MAX_REMEMBERED) {
    throw new ConfigError('sessions.rememberedSeals', `must be 0, or a whole number from 2 to ${MAX_REMEMBERED}`)
  }
  return most
}

function isPort<Port extends object>(value: unknown, ...names: readonly (keyof Port & string)[]): value is Port {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as { readonly [member: string]: unknown })[name] === 'function')
}
