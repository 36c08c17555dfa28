/**
 * A session record as it stands inside a seal.
 *
 * @module
 */

import { isSessionId, type JsonObject, type SessionRecord } from '@latchkey/core'
import { isObject, isPlainObject } from './plain-data.ts'

/** What seals of one kind have in common: the cookie that they are for. */
export interface SealPlace {
  /** The cookie's name. */
  readonly cookieName: string
}

/** The contents of a seal. */
export interface SealedValues extends JsonObject {
  /** The session's values. */
  readonly data: JsonObject
}

/** Says what the seal is for, and which form its contents have. */
const USE = 'latchkey-session/2'
const MEMBERS = 18
const MAX_SUBJECT_LENGTH = 255
const MAX_LABEL_LENGTH = 200

/** Gives the contents of a seal. Names are short, for all of it has to fit into a cookie. */
export function toSealedValues(record: SessionRecord, { cookieName }: SealPlace): SealedValues {
  return {
    use: USE,
    cookie: cookieName,
    id: record.id,
    sub: record.subject,
    scopes: record.scopes,
    auth: record.authenticatedAt,
    amr: record.amr,
    acr: record.acr,
    epoch: record.epoch,
    iat: record.createdAt,
    seen: record.lastSeenAt,
    idle: record.idleExpiresAt,
    exp: record.absoluteExpiresAt,
    ver: record.version,
    label: record.label,
    keep: record.persistent,
    schema: record.dataVersion,
    data: record.data,
  }
}

/**
 * Reads the contents of a seal back. Whether the session is alive is not judged here.
 *
 * @param keyId Which root secret opened it.
 * @returns Frozen to its depth; null for anything that is no session of this cookie's, whoever sealed it.
 */
export function fromSealedValues(values: unknown, keyId: number, { cookieName }: SealPlace): SessionRecord | null {
  if (!isPlainObject(values) || Object.keys(values).length !== MEMBERS) return null
  const { use, cookie, id, sub, scopes, auth, amr, acr, epoch, iat, seen, idle, exp, ver, label, keep, schema, data } =
    values
  if (use !== USE || cookie !== cookieName || !isSessionId(id) || !isSubject(sub)) return null
  if (!isTexts(scopes) || !isTexts(amr) || !isTextOrNull(acr) || !isLabel(label) || !isObject(data)) return null
  if (typeof keep !== 'boolean' || !isWhole(schema)) return null
  if (!isWhole(epoch) || !isWhole(ver) || (auth !== null && !isWhole(auth))) return null
  if (!isWhole(iat) || !isWhole(seen) || !isWhole(idle) || !isWhole(exp)) return null
  return Object.freeze<SessionRecord>({
    ...recordBase(keyId),
    id,
    subject: sub,
    scopes,
    authenticatedAt: auth,
    amr,
    acr,
    epoch,
    createdAt: iat,
    lastSeenAt: seen,
    idleExpiresAt: idle,
    absoluteExpiresAt: exp,
    version: ver,
    label,
    persistent: keep,
    dataVersion: schema,
    data,
  })
}

/**
 * The members that mean nothing where the record itself is sealed: no credential is derived from a salt or a generation, and no
 * device list shows a user agent or an address.
 */
export function recordBase(
  keyId: number,
): Pick<
  SessionRecord,
  'carrier' | 'keyId' | 'salt' | 'generation' | 'previous' | 'rotatedAt' | 'userAgent' | 'address'
> {
  const credential = { keyId, salt: '', generation: 0, previous: null, rotatedAt: null }
  return { carrier: 'cookie', ...credential, userAgent: null, address: null }
}

function isSubject(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length > 0 && value.length <= MAX_SUBJECT_LENGTH)
}

function isLabel(value: unknown): value is string | null {
  return isTextOrNull(value) && (value === null || value.length <= MAX_LABEL_LENGTH)
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
