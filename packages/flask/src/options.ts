/**
 * What an application says of its Flask sessions.
 *
 * @module
 */

import { ConfigError, parseDuration, systemRuntime, type Duration, type Runtime } from '@latchkey/core'

/** The hash of the signature. Flask's own is `sha1`; the others are of subclasses of its interface. */
export type FlaskDigest = 'sha1' | 'sha256' | 'sha512'

/** Options of a reader. Unknown members are refused. */
export interface FlaskSessionOptions {
  /**
   * `SECRET_KEY` and what `SECRET_KEY_FALLBACKS` lists, in any order: 1 to 10. Text counts as UTF-8. All verify. How hard they are to guess is
   * not judged here: whoever guesses one writes any session.
   */
  readonly secretKeys: readonly (string | Uint8Array)[]
  /** `PERMANENT_SESSION_LIFETIME`: the oldest cookie that is read, permanent or not. Default `31d`, as there. */
  readonly maxAge?: Duration
  /** `SESSION_COOKIE_NAME`. Default `session`. */
  readonly name?: string
  /** The salt of the session interface. Default `cookie-session`, as there. */
  readonly salt?: string
  /** Default `sha1`, as there. */
  readonly digest?: FlaskDigest
  /** The clock. Default: the platform's. For tests. */
  readonly runtime?: Runtime
}

/** Options as they are used. Frozen. */
export interface FlaskSessionSettings {
  readonly secretKeys: readonly Uint8Array<ArrayBuffer>[]
  /** Milliseconds. */
  readonly maxAge: number
  readonly name: string
  readonly salt: string
  /** As the Web Cryptography API calls it. */
  readonly hash: 'SHA-1' | 'SHA-256' | 'SHA-512'
  readonly runtime: Runtime
}

const NAMES: ReadonlySet<string> = new Set<keyof FlaskSessionOptions>([
  'secretKeys',
  'maxAge',
  'name',
  'salt',
  'digest',
  'runtime',
])
const COOKIE_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const

/**
 * Resolves the options of a reader. Own members only.
 *
 * @throws {ConfigError} Naming the option.
 */
export function resolveFlaskOptions(options: unknown): FlaskSessionSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError('flask', 'must be an object')
  }
  const given = new Map<string, unknown>(Object.entries(options).filter(([, value]) => value !== undefined))
  for (const name of given.keys()) if (!NAMES.has(name)) throw new ConfigError(name, 'is not known')
  const name = given.get('name') ?? 'session'
  if (typeof name !== 'string' || !COOKIE_NAME.test(name)) {
    throw new ConfigError('name', 'must be a token (RFC 9110 section 5.6.2)')
  }
  const salt = given.get('salt') ?? 'cookie-session'
  if (typeof salt !== 'string' || salt === '') throw new ConfigError('salt', 'must be text')
  const digest = given.get('digest') ?? 'sha1'
  if (typeof digest !== 'string' || !Object.hasOwn(HASHES, digest)) {
    throw new ConfigError('digest', 'must be one of sha1, sha256, sha512')
  }
  const runtime = (given.get('runtime') ?? systemRuntime) as Runtime
  if (typeof runtime.now !== 'function') throw new ConfigError('runtime', 'must have the function "now"')
  return Object.freeze({
    secretKeys: readSecretKeys(given.get('secretKeys')),
    maxAge: parseDuration('maxAge', given.get('maxAge') ?? '31d'),
    name,
    salt,
    hash: HASHES[digest as FlaskDigest],
    runtime,
  })
}

function readSecretKeys(values: unknown): readonly Uint8Array<ArrayBuffer>[] {
  if (!Array.isArray(values) || values.length < 1 || values.length > 10) {
    throw new ConfigError('secretKeys', 'must be a list of 1 to 10 secrets')
  }
  return Array.from(values as readonly unknown[], (value, index) => {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
    if (bytes instanceof Uint8Array && bytes.length > 0) return new Uint8Array(bytes)
    throw new ConfigError(`secretKeys[${index}]`, 'must be text or a Uint8Array, and not empty')
  })
}
