/**
 * Sessions kept in a store, named by a credential.
 *
 * @module
 */

import { encodeBase64url } from '../base64url.ts'
import { UnavailableError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import type { ExpirySweep, SessionRecord, SessionStore, SubjectSessions } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { createStoreCall } from '../store-call.ts'
import { isSessionId, issueCredential, parseCredential, toSessionId } from './credential.ts'
import { resolveSessionOptions, type StoredSessionOptions, type StoredSessionPolicy } from './options.ts'
import { decideExpiry, decideSession, type SessionRenewal } from './policy.ts'
import { renewSession } from './renewing.ts'
import { decideCookieGeneration } from './rotation.ts'
import type { RefreshProof } from './refreshing.ts'
import type { UndecodableReason } from './session-data.ts'
import type { SessionEngine, SessionGround, SessionStrategy } from './strategy.ts'
import { checkDataSize } from './value-sizes.ts'
import { createCredentialVerifier } from './verified-credentials.ts'

export type { StoredSessionOptions } from './options.ts'

/** Everything that a store of sessions can do. */
export type SessionStoreParts = SessionStore & SubjectSessions & ExpirySweep

/** Equal ids in a row are no coincidence but a broken source of randomness. */
const MAX_ID_ATTEMPTS = 4

/**
 * Keeps sessions in a store: full device lists, and logout that takes effect at once, everywhere.
 *
 * @throws {ConfigError} For an option that is unknown, out of range, or contradicts another.
 */
export function storedSessions<Data extends object = JsonObject>(
  store: SessionStoreParts,
  options: StoredSessionOptions<Data> = {},
): SessionStrategy<Data> {
  const policy = resolveSessionOptions(options)
  return Object.freeze({ bind: (ground: SessionGround) => createStoredEngine(store, policy, ground) })
}

function createStoredEngine(
  store: SessionStoreParts,
  policy: StoredSessionPolicy,
  { secrets, runtime, emit, revokeTokens }: SessionGround,
): SessionEngine {
  const { data } = policy
  const call = createStoreCall(runtime, policy.storeTimeout)
  const verifyCredential = createCredentialVerifier(secrets)
  const onUndecodable = (sessionId: string): void => emit({ type: 'session_undecodable', sessionId, reason: 'row' })

  async function read(id: string): Promise<SessionRecord | null> {
    const record = await call((at) => store.read(id, { ...at, onUndecodable }))
    if (record === null) return null
    // A key id above the ring is a newer process's: this one cannot judge it, and must not call it invalid.
    if (record.keyId > secrets.highestId) throw new UnavailableError()
    return secrets.has(record.keyId) ? record : null
  }

  async function readLive(id: string): Promise<SessionRecord | null> {
    const record = await read(id)
    if (record === null || decideSession(record, readClock(runtime), policy).status !== 'live') return null
    const opened = await data.open(record)
    return opened.ok ? opened.record : undecodable(record, opened)
  }

  const touch = (record: SessionRecord, { lastSeenAt, idleExpiresAt }: SessionRenewal): Promise<boolean> =>
    call((at) => store.touch(record, lastSeenAt, idleExpiresAt, at))

  async function checkValues(values: JsonObject): Promise<void> {
    checkDataSize(values, policy.maxDataSize)
    await data.check(values)
  }

  function undecodable(record: SessionRecord, { why }: { readonly why: UndecodableReason }): null {
    emit({ type: 'session_undecodable', sessionId: record.id, reason: why })
    return null
  }

  function mismatch(record: SessionRecord): { readonly status: 'unknown' } {
    emit({ type: 'suspicious', reason: 'credential_mismatch', sessionId: record.id })
    return { status: 'unknown' }
  }

  function expired(
    record: SessionRecord,
    { reason }: { readonly reason: 'idle' | 'absolute' },
  ): { readonly status: 'expired'; readonly record: SessionRecord } {
    emit({ type: 'session_expired', sessionId: record.id, reason })
    return { status: 'expired', record }
  }

  /** The record that a credential was derived from, whatever generation it names. A credential of another carrier is none. */
  async function prove(text: string, carrier: SessionRecord['carrier']): Promise<RefreshProof | null> {
    const credential = parseCredential(text)
    if (credential?.carrier !== carrier) return null
    const record = await read(credential.id)
    if (record === null) return null
    if (await verifyCredential(credential, record)) return { record, generation: credential.generation }
    mismatch(record)
    return null
  }

  const engine: SessionEngine = {
    credentialHoldsRecord: false,
    onConflict: policy.onConflict,

    async load(text) {
      const proof = await prove(text, 'cookie')
      if (proof === null) return { status: 'unknown' }
      const { record, generation } = proof
      const now = readClock(runtime)
      const standing = decideCookieGeneration(record, generation, now, policy)
      if (standing === 'unknown') return mismatch(record)
      const verdict = decideSession(record, now, policy)
      if (verdict.status === 'expired') return expired(record, verdict)
      const opened = await data.open(record)
      const renewal = standing === 'current' ? verdict.renewal : undefined
      if (opened.ok) return { status: 'live', record: opened.record, renewal }
      undecodable(record, opened)
      return { status: 'undecodable', record, newer: opened.why === 'newer' }
    },

    async prove(text) {
      const proof = await prove(text, 'refresh')
      if (proof === null) return { status: 'unknown' }
      const verdict = decideSession(proof.record, readClock(runtime), policy)
      return verdict.status === 'live' ? { status: 'genuine', ...proof, policy } : expired(proof.record, verdict)
    },

    renew: (record, renewal) => renewSession(record, renewal, { engine, touch, emit }),

    async create(init) {
      await checkValues(init.data)
      for (let attempt = 0; attempt < MAX_ID_ATTEMPTS; attempt += 1) {
        const now = readClock(runtime)
        const record: SessionRecord = {
          userAgent: null,
          address: null,
          persistent: policy.persistent,
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
          dataVersion: data.version,
        }
        const created = await call((at) => store.create(record, at))
        // Two equal ids out of 2^128: another one, rather than somebody else's session.
        if (created === 'exists') continue
        if (created === 'cut_off') return 'cut_off'
        emit({ type: 'session_created', sessionId: record.id, subject: record.subject })
        return record
      }
      throw new UnavailableError()
    },

    async write(record, changes) {
      let written = changes
      if (changes.data !== undefined) {
        await checkValues(changes.data)
        written = { ...changes, dataVersion: Math.max(record.dataVersion, data.version) }
      }
      const result = await call((at) => store.update(record.id, record.version, written, at))
      return result.ok ? { ok: true, record: { ...record, ...written, version: result.version } } : result
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

    async find(subject, id) {
      const record = isSessionId(id) ? await readLive(id) : null
      return record?.subject === subject ? record : null
    },

    reload: ({ id }) => readLive(id),

    async revalidate(known) {
      const record = await read(known.id)
      const verdict = decideSession(record ?? known, readClock(runtime), policy)
      // What has passed its timeout reads as absent.
      if (verdict.status === 'expired') return { status: 'expired' }
      // A new salt makes every credential from before unknown, the one by which this was opened among them.
      if (record === null || record.salt !== known.salt) return { status: 'gone' }
      const opened = await data.open(record)
      if (opened.ok) return { status: 'live', record: opened.record }
      undecodable(record, opened)
      return { status: 'gone' }
    },

    async destroy({ id, subject }) {
      await revokeTokens?.({ id, subject })
      const alive = await call((at) => store.destroy(id, at))
      if (alive) emit({ type: 'session_destroyed', sessionId: id, subject })
      return alive
    },

    credentialOf: async (record) => issueCredential(record, secrets),

    async list(subject) {
      const sessions = await call((at) => store.listBySubject(subject, at))
      const now = readClock(runtime)
      return sessions.filter((session) => decideSession(session, now, policy).status === 'live')
    },

    async revoke(subject, id) {
      if (!isSessionId(id)) return false
      const record = await call((at) => store.read(id, { ...at, onUndecodable }))
      if (record !== null) return record.subject === subject && engine.destroy(record)
      // A row that cannot be decoded may still be listed, and what is listed can be ended.
      const listed = (await call((at) => store.listBySubject(subject, at))).find((session) => session.id === id)
      return listed !== undefined && engine.destroy({ ...listed, subject })
    },

    async revokeAll(subject, except, atLeast = 0) {
      const options = except === undefined ? {} : { except }
      const count = await call((at) =>
        store.destroyAllForSubject(subject, options, { ...at, now: Math.max(at.now, atLeast) }),
      )
      emit({ type: 'sessions_revoked', subject, count })
      return count
    },

    epochOf: (subject) => call((at) => store.epochOf(subject, at)),
    sweep: (limit) => call((at) => store.deleteExpired(limit, at)),
  }
  return engine
}
