/**
 * Sessions whose record lives in the cookie.
 *
 * @module
 */

import {
  createStoreCall,
  decideExpiry,
  decideSession,
  isSessionId,
  MAX_DURATION,
  readClock,
  toSessionId,
  UnavailableError,
  UsageError,
  type RevocationStore,
  type SessionEngine,
  type SessionGround,
  type SessionRecord,
} from '@latchkey/core'
import type { SealedSessionSettings } from './options.ts'
import { platformBox } from './platform-box.ts'
import type { SealBox, SealPassword } from './seal-box.ts'
import { checkSealSize } from './seal-size.ts'
import { parseSealText, type SealText } from './seal-text.ts'
import { fromSealedValues, recordBase, toSealedValues } from './sealed-record.ts'
import { createVerifiedSeals } from './verified-seals.ts'

const PURPOSE = 'sealed-session'

/** Creates the engine of sealed sessions on what `createAuth` gives. */
export function createSealedEngine(
  { policy, persistent, data, revocations, storeTimeout, alsoReads, rememberedSeals }: SealedSessionSettings,
  { secrets, runtime, emit, cookie, revokeTokens }: SessionGround,
  box: SealBox = platformBox,
): SessionEngine {
  const place = { cookieName: cookie.name }
  const verified = createVerifiedSeals(rememberedSeals)
  const passwords = new Map<number, SealPassword>()
  const call = createStoreCall(runtime, storeTimeout)
  const now = () => readClock(runtime)

  /** The record in a seal, ours or one that is read besides; null for everything else. */
  async function open(text: string): Promise<SessionRecord | null> {
    const seal = parseSealText(text)
    if (seal === undefined) return null
    const id = seal.passwordId
    const values = secrets.has(id) ? await box.unseal(seal, await passwordOf(id)) : undefined
    const record = fromSealedValues(values, id, place) ?? (await readOthers(seal))
    if (record !== null) verified.set(text, record)
    return record
  }

  /** What others sealed, the application has just given its shape of today. */
  async function readOthers(seal: SealText): Promise<SessionRecord | null> {
    const record = (await alsoReads?.read(seal, now())) ?? null
    return record && { ...record, dataVersion: data.version }
  }

  /** Derived when it is first asked for. */
  function passwordOf(id: number): SealPassword | Promise<SealPassword> {
    return passwords.get(id) ?? derivePassword(id)
  }

  async function derivePassword(id: number): Promise<SealPassword> {
    const password = { id, text: await secrets.deriveText(id, PURPOSE) }
    passwords.set(id, password)
    return password
  }

  /** Whether a session may still be used: by time, and by what the revocation store knows. */
  async function isAlive(record: SessionRecord): Promise<boolean> {
    return decideSession(record, now(), policy).status === 'live' && !(await isRevoked(record))
  }

  function isRevoked(record: SessionRecord): boolean | Promise<boolean> {
    return revocations !== undefined && askRevoked(revocations, record)
  }

  async function askRevoked(store: RevocationStore, { id, subject, epoch }: SessionRecord): Promise<boolean> {
    const answer: unknown = await call((at) => store.isRevoked({ ids: [id], subject, epoch }, at))
    // A store that says neither has a fault, and must not open anything by it.
    if (typeof answer !== 'boolean') throw new UnavailableError()
    return answer
  }

  /** @throws {UsageError} `cookie_too_large` */
  function checkSize(record: SessionRecord): SessionRecord {
    checkSealSize(toSealedValues(record, place), { passwordId: secrets.signingId, capacity: cookie.capacity })
    return record
  }

  function fits(record: SessionRecord): boolean {
    try {
      checkSize(record)
      return true
    } catch {
      return false
    }
  }

  const engine: SessionEngine = {
    credentialHoldsRecord: true,
    // Nobody else's write is ever seen.
    onConflict: 'error',

    async load(text) {
      const record = verified.get(text) ?? (await open(text))
      if (record === null) return { status: 'unknown' }
      const verdict = decideSession(record, now(), policy)
      if (verdict.status === 'expired') {
        emit({ type: 'session_expired', sessionId: record.id, reason: verdict.reason })
        return { status: 'expired', record }
      }
      if (await isRevoked(record)) return { status: 'unknown' }
      const opened = await data.open(record)
      if (!opened.ok) {
        emit({ type: 'session_undecodable', sessionId: record.id, reason: opened.why })
        return { status: 'undecodable', record, newer: opened.why === 'newer' }
      }
      const { renewal } = verdict
      // Sealed where cookies could be longer: it serves as long as it lives, but cannot be sealed anew.
      const fitting = renewal && fits({ ...opened.record, ...renewal }) ? renewal : undefined
      return { status: 'live', record: opened.record, renewal: fitting }
    },

    // They give out no refresh tokens: there is nothing to rotate.
    prove: () => Promise.resolve({ status: 'unknown' }),

    async renew(record, renewal) {
      return (await isAlive(record)) ? { record: { ...record, ...renewal }, send: true } : null
    },

    async create(init) {
      if (init.carrier !== 'cookie') return refuse('are carried by cookies alone')
      await data.check(init.data)
      const begun = now()
      const record = checkSize({
        persistent,
        ...init,
        ...recordBase(secrets.signingId),
        id: toSessionId(runtime.randomBytes(16)),
        createdAt: begun,
        lastSeenAt: begun,
        ...decideExpiry(begun, policy),
        version: 0,
        dataVersion: data.version,
      })
      if (await isRevoked(record)) return 'cut_off'
      emit({ type: 'session_created', sessionId: record.id, subject: record.subject })
      return record
    },

    async write(record, changes) {
      if (changes.data !== undefined) await data.check(changes.data)
      const dataVersion = Math.max(record.dataVersion, changes.data === undefined ? 0 : data.version)
      const changed = checkSize({ ...record, ...changes, dataVersion, version: record.version + 1 })
      return (await isAlive(record)) ? { ok: true, record: changed } : { ok: false, why: 'gone' }
    },

    async rotate(record, changes) {
      // Read before the session is judged, as at a login: a cut-off in between stands above it.
      const epoch = record.subject === null ? record.epoch : await engine.epochOf(record.subject)
      const result = await engine.write(record, changes)
      if (!result.ok) return result
      const id = toSessionId(runtime.randomBytes(16))
      const rotated = checkSize({ ...result.record, id, epoch: Math.max(epoch, record.epoch) })
      // Of two at once the second finds it revoked: one credential is current afterwards.
      if (revocations !== undefined && !(await revoke(revocations, record, record.absoluteExpiresAt))) {
        return { ok: false, why: 'gone' }
      }
      emit({ type: 'session_rotated', sessionId: id, subject: record.subject })
      return { ok: true, record: rotated }
    },

    find: async () => null,
    reload: async (record) => ((await isAlive(record)) ? record : null),
    async revalidate(record) {
      if (decideSession(record, now(), policy).status === 'expired') return { status: 'expired' }
      return (await isRevoked(record)) ? { status: 'gone' } : { status: 'live', record }
    },

    async destroy({ id, subject, absoluteExpiresAt }) {
      // First, because both may write to one store, where the second finds the session revoked.
      const alive = revocations !== undefined && (await revoke(revocations, { id, subject }, absoluteExpiresAt))
      await revokeTokens?.({ id, subject })
      if (alive) emit({ type: 'session_destroyed', sessionId: id, subject })
      return alive
    },

    async credentialOf(record) {
      const ttl = Math.max(1, Math.ceil((record.idleExpiresAt - now()) / 1_000))
      return box.seal(toSealedValues(record, place), await passwordOf(secrets.signingId), ttl)
    },

    list: async () => refuse('cannot be listed: nobody but their clients has them'),

    async revoke(subject, id) {
      if (revocations === undefined) return refuse(NO_REVOCATION)
      // How long it would have lived is not known here; no session lives longer than any option allows.
      if (!isSessionId(id)) return false
      const alive = await revoke(revocations, { id, subject }, now() + MAX_DURATION)
      await revokeTokens?.({ id, subject })
      return alive
    },

    async revokeAll(subject, except, atLeast = 0) {
      if (revocations === undefined) return refuse(NO_REVOCATION)
      const options = except === undefined ? { atLeast } : { except, atLeast }
      await call((at) => revocations.revokeAllForSubject(subject, options, at))
      emit({ type: 'sessions_revoked', subject, count: 0 })
      return 0
    },

    epochOf: (subject) =>
      revocations === undefined ? Promise.resolve(0) : call((at) => revocations.epochOf(subject, at)),
    sweep: (limit) =>
      revocations === undefined ? Promise.resolve(0) : call((at) => revocations.deleteExpired(limit, at)),
  }

  function revoke(
    store: RevocationStore,
    session: Pick<SessionRecord, 'id' | 'subject'>,
    until: number,
  ): Promise<boolean> {
    return call((at) => store.revoke(session, until, at))
  }

  return engine
}

const NO_REVOCATION = 'cannot be ended from here without "revocations"'

function refuse(why: string): never {
  throw new UsageError('not_configured', `Sealed sessions ${why}`)
}
