/**
 * Sessions that iron-session sealed, read as sessions of ours.
 *
 * @module
 */

import {
  ConfigError,
  parseDuration,
  toSessionId,
  type Duration,
  type JsonObject,
  type SessionRecord,
} from '@latchkey/core'
import { isPlainObject } from './plain-data.ts'
import { platformBox } from './platform-box.ts'
import type { SealBox } from './seal-box.ts'
import { fromSealedValues, recordBase, toSealedValues } from './sealed-record.ts'
import type { SealText } from './seal-text.ts'

/** What the values of an iron-session mean here. */
export interface IronSessionMeaning {
  /** Who is logged in, by the application's own, lasting name, 1 to 255 characters; null for nobody. */
  readonly subject: string | null
  /** The values that the session goes on with. Default: none. */
  readonly data?: JsonObject
  /** What the session may do. Default: nothing named. */
  readonly scopes?: readonly string[]
  /** How the subject proved its identity. Default: not recorded. */
  readonly amr?: readonly string[]
}

/** How seals of iron-session are read. */
export interface IronSessionMapping {
  /**
   * The password that iron-session sealed with, or several by their ids; each of at least 32 characters. It must never have sealed
   * anything but this session: iron-session does not say in a seal which cookie it is for.
   */
  readonly password: string | { readonly [id: number]: string }
  /** The `ttl` that iron-session sealed with: it tells when a seal was made. Default 14 days, as there. Seals of ttl 0 are unknown. */
  readonly ttl?: Duration
  /** Says what the values mean; null for a session that is not to be taken over. What it throws counts as null. */
  readonly map: (values: JsonObject) => IronSessionMeaning | null
}

/** Reads seals that others made. Made by `readIronSession`. */
export interface SealReader {
  /**
   * Opens a seal.
   *
   * @param now Epoch milliseconds: a seal from more than a minute ahead of it is none.
   * @returns Null for every failure; nothing is thrown. Whether the session is alive is not judged here.
   */
  read(seal: SealText, now: number): Promise<SessionRecord | null>
}

const MIN_PASSWORD_LENGTH = 32
const PASSWORD_ID = /^(?:0|[1-9]\d{0,9})$/
const MAX_SKEW = 60_000
/** Nothing here is bound to a cookie; what the mapping gives passes through the same checks as what a seal gives. */
const PLACE = { cookieName: '' }

/**
 * Reads the seals of an application that used iron-session until now, so that nobody is logged out when it changes over. The first
 * renewal or write replaces such a cookie by one of ours. Until then its age counts from when it was sealed, and it can be revoked like
 * any other: its id is a hash of the seal.
 *
 * @throws {ConfigError} `sessions.alsoReads` for a password that iron-session would refuse, `sessions.alsoReads.ttl`.
 */
export function readIronSession(mapping: IronSessionMapping): SealReader {
  return createSealReader(mapping, platformBox)
}

/** The same over another box. */
export function createSealReader({ password, ttl = '14d', map }: IronSessionMapping, box: SealBox): SealReader {
  const passwords = readPasswords(password)
  const lifetime = parseDuration('sessions.alsoReads.ttl', ttl, { max: Number.MAX_SAFE_INTEGER })
  if (typeof map !== 'function') throw new ConfigError('sessions.alsoReads', 'must have a function "map"')

  return Object.freeze<SealReader>({
    async read(seal, now) {
      const { text, passwordId, expiresAt } = seal
      const secret = passwords.get(passwordId)
      const sealedAt = expiresAt - lifetime
      if (secret === undefined || sealedAt < 0 || sealedAt > now + MAX_SKEW) return null
      const values = await box.unseal(seal, { id: passwordId, text: secret })
      if (!isPlainObject(values)) return null
      const meaning = toMeaning(map, values)
      if (meaning === null) return null
      const { subject, data = {}, scopes = [], amr = [] } = meaning
      const record: SessionRecord = {
        ...recordBase(0),
        id: await idOf(text),
        subject,
        scopes,
        authenticatedAt: subject === null ? null : sealedAt,
        amr,
        acr: null,
        epoch: 0,
        createdAt: sealedAt,
        lastSeenAt: sealedAt,
        idleExpiresAt: expiresAt,
        absoluteExpiresAt: expiresAt,
        version: 0,
        label: null,
        persistent: true,
        dataVersion: 0,
        data,
      }
      return checkRecord(record)
    },
  })
}

function toMeaning(map: IronSessionMapping['map'], values: JsonObject): IronSessionMeaning | null {
  try {
    return map(values) ?? null
  } catch {
    return null
  }
}

/** What the application made of the values is copied as JSON carries it, and held to the same form as what we seal. */
function checkRecord(record: SessionRecord): SessionRecord | null {
  try {
    const copy = JSON.parse(JSON.stringify(toSealedValues(record, PLACE))) as unknown
    return fromSealedValues(copy, record.keyId, PLACE)
  } catch {
    return null
  }
}

/** The seal has one spelling, so that its hash names the session. */
async function idOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return toSessionId(new Uint8Array(hash, 0, 16))
}

function readPasswords(password: unknown): ReadonlyMap<number, string> {
  const option = 'sessions.alsoReads'
  const entries = typeof password === 'string' ? [['1', password] as const] : Object.entries(password ?? {})
  const passwords = new Map<number, string>()
  for (const [id, text] of entries) {
    if (!PASSWORD_ID.test(id)) throw new ConfigError(option, 'must name its passwords by whole numbers')
    if (typeof text !== 'string' || text.length < MIN_PASSWORD_LENGTH) {
      throw new ConfigError(option, `must have passwords of at least ${MIN_PASSWORD_LENGTH} characters`)
    }
    passwords.set(Number(id), text)
  }
  if (passwords.size === 0) throw new ConfigError(option, 'must have a password')
  return passwords
}
