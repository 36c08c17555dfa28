/**
 * What an application configures about its stored sessions.
 *
 * @module
 */

import { parseDuration, type Duration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import { readBoolean, readChoice, readOptions } from '../options.ts'
import { readConflictPolicy, type ConflictPolicy, type OnConflict } from './conflict.ts'
import type { SessionPolicy } from './policy.ts'
import type { RotationPolicy } from './rotation.ts'
import { resolveSessionData, type SessionData, type SessionDataOptions } from './session-data.ts'

/** How long sessions live, and how much they hold. */
export interface StoredSessionOptions<Data extends object = JsonObject> {
  /** Starting values of the two timeouts: `lasting` is 7 and 30 days, `strict` 1 and 24 hours (NIST SP 800-63B, AAL2). Default `lasting`. */
  readonly preset?: 'lasting' | 'strict'
  /** Ends a session that is not used for so long. Default by preset. */
  readonly idleTimeout?: Duration
  /** Ends a session so long after its login, however much it is used. Default by preset. At least `idleTimeout`. */
  readonly absoluteTimeout?: Duration
  /**
   * Whether a session's cookie outlives the browser (`Max-Age`), where a login does not say, and for visitors. False: the browser deletes
   * it when it closes, unless it restores its windows. Both timeouts hold either way. Default true.
   */
  readonly persistent?: boolean
  /** Use is recorded, and the cookie sent again, at most this often. Default 5 minutes, or half of `idleTimeout` where that is less. */
  readonly touchEvery?: Duration
  /**
   * Changes the credential of a cookie when it is so old, with the first use that is recorded (see `touchEvery`). The one before opens the
   * session for `reuseWindow` more, for requests that are under way. At least `touchEvery` and `reuseWindow`. Default: never by time,
   * because a browser that loses the answer with the new cookie is logged out.
   */
  readonly rotateEvery?: Duration
  /**
   * How long one call of the store may take, up to 1 minute. Then its signal is aborted, and the request is answered with 503, as by a
   * store that is down. Default 2 seconds.
   */
  readonly storeTimeout?: Duration
  /** The shape of the values: a schema, its version, and how to come from an older one. Default: any JSON, version 0. */
  readonly data?: SessionDataOptions<Data>
  /**
   * What becomes of a write to a value that this request has read and that another one changed since, where the call does not say: see
   * `OnConflict`. Default `error`.
   */
  readonly onConflict?: OnConflict<NoInfer<Data>>
  /** The most that a session's values may take as JSON, in UTF-16 code units. 1 to 1,048,576. Default 65,536. */
  readonly maxDataSize?: number
  /**
   * For how long after a refresh token was exchanged the same exchange may be asked for again, by a retry or by another
   * tab, and gives the same successor; with `rotateEvery`, for how long a cookie still opens that has just been replaced. 0 to 10
   * minutes. Default 10 seconds.
   */
  readonly reuseWindow?: Duration
  /**
   * What a refresh token means that comes again after the window, when nobody was seen to use its successor: `recover` takes
   * the answer for lost and gives another one; `strict` takes it for stolen and ends the session (RFC 9700 section 4.14.2).
   * Default `recover`: with `strict`, a client that lost one answer is logged out.
   */
  readonly reuse?: 'recover' | 'strict'
}

/** Session options as they are used. Frozen; durations in milliseconds. */
export interface StoredSessionPolicy extends SessionPolicy, RotationPolicy {
  readonly maxDataSize: number
  readonly storeTimeout: number
  readonly persistent: boolean
  readonly data: SessionData
  readonly onConflict: ConflictPolicy
}

const PRESETS = {
  lasting: { idleTimeout: '7d', absoluteTimeout: '30d' },
  strict: { idleTimeout: '1h', absoluteTimeout: '24h' },
} as const
const DEFAULT_TOUCH_EVERY = 300_000
const DEFAULT_MAX_DATA_SIZE = 65_536
const MAX_MAX_DATA_SIZE = 1_048_576
const DEFAULT_STORE_TIMEOUT = '2s'
const MAX_STORE_TIMEOUT = 60_000
const DEFAULT_REUSE_WINDOW = 10_000
const MAX_REUSE_WINDOW = 600_000

/**
 * Resolves session options. Own members only.
 *
 * @throws {ConfigError} With a path such as `sessions.idleTimeout`.
 */
export function resolveSessionOptions(options: unknown): StoredSessionPolicy {
  const given = readOptions('sessions', options, [
    'preset',
    'idleTimeout',
    'absoluteTimeout',
    'touchEvery',
    'rotateEvery',
    'persistent',
    'data',
    'onConflict',
    'maxDataSize',
    'storeTimeout',
    'reuseWindow',
    'reuse',
  ])
  const timeouts = resolveTimeouts(given)
  const maxDataSize = given.maxDataSize ?? DEFAULT_MAX_DATA_SIZE
  if (
    typeof maxDataSize !== 'number' ||
    !Number.isSafeInteger(maxDataSize) ||
    maxDataSize < 1 ||
    maxDataSize > MAX_MAX_DATA_SIZE
  ) {
    throw new ConfigError('sessions.maxDataSize', `must be a whole number from 1 to ${MAX_MAX_DATA_SIZE}`)
  }
  const reuseWindow =
    given.reuseWindow === undefined
      ? DEFAULT_REUSE_WINDOW
      : parseDuration('sessions.reuseWindow', given.reuseWindow, { min: 0, max: MAX_REUSE_WINDOW })
  const rotateEvery =
    given.rotateEvery === undefined ? undefined : parseDuration('sessions.rotateEvery', given.rotateEvery)
  if (rotateEvery !== undefined && rotateEvery < Math.max(timeouts.touchEvery, reuseWindow)) {
    throw new ConfigError(
      'sessions.rotateEvery',
      'must not be less than "sessions.touchEvery" and "sessions.reuseWindow"',
    )
  }
  const storeTimeout = parseDuration('sessions.storeTimeout', given.storeTimeout ?? DEFAULT_STORE_TIMEOUT, {
    max: MAX_STORE_TIMEOUT,
  })
  const reuse = readChoice('sessions.reuse', given.reuse, ['recover', 'strict'], 'recover')
  const persistent = readBoolean('sessions.persistent', given.persistent, true)
  const data = resolveSessionData(given.data)
  const onConflict = given.onConflict === undefined ? 'error' : readConflictPolicy(given.onConflict)
  if (onConflict === undefined) {
    throw new ConfigError('sessions.onConflict', 'must be "error", "mine", "theirs" or a function')
  }
  return Object.freeze({
    ...timeouts,
    rotateEvery,
    maxDataSize,
    storeTimeout,
    reuseWindow,
    reuse,
    persistent,
    data,
    onConflict,
  })
}

/** The options by which `resolveTimeouts` goes, not yet checked. */
export type TimeoutOptions = {
  readonly [Name in 'preset' | 'idleTimeout' | 'absoluteTimeout' | 'touchEvery']?: unknown
}

/**
 * Resolves the timeouts, for any way to keep sessions.
 *
 * @throws {ConfigError} With a path such as `sessions.idleTimeout`.
 */
export function resolveTimeouts(given: TimeoutOptions): SessionPolicy {
  const preset = PRESETS[readChoice('sessions.preset', given.preset, ['lasting', 'strict'], 'lasting')]
  const idleTimeout = parseDuration('sessions.idleTimeout', given.idleTimeout ?? preset.idleTimeout)
  const absoluteTimeout = parseDuration('sessions.absoluteTimeout', given.absoluteTimeout ?? preset.absoluteTimeout)
  if (absoluteTimeout < idleTimeout)
    throw new ConfigError('sessions.absoluteTimeout', 'must not be less than "sessions.idleTimeout"')
  const touchEvery =
    given.touchEvery === undefined
      ? Math.min(DEFAULT_TOUCH_EVERY, Math.floor(idleTimeout / 2))
      : parseDuration('sessions.touchEvery', given.touchEvery)
  if (touchEvery > idleTimeout / 2)
    throw new ConfigError('sessions.touchEvery', 'must not be more than half of "sessions.idleTimeout"')
  return Object.freeze({ idleTimeout, absoluteTimeout, touchEvery })
}
