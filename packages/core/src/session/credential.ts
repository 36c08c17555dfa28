/**
 * The credential of a session: what the client keeps, and how it is derived.
 *
 * `<prefix>_<id>.<generation>.<secret>`. The secret is a MAC over the id, the generation, the record's salt and its subject:
 * the table alone opens nothing, for the key is missing; the key alone opens nothing, for the salt is missing.
 *
 * @module
 */

import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import type { SessionRecord } from '../ports.ts'
import type { RootSecrets } from '../secrets.ts'

/** A credential, taken apart. Well-formed, not yet verified. */
export interface Credential {
  readonly carrier: SessionRecord['carrier']
  readonly id: string
  readonly generation: number
  /** Canonical base64url of 32 bytes. */
  readonly secret: string
}

/** What a credential is derived from. */
export type CredentialGround = Pick<SessionRecord, 'id' | 'carrier' | 'keyId' | 'salt' | 'generation' | 'subject'>

/** The prefixes by which scanners find leaked credentials. */
const PREFIXES: Readonly<Record<SessionRecord['carrier'], string>> = { cookie: 'lks', refresh: 'lkr' }
/** The last character of 32 bytes in base64url has two bits that are not used, and are zero. */
const GRAMMAR = /^lk([sr])_([0-9a-f]{32})\.(0|[1-9]\d{0,9})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/
const ID = /^[0-9a-f]{32}$/
const MAX_GENERATION = 2 ** 31 - 1
const PURPOSE = 'session-credential'
const encoder = new TextEncoder()
const LABELS: Readonly<Record<SessionRecord['carrier'], Uint8Array>> = {
  cookie: encoder.encode('cookie'),
  refresh: encoder.encode('refresh'),
}

/** Tells whether text has the form of a session id. */
export function isSessionId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text)
}

/** Writes 16 bytes as a session id. */
export function toSessionId(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Parses a credential. One spelling for each: lower-case hex, no leading zeros, canonical base64url.
 *
 * @returns Undefined for anything else, of any length; nothing is thrown.
 */
export function parseCredential(text: string): Credential | undefined {
  const [, kind, id, digits, secret] = GRAMMAR.exec(text) ?? []
  if (id === undefined || digits === undefined || secret === undefined) return undefined
  const generation = Number(digits)
  if (generation > MAX_GENERATION) return undefined
  return { carrier: kind === 's' ? 'cookie' : 'refresh', id, generation, secret }
}

/**
 * Derives the credential of a record's current generation.
 *
 * @throws What `secrets` throws for a key id that is not in the ring; check `secrets.has` first.
 */
export function issueCredential(record: CredentialGround, secrets: RootSecrets): string | Promise<string> {
  const secret = secrets.deriveHmacKey(record.keyId, PURPOSE).sign(macInput(record, record.generation))
  return secret instanceof Promise ? secret.then((bytes) => write(record, bytes)) : write(record, secret)
}

/**
 * Verifies that a credential was derived from this record, for the generation that the credential names. Constant time in
 * the secret. Whether that generation is still current, and whether the record is alive, is not checked here.
 */
export function verifyCredential(
  credential: Credential,
  record: CredentialGround,
  secrets: RootSecrets,
): boolean | Promise<boolean> {
  if (credential.carrier !== record.carrier || credential.id !== record.id) return false
  const secret = decodeBase64url(credential.secret)
  if (secret === undefined) return false
  return secrets.deriveHmacKey(record.keyId, PURPOSE).verify(macInput(record, credential.generation), secret)
}

function write({ carrier, id, generation }: CredentialGround, secret: Uint8Array): string {
  return `${PREFIXES[carrier]}_${id}.${generation}.${encodeBase64url(secret)}`
}

function macInput(record: CredentialGround, generation: number): Uint8Array<ArrayBuffer> {
  const label = LABELS[record.carrier]
  const subject = encoder.encode(record.subject ?? '')
  const salt = decodeBase64url(record.salt) ?? new Uint8Array()
  const input = new Uint8Array(4 + label.length + 16 + 8 + 32 + 4 + subject.length)
  let at = 0
  setUint32(input, at, label.length)
  input.set(label, (at += 4))
  at += label.length
  for (let index = 0; index < 16; index += 1) {
    input[at + index] = (digitAt(record.id, 2 * index) << 4) | digitAt(record.id, 2 * index + 1)
  }
  // Eight bytes; what is below 2^31 leaves the first four at zero.
  setUint32(input, (at += 16) + 4, generation)
  input.set(salt.subarray(0, 32), (at += 8))
  setUint32(input, (at += 32), subject.length)
  input.set(subject, at + 4)
  return input
}

function setUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** The value of a lower-case hexadecimal digit. */
function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < 58 ? code - 48 : code - 87
}
