/**
 * Tokens that are good once: for a password reset, a verification of an e-mail address, a login by mail, an invitation.
 *
 * @module
 */

import {
  ConfigError,
  parseDuration,
  systemRuntime,
  UsageError,
  type Duration,
  type JsonObject,
  type Runtime,
  type TokenStore,
} from '@latchkey/core'
import { readOptions } from './options.ts'
import { checkPrefix } from './selector-token.ts'
import {
  checkTokenData,
  checkTokenParts,
  checkTokenSubject,
  createStoredTokens,
  readStoreTimeout,
  type TokenRefusal,
} from './stored-tokens.ts'

export type { TokenRefusal } from './stored-tokens.ts'

/** What `createOneTimeTokens` takes. */
export interface OneTimeTokensOptions {
  /** Where the tokens are kept. */
  readonly store: TokenStore
  /**
   * What the tokens are good for; a token of another purpose is unknown. Lower-case letters, digits and `-`, 1 to 64, beginning with a
   * letter. Four purposes bring a lifetime, a longest lifetime, and whether a new token voids earlier ones:
   *
   * - `password-reset`: 30 minutes, at most 60; voids (OWASP Forgot Password Cheat Sheet; ASVS 5.0 6.4.1). 15 to 60 are usual.
   * - `magic-link`: 15 minutes, at most 60; voids. Use `binding` to tie it to the browser that asked.
   * - `email-verification`: 24 hours, at most 7 days; voids. Put the address into `data`, and verify that one.
   * - `invitation`: 7 days, at most 30; voids nothing.
   */
  readonly purpose: 'password-reset' | 'magic-link' | 'email-verification' | 'invitation' | (string & {})
  /** How long a token is good. At least 1 second. Default: that of the purpose; for any other purpose it is required, at most 400 days. */
  readonly lifetime?: Duration
  /**
   * Whether a new token voids the earlier ones of the same subject and purpose, and a used one its siblings. Whoever can ask for a token can
   * then void the last one: throttle requests. Default: that of the purpose, else false.
   */
  readonly voidEarlier?: boolean
  /** What the tokens begin with. Up to three groups of lower-case letters and digits with `_` between. Default `lkt`. */
  readonly prefix?: string
  /** How long a call of the store may take, up to 1 minute. Then its signal is aborted, and it counts as out of reach: 503. Default 2 seconds. */
  readonly storeTimeout?: Duration
  /** Clock, timers and randomness. Default: the platform's. */
  readonly runtime?: Runtime
}

/** What a token is issued with. */
export interface OneTimeTokenInit {
  /** The application's values, which come back when the token is used. At most 4,096 characters of JSON. Not secret: they are kept as they are. Default `{}`. */
  readonly data?: JsonObject
  /**
   * Text that must be presented again with the token, such as a random value in a cookie of the browser that asked. Kept nowhere but in the
   * digest. Default: none.
   */
  readonly binding?: string
}

/** What is presented beside a token. */
export interface OneTimeTokenProof {
  /** What the token was bound to. Untrusted. Default: nothing. */
  readonly binding?: string | undefined
}

/** The outcome of a use. `code` is for logs and for a page that offers a new token; tell the client no more than "invalid or expired". */
export type OneTimeTokenResult =
  | { readonly ok: true; readonly subject: string; readonly data: JsonObject }
  | { readonly ok: false; readonly code: TokenRefusal }

/** One-time tokens of one purpose. Frozen. Every method may reject with an `UnavailableError`. */
export interface OneTimeTokens {
  /** What the tokens are good for. */
  readonly purpose: string
  /**
   * Issues a token and returns its text, which is shown to nobody but the addressee: send it to the address that is stored, never to one that
   * was typed (CVE-2019-19844). With `voidEarlier`, the earlier ones are revoked first; two issued at the same moment may both be good.
   *
   * @throws {UsageError} `argument` for a subject or a binding that is none; `value_not_json` for data that JSON would change.
   */
  issue(subject: string, init?: OneTimeTokenInit): Promise<string>
  /** Tells what `consume` would answer at this moment, and uses nothing up: for the page that asks for the new password. */
  check(token: unknown, proof?: OneTimeTokenProof): Promise<OneTimeTokenResult>
  /**
   * Uses a token up. Of any number of calls at the same time, in any number of processes, one is `ok`. With `voidEarlier`, the subject's
   * other tokens of the purpose are revoked then; when that fails, the call rejects and the token is used up.
   */
  consume(token: unknown, proof?: OneTimeTokenProof): Promise<OneTimeTokenResult>
  /** Revokes every token of a subject and this purpose, such as when its e-mail address changes. Returns how many were good. */
  revokeAll(subject: string): Promise<number>
}

