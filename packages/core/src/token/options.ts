/**
 * What an application configures about its access tokens.
 *
 * @module
 */

import { parseDuration, type Duration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import { readOptions } from '../options.ts'
import { MAX_AUDIENCES, type ClaimsPolicy } from './claims.ts'
import type { Keyring } from './keyring.ts'

/** Options of access tokens. Unknown members are refused. */
export interface TokenOptions {
  /** The `iss` of every token that is issued, and the only one that is accepted, byte for byte. */
  readonly issuer: string
  /** The `aud` of tokens that are issued; a token is accepted when it names at least one of them. 1 to 20. */
  readonly audience: string | readonly string[]
  /** How long an issued token lives: whole seconds, at most `maxLifetime`. Default `10m`, or `maxLifetime` if that is less. */
  readonly lifetime?: Duration
  /** The longest time from `iat` to `exp` that is accepted. At most 400 days. Default `1h`. */
  readonly maxLifetime?: Duration
  /** The tolerance for clocks that disagree. 0 to 60 seconds. Default `5s`. */
  readonly leeway?: Duration
  /** The `client_id` of issued tokens (RFC 9068 section 2.2); makes the claim required in others. Default: none. */
  readonly clientId?: string
  /** Claims that a token must have besides the standard ones, and not null. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** The keys, of `await createKeyring(...)`. Default: HS256 keys that are derived from `secrets`. */
  readonly keys?: Keyring
}

/** Access token options as they are used. Frozen; durations in milliseconds. */
export interface TokenPolicy extends ClaimsPolicy {
  /** A multiple of 1,000. */
  readonly lifetime: number
  readonly keys: Keyring | undefined
}

const NAMES = ['issuer', 'audience', 'lifetime', 'maxLifetime', 'leeway', 'clientId', 'requiredClaims', 'keys'] as const
const DEFAULT_LIFETIME = 600_000
const MAX_TEXT = 1_024

/**
 * Resolves access token options. Own members only.
 *
 * @throws {ConfigError} With a path such as `tokens.issuer`.
 */
export function resolveTokenOptions(input: unknown): TokenPolicy {
  const given = { maxLifetime: '1h', leeway: '5s', requiredClaims: [], ...readOptions('tokens', input, NAMES) }
  const maxLifetime = parseDuration('tokens.maxLifetime', given.maxLifetime, { min: 1_000 })
  const { lifetime: asked = Math.min(DEFAULT_LIFETIME, maxLifetime) / 1_000 } = given
  const lifetime = parseDuration('tokens.lifetime', asked, { max: maxLifetime })
  if (lifetime % 1_000 !== 0) throw new ConfigError('tokens.lifetime', 'must be a whole number of seconds')
  const audience = typeof given.audience === 'string' ? [given.audience] : given.audience
  return Object.freeze<TokenPolicy>({
    issuer: readText('tokens.issuer', given.issuer),
    audience: readTexts('tokens.audience', audience, { min: 1, max: MAX_AUDIENCES }),
    lifetime,
    maxLifetime,
    leeway: parseDuration('tokens.leeway', given.leeway, { min: 0, max: 60_000 }),
    clientId: given.clientId === undefined ? undefined : readText('tokens.clientId', given.clientId),
    requiredClaims: readTexts('tokens.requiredClaims', given.requiredClaims, { min: 0, max: 100 }),
    keys: readKeyring(given.keys),
  })
}

function readTexts(path: string, values: unknown, { min, max }: { min: number; max: number }): readonly string[] {
  if (!Array.isArray(values) || values.length < min || values.length > max) {
    throw new ConfigError(path, `must be ${min} to ${max} texts`)
  }
  const texts = Array.from(values as readonly unknown[], (value) => readText(path, value))
  if (new Set(texts).size < texts.length) throw new ConfigError(path, 'must not name the same twice')
  return Object.freeze(texts)
}

function readText(path: string, value: unknown): string {
  if (
    typeof value !== 'string' ||
    value.trim() !== value ||
    value === '' ||
    value.length > MAX_TEXT ||
    !value.isWellFormed()
  ) {
    throw new ConfigError(path, `must be text of 1 to ${MAX_TEXT} characters without blanks around it`)
  }
  return value
}

function readKeyring(value: unknown): Keyring | undefined {
  if (value === undefined) return undefined
  // A list has a "find" too, and finds its first key for every id.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (typeof (value as Partial<Keyring>).find === 'function') return value as Keyring
  }
  throw new ConfigError('tokens.keys', 'must be a keyring: the result of "await createKeyring(...)"')
}
