/**
 * Reads Flask's session out of a request.
 *
 * @module
 */

import { readClock, readCookie } from '@latchkey/core'
import { decodeBase64url } from './base64url.ts'
import { inflate } from './inflate.ts'
import { resolveFlaskOptions, type FlaskSessionOptions } from './options.ts'
import { deriveSigningKeys, parseSignedPayload, verifySignature, type VerifyingKey } from './signed-payload.ts'
import { parseTaggedJson, type FlaskData, type FlaskValue } from './tagged-json.ts'

/** A session as Flask kept it. Anyone who has the cookie can read it and send it again until it is too old. */
export interface FlaskSession {
  /** The values, without Flask's own two below. */
  readonly data: FlaskData
  /** `session.permanent`. */
  readonly permanent: boolean
  /** The messages that were flashed and not yet shown, in their order. */
  readonly flashes: readonly { readonly category: string; readonly message: FlaskValue }[]
  /** When the cookie was signed, in epoch milliseconds. */
  readonly signedAt: number
}

/**
 * What a request holds. `none`: no such cookie. `refused`: one that Flask would not read, or not in one way.
 *
 * - `ambiguous`: two different values, which a sibling domain can plant.
 * - `malformed`: not of the form; or signed, and not a session.
 * - `signature`: signed by none of the keys.
 * - `expired`, `not_yet_valid`: signed too long ago, or in the future.
 * - `too_large`: more than 256 KiB when decompressed.
 */
export type FlaskSessionReading =
  | { readonly status: 'none' }
  | { readonly status: 'read'; readonly session: FlaskSession }
  | {
      readonly status: 'refused'
      readonly code: 'ambiguous' | 'malformed' | 'signature' | 'expired' | 'not_yet_valid' | 'too_large'
    }

/** Reads the sessions of one Flask application. Frozen. */
export interface FlaskSessionReader {
  /**
   * Reads the session. Anything may be given; every refusal is a value.
   *
   * @param header The `Cookie` header as it came; null when there is none.
   * @throws {UnavailableError} When the clock does not answer.
   */
  read(header: string | null | undefined): Promise<FlaskSessionReading>
}

const MAX_INFLATED = 262_144
const NONE: FlaskSessionReading = Object.freeze({ status: 'none' })

/**
 * Creates a reader of Flask's session cookies. It writes none: carry over what it reads into a session of your own.
 *
 * The signature is checked before anything is decompressed or parsed.
 *
 * @throws {ConfigError} Naming the option.
 *
 * @example Logging in who is logged in to Flask
 *
 * ```ts
 * import { createFlaskSessionReader } from '@latchkey/flask'
 *
 * const flask = createFlaskSessionReader({ secretKeys: [process.env['FLASK_SECRET_KEY'] ?? ''] })
 *
 * export async function subjectOf(cookieHeader: string | null): Promise<string | undefined> {
 *   const reading = await flask.read(cookieHeader)
 *   const id = reading.status === 'read' ? reading.session.data['_user_id'] : undefined // Flask-Login's
 *   return typeof id === 'string' ? id : undefined
 * }
 * ```
 */
export function createFlaskSessionReader(options: FlaskSessionOptions): FlaskSessionReader {
  const { secretKeys, maxAge, name, salt, hash, runtime } = resolveFlaskOptions(options)
  let keys: Promise<readonly VerifyingKey[]> | undefined

  async function judge(value: string): Promise<FlaskSessionReading> {
    const parsed = parseSignedPayload(value)
    if (parsed === undefined) return refuse('malformed')
    keys ??= deriveSigningKeys(secretKeys, salt, hash)
    if (!(await verifySignature(parsed, await keys))) return refuse('signature')
    const age = Math.floor(readClock(runtime) / 1_000) - parsed.time
    if (age < 0) return refuse('not_yet_valid')
    if (age * 1_000 > maxAge) return refuse('expired')
    const bytes = decodeBase64url(parsed.payload)
    if (bytes === undefined) return refuse('malformed')
    const json = parsed.isCompressed ? await inflate(bytes, MAX_INFLATED) : bytes
    if (typeof json === 'string') return refuse(json)
    const data = parseTaggedJson(json)
    return data === undefined ? refuse('malformed') : { status: 'read', session: toSession(data, parsed.time * 1_000) }
  }

  return Object.freeze<FlaskSessionReader>({
    async read(header) {
      const cookie = readCookie(header ?? null, name)
      if (cookie.status === 'ambiguous') return refuse('ambiguous')
      return cookie.status === 'none' ? NONE : judge(cookie.value)
    },
  })
}

function toSession(all: FlaskData, signedAt: number): FlaskSession {
  const data = Object.create(null) as Record<string, FlaskValue>
  for (const [name, value] of Object.entries(all)) if (name !== '_permanent' && name !== '_flashes') data[name] = value
  const { _permanent: permanent, _flashes: flashed } = all
  const flashes = Array.isArray(flashed) ? flashed.flatMap(toFlash) : []
  return Object.freeze({ data: Object.freeze(data), permanent: permanent === true, flashes, signedAt })
}

function toFlash(pair: FlaskValue): FlaskSession['flashes'] {
  if (!Array.isArray(pair) || typeof pair[0] !== 'string') return []
  return [{ category: pair[0], message: (pair[1] ?? '') as FlaskValue }]
}

function refuse(code: Extract<FlaskSessionReading, { status: 'refused' }>['code']): FlaskSessionReading {
  return Object.freeze({ status: 'refused', code })
}
