/**
 * Sessions kept in a store, named by a credential.
 *
 * @module
 */

import { encodeBase64url } from '../base64url.ts'
import { parseDuration, type Duration } from '../duration.ts'
import { ConfigError, UnavailableError, UsageError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import { readChoice, readOptions } from '../options.ts'
import type { ExpirySweep, SessionRecord, SessionStore, StoreCall, SubjectSessions } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { isSessionId, issueCredential, parseCredential, toSessionId, verifyCredential } from './credential.ts'
import { decideExpiry, decideSession, type SessionPolicy } from './policy.ts'
import type { SessionEngine, SessionGround, SessionStrategy } from './strategy.ts'

/** How long sessions live, and how much they hold. */
export interface StoredSessionOptions {
  /** Starting values of the two timeouts: `lasting` is 7 and 30 days, `strict` 1 and 24 hours (NIST SP 800-63B, AAL2). Default `lasting`. */
  readonly preset?: 'lasting' | 'strict'
  /** Ends a session that is not used for so long. Default by preset. */
  readonly idleTimeout?: Duration
  /** Ends a session so long after its login, however much it is used. Default by preset. At least `idleTimeout`. */
  readonly absoluteTimeout?: Duration
  /** Use is recorded, and the cookie sent again, at most this often. Default 5 minutes, or half of `idleTimeout` where that is less. */
  readonly touchEvery?: Duration
  /** The most that a session's values may take as JSON, in UTF-16 code units. 1 to 1,048,576. Default 65,536. */
  readonly maxDataSize?: number
}

/** Everything that a store of sessions can do. */
export type SessionStoreParts = SessionStore & SubjectSessions & ExpirySweep

const PRESETS = {
  lasting: { idleTimeout: '7d', absoluteTimeout: '30d' },
  strict: { idleTimeout: '1h', absoluteTimeout: '24h' },
} as const
const DEFAULT_TOUCH_EVERY = 300_000
const DEFAULT_MAX_DATA_SIZE = 65_536
const MAX_MAX_DATA_SIZE = 1_048_576

/**
 * Keeps sessions in a store: full device lists, and logout that takes effect at once, everywhere.
 *
 * @throws {ConfigError} For an option that is unknown, out of range, or contradicts another.
 */
export function storedSessions<Data extends object = JsonObject>(
  store: SessionStoreParts,
  options: StoredSessionOptions = {},
): SessionStrategy<Data> {
  const policy = resolveOptions(options)
  return Object.freeze({ bind: (ground: SessionGround) => createStoredEngine(store, policy, ground) })
}

function resolveOptions(options: unknown): SessionPolicy & { readonly maxDataSize: number } {
  const given = readOptions('sessions', options, [
    'preset',
    'idleTimeout',
    'absoluteTimeout',
    'touchEvery',
    'maxDataSize',
  ])
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
  const maxDataSize = given.maxDataSize ?? DEFAULT_MAX_DATA_SIZE
  if (
    typeof maxDataSize !== 'number' ||
    !Number.isSafeInteger(maxDataSize) ||
    maxDataSize < 1 ||
    maxDataSize > MAX_MAX_DATA_SIZE
  ) {
    throw new ConfigError('sessions.maxDataSize', `must be a whole number from 1 to ${MAX_MAX_DATA_SIZE}`)
  }
  return Object.freeze({ idleTimeout, absoluteTimeout, touchEvery, maxDataSize })
}

function createStoredEngine(
  store: SessionStoreParts,
  policy: SessionPolicy & { readonly maxDataSize: number },
  { secrets, runtime, emit }: SessionGround,
): SessionEngine {
  async function call<Result>(run: (call: StoreCall) => Promise<Result>): Promise<Result> {
    const now = readClock(runtime)
    try {
      return await run({ now })
    } catch (cause) {
      throw new UnavailableError({ cause })
    }
  }

  async function read(id: string): Promise<SessionRecord | null> {
    const record = await call((at) => store.read(id, at))
    if (record === null) return null
    // A key id above the ring is a newer process's: this one cannot judge it, and must not call it invalid.
    if (record.keyId > secrets.highestId) throw new UnavailableError()
    return secrets.has(record.keyId) ? record : null
  }

  function checkSize(data: JsonObject): void {
    if (JSON.stringify(data).length > policy.maxDataSize) {
      throw new UsageError('session_too_large', 'The session holds more than "sessions.maxDataSize" allows')
    }
  }

  const engine: SessionEngine = {
    async load(text) {
      const credential = parseCredential(text)
      // A refresh token is no cookie, however genuine.
      if (credential?.carrier !== 'cookie') return { status: 'unknown' }
      const record = await read(credential.id)
      if (record === null) return { status: 'unknown' }
      if (!(await verifyCredential(credential, record, secrets)) || credential.generation !== record.generation) {
        emit({ type: 'suspicious', reason: 'credential_mismatch', sessionId: record.id })
        return { status: 'unknown' }
      }
      const verdict = decideSession(record, readClock(runtime), policy)
      if (verdict.status === 'live') return { status: 'live', record, renewal: verdict.renewal }
      emit({ type: 'session_expired', sessionId: record.id, reason: verdict.reason })
      return { status: 'expired', record }
    },

    async renew(record, renewal) {
      const alive = await call((at) => store.touch(record.id, renewal.lastSeenAt, renewal.idleExpiresAt, at))
      return alive ? { ...record, ...renewal } : null
    },

    async create(init) {
      checkSize(init.data)
      for (;;) {
        const now = readClock(runtime)
        const record: SessionRecord = {
          ...init,
          id: toSessionId(runtime.randomBytes(16)),
          keyId: secrets.signingId,
          salt: encodeBase64url(runtime.randomBytes(32)),
          generation: 0,
          previous: null,
          rotatedAt: null,
          createdAt: now,
          lastSeenAt: now,
          ...decideExpiry(now, policy),
          version: 0,
        }
        const created = await call((at) => store.create(record, at))
        // Two equal ids out of 2^128: another one, rather than somebody else's session.
        if (created === 'exists') continue
        if (created === 'cut_off') return 'cut_off'
        emit({ type: 'session_created', sessionId: record.id, subject: record.subject })
        return record
      }
    },

    async write(record, changes) {
      if (changes.data !== undefined) checkSize(changes.data)
      const result = await call((at) => store.update(record.id, record.version, changes, at))
      return result.ok ? { ok: true, record: { ...record, ...changes, version: result.version } } : result
    },

    async rotate(record, changes) {
      const result = await engine.write(record, {
        ...changes,
        keyId: secrets.signingId,
        salt: encodeBase64url(runtime.randomBytes(32)),
        generation: 0,
        previous: null,
        rotatedAt: null,
      })
      if (result.ok) emit({ type: 'session_rotated', sessionId: record.id, subject: record.subject })
      return result
    },

    async reload(record) {
      const current = await read(record.id)
      return current !== null && decideSession(current, readClock(runtime), policy).status === 'live' ? current : null
    },

    async destroy({ id, subject }) {
      const alive = await call((at) => store.destroy(id, at))
      if (alive) emit({ type: 'session_destroyed', sessionId: id, subject })
      return alive
    },

    credentialOf: (record) => issueCredential(record, secrets),

    async list(subject) {
      const sessions = await call((at) => store.listBySubject(subject, at))
      const now = readClock(runtime)
      return sessions.filter((session) => decideSession(session, now, policy).status === 'live')
    },

    async revoke(subject, id) {
      if (!isSessionId(id)) return false
      const record = await call((at) => store.read(id, at))
      return record?.subject === subject && engine.destroy(record)
    },

    async revokeAll(subject, except) {
      const count = await call((at) => store.destroyAllForSubject(subject, except === undefined ? {} : { except }, at))
      emit({ type: 'sessions_revoked', subject, count })
      return count
    },

    epochOf: (subject) => call((at) => store.epochOf(subject, at)),
    sweep: (limit) => call((at) => store.deleteExpired(limit, at)),
  }
  return engine
}
