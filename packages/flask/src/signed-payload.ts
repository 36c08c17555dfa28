/**
 * The signature of a session cookie: `payload.time.signature`, as itsdangerous writes it.
 *
 * @module
 */

import { decodeBase64url } from './base64url.ts'

/** A key that checks signatures. */
export type VerifyingKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** The parts of a cookie whose signature has not been checked. */
export interface SignedPayload {
  /** What the signature covers. */
  readonly signed: Uint8Array<ArrayBuffer>
  /** JSON, compressed or not, in base64url. */
  readonly payload: string
  readonly isCompressed: boolean
  /** When it was signed, in whole seconds since the epoch. */
  readonly time: number
  readonly signature: Uint8Array<ArrayBuffer>
}

/** The longest value that is looked at. Browsers keep 4096 bytes of name and value. */
export const MAX_COOKIE_LENGTH = 4_096

const GRAMMAR = /^(\.?)([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const MAX_TIME = 8.64e12
const encoder = new TextEncoder()

/** Parses a cookie's value. Undefined for anything that Flask does not write. No cryptography, and nothing is thrown. */
export function parseSignedPayload(value: unknown): SignedPayload | undefined {
  if (typeof value !== 'string' || value.length > MAX_COOKIE_LENGTH) return undefined
  const [, dot, payload = '', stamp = '', mac = ''] = GRAMMAR.exec(value) ?? []
  if (dot === undefined) return undefined
  const time = readTime(stamp)
  const signature = decodeBase64url(mac)
  if (time === undefined || signature === undefined) return undefined
  const signed = encoder.encode(value.slice(0, value.lastIndexOf('.')))
  return { signed, payload, isCompressed: dot === '.', time, signature }
}

/** Derives the keys that sign, one of each secret: HMAC over the salt. */
export async function deriveSigningKeys(
  secretKeys: readonly Uint8Array<ArrayBuffer>[],
  salt: string,
  hash: string,
): Promise<readonly VerifyingKey[]> {
  const algorithm = { name: 'HMAC', hash }
  const keys = secretKeys.map(async (secret) => {
    const root = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign'])
    const derived = await crypto.subtle.sign('HMAC', root, encoder.encode(salt))
    return crypto.subtle.importKey('raw', derived, algorithm, false, ['verify'])
  })
  return Promise.all(keys)
}

/** Tells whether one of the keys made the signature. Constant time in the signature. */
export async function verifySignature(
  { signature, signed }: SignedPayload,
  keys: readonly VerifyingKey[],
): Promise<boolean> {
  for (const key of keys) if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true
  return false
}

/** Big-endian, without zeros in front. */
function readTime(stamp: string): number | undefined {
  const bytes = decodeBase64url(stamp)
  if (bytes === undefined || bytes.length > 6 || bytes[0] === 0) return undefined
  const time = bytes.reduce((value, byte) => value * 256 + byte, 0)
  return time <= MAX_TIME ? time : undefined
}