interface Preset {
  readonly lifetime?: Duration
  readonly longest?: number
  readonly voidEarlier: boolean
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PRESETS: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  ['password-reset', { lifetime: '30m', longest: HOUR, voidEarlier: true }],
  ['magic-link', { lifetime: '15m', longest: HOUR, voidEarlier: true }],
  ['email-verification', { lifetime: '24h', longest: 7 * DAY, voidEarlier: true }],
  ['invitation', { lifetime: '7d', longest: 30 * DAY, voidEarlier: false }],
])
const PURPOSE = /^[a-z][a-z0-9-]{0,63}$/
const MAX_BINDING = 1_024

/**
 * Creates the one-time tokens of a purpose.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown or out of range.
 */
export function createOneTimeTokens(options: OneTimeTokensOptions): OneTimeTokens {
  const { store, runtime, prefix, purpose, lifetime, voidEarlier, storeTimeout } = resolveOptions(options)
  const tokens = createStoredTokens(store, runtime, { prefix, purpose, storeTimeout })

  function revokeAll(subject: string): Promise<number> {
    return tokens.ask((kept, call) => kept.revokeAll(subject, purpose, call))
  }

  async function check(token: unknown, { binding }: OneTimeTokenProof = {}): ReturnType<typeof tokens.prove> {
    if (binding !== undefined && !isBinding(binding)) return { ok: false, code: 'unknown' }
    return tokens.prove(token, binding)
  }

  return Object.freeze<OneTimeTokens>({
    purpose,

    async issue(subject, { data = {}, binding } = {}) {
      if (binding !== undefined && !isBinding(binding)) {
        throw new UsageError('argument', `A binding is text of 1 to ${MAX_BINDING} characters`)
      }
      const init = { subject: checkTokenSubject(subject), lifetime, data: checkTokenData(data), binding }
      if (voidEarlier) await revokeAll(subject)
      return (await tokens.issue(init)).text
    },

    async check(token, proof) {
      const proved = await check(token, proof)
      return proved.ok ? { ok: true, subject: proved.record.subject, data: proved.record.data } : proved
    },

    async consume(token, proof) {
      const proved = await check(token, proof)
      if (!proved.ok) return proved
      const { id, digest, subject, data } = proved.record
      if (!(await tokens.ask((kept, call) => kept.consume(id, digest, call)))) return { ok: false, code: 'unknown' }
      if (voidEarlier) await revokeAll(subject)
      return { ok: true, subject, data }
    },

    revokeAll: async (subject) => revokeAll(checkTokenSubject(subject)),
  })
}

function isBinding(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_BINDING
}

function resolveOptions(options: OneTimeTokensOptions) {
  const names = ['store', 'purpose', 'lifetime', 'voidEarlier', 'prefix', 'storeTimeout', 'runtime'] as const
  const read = readOptions('oneTimeTokens', options, names)
  const { purpose, runtime = systemRuntime } = read
  if (typeof purpose !== 'string' || !PURPOSE.test(purpose)) {
    throw new ConfigError('oneTimeTokens.purpose', 'must be 1 to 64 lower-case letters, digits and "-"')
  }
  const preset = PRESETS.get(purpose) ?? { voidEarlier: false }
  const { longest: max } = preset
  const range = { min: 1_000, ...(max === undefined ? {} : { max }) }
  const lifetime = parseDuration('oneTimeTokens.lifetime', read.lifetime ?? preset.lifetime, range)
  const { voidEarlier = preset.voidEarlier } = read
  if (typeof voidEarlier !== 'boolean') throw new ConfigError('oneTimeTokens.voidEarlier', 'must be true or false')
  const prefix = checkPrefix('oneTimeTokens.prefix', read.prefix ?? 'lkt')
  const storeTimeout = readStoreTimeout('oneTimeTokens.storeTimeout', read.storeTimeout)
  checkTokenParts('oneTimeTokens', read.store, runtime)
  const parts = { store: read.store as TokenStore, runtime: runtime as Runtime }
  return { ...parts, prefix, purpose, lifetime, voidEarlier, storeTimeout }
}
