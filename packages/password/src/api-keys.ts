/**
 * Long-lived keys with which programs act for a subject.
 *
 * @module
 */

import {
  parseDuration,
  systemRuntime,
  UsageError,
  type Duration,
  type Principal,
  type Runtime,
  type TokenInfo,
  type TokenStore,
} from '@latchkey/core'
import { readOptions } from './options.ts'
import { checkPrefix, isTokenId } from './selector-token.ts'
import {
  checkTokenParts,
  checkTokenSubject,
  createStoredTokens,
  readStoreTimeout,
  type TokenRefusal,
} from './stored-tokens.ts'

/** What `createApiKeys` takes. */
export interface ApiKeysOptions {
  /** Where the keys are kept. */
  readonly store: TokenStore
  /**
   * What the keys begin with, such as `acme_live`: the name by which scanners find leaked ones. Up to three groups of 1 to 16 lower-case
   * letters and digits with `_` between. Keys of another prefix are unknown, and not listed.
   */
  readonly prefix: string
  /** How long a key is good unless `create` says otherwise. At least 1 second, at most 400 days. Default null: until it is revoked. */
  readonly lifetime?: Duration | null
  /** How long a call of the store may take, up to 1 minute. Then its signal is aborted, and it counts as out of reach: 503. Default 2 seconds. */
  readonly storeTimeout?: Duration
  /** Clock, timers and randomness. Default: the platform's. */
  readonly runtime?: Runtime
}

/** What a key is made with. */
export interface ApiKeyInit {
  /** What a list shows. 1 to 200 characters without control characters. */
  readonly label: string
  /** What the key may do: at most 100 scopes (RFC 6749 section 3.3) of at most 100 characters. No more than its maker may do: that is not checked here. */
  readonly scopes: readonly string[]
  /** How long it is good; null: until it is revoked. Default: that of `createApiKeys`. */
  readonly lifetime?: Duration | null
}

/** What a list tells of a key. Times are epoch milliseconds. */
export interface ApiKeyInfo {
  /** The public id, for `revoke`. */
  readonly id: string
  /** As it was given. */
  readonly label: string
  /** What the key may do. */
  readonly scopes: readonly string[]
  /** When it was made. */
  readonly createdAt: number
  /** When it ends; null: when it is revoked. */
  readonly expiresAt: number | null
  /** When it was last used, to the minute; null: never. */
  readonly lastUsedAt: number | null
}

/**
 * The party behind a key, as the context of a request has it that came with the key; without `createAuth`, a `Principal` that
 * `auth.authorize` can judge, as `{ status: 'authenticated', via: 'bearer', principal }`.
 * `authenticatedAt` is when the key was made and `amr` is empty. No key meets `maxAge`.
 */
export interface ApiKeyPrincipal extends Principal {
  /** The public id of the key. */
  readonly keyId: string
}

/** The outcome of looking at a key. The client is told `invalid_token` in each case. */
export type ApiKeyResult =
  | { readonly ok: true; readonly principal: ApiKeyPrincipal }
  | { readonly ok: false; readonly code: TokenRefusal }

/** The API keys of one prefix: the option `apiKeys` of `createAuth`. Frozen. Every method may reject with an `UnavailableError`. */
export interface ApiKeys {
  /** What the keys begin with. */
  readonly prefix: string
  /**
   * Makes a key. `key` is shown once, to the subject: it is kept nowhere. The subject is not looked up.
   *
   * @throws {UsageError} `argument` for a subject, label or scopes outside their ranges.
   * @throws {ConfigError} For a lifetime out of range.
   */
  create(subject: string, init: ApiKeyInit): Promise<{ readonly id: string; readonly key: string }>
  /**
   * Verifies a key of any bytes: a value, never an exception. Text that is no key of this prefix reaches no store, so that bearer tokens of
   * other kinds can be told by `malformed`. A key that was revoked before the call is refused. Whether the subject still exists, or is
   * disabled, is not checked here: `createAuth` does, with `users`. Its last use is written at most once a minute.
   */
  verify(key: unknown): Promise<ApiKeyResult>
  /** The good keys of a subject, newest first. */
  list(subject: string): Promise<ApiKeyInfo[]>
  /** Revokes a key of a subject. False: there is none of that id, or it is another's. */
  revoke(subject: string, id: string): Promise<boolean>
  /** Revokes all keys of a subject. Returns how many were good. */
  revokeAll(subject: string): Promise<number>
}

const USE_THROTTLE = 60_000
const MAX_LABEL = 200
const MAX_SCOPES = 100
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/

/**
 * Creates the API keys of a prefix.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown or out of range.
 */
export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const read = readOptions('apiKeys', options, ['store', 'prefix', 'lifetime', 'storeTimeout', 'runtime'])
  const prefix = checkPrefix('apiKeys.prefix', read.prefix)
  const standard = readLifetime(read.lifetime ?? null)
  const storeTimeout = readStoreTimeout('apiKeys.storeTimeout', read.storeTimeout)
  const { runtime = systemRuntime } = read
  checkTokenParts('apiKeys', read.store, runtime)
  // The `:` keeps it apart from the purpose of any one-time token.
  const purpose = `api-key:${prefix}`
  const tokens = createStoredTokens(read.store as TokenStore, runtime as Runtime, { prefix, purpose, storeTimeout })

  return Object.freeze<ApiKeys>({
    prefix,

    async create(subject, { label, scopes, lifetime }) {
      const { record, text } = await tokens.issue({
        subject: checkTokenSubject(subject),
        lifetime: lifetime === undefined ? standard : readLifetime(lifetime),
        data: { label: checkLabel(label), scopes: checkScopes(scopes) },
        binding: undefined,
      })
      return { id: record.id, key: text }
    },

    async verify(key) {
      const proved = await tokens.prove(key, undefined)
      if (!proved.ok) return proved
      const info = toInfo(proved.record)
      if (info === null) return { ok: false, code: 'unknown' }
      const { subject, lastUsedAt } = proved.record
      const isThere = await tokens.ask(async (store, call) => {
        const ifBefore = call.now - USE_THROTTLE
        if (lastUsedAt !== null && lastUsedAt > ifBefore) return true
        return store.touch(info.id, call.now, ifBefore, call)
      })
      if (!isThere) return { ok: false, code: 'unknown' }
      const { scopes, createdAt: authenticatedAt } = info
      const amr: readonly string[] = Object.freeze([])
      return { ok: true, principal: Object.freeze({ subject, scopes, authenticatedAt, amr, keyId: info.id }) }
    },

    async list(subject) {
      checkTokenSubject(subject)
      const infos = await tokens.ask((store, call) => store.listBySubject(subject, purpose, call))
      return infos.map(toInfo).filter((info) => info !== null)
    },

    async revoke(subject, id) {
      checkTokenSubject(subject)
      if (!isTokenId(id)) return false
      return tokens.ask(async (store, call) => {
        const record = await store.read(id, call)
        return record?.subject === subject && record.purpose === purpose && store.revoke(id, call)
      })
    },

    async revokeAll(subject) {
      checkTokenSubject(subject)
      return tokens.ask((store, call) => store.revokeAll(subject, purpose, call))
    },
  })
}

function readLifetime(value: unknown): number | null {
  return value === null ? null : parseDuration('apiKeys.lifetime', value, { min: 1_000 })
}

function checkLabel(label: unknown): string {
  if (!isLabel(label)) throw new UsageError('argument', `A label is text of 1 to ${MAX_LABEL} characters`)
  return label
}

function checkScopes(scopes: unknown): readonly string[] {
  if (!isScopes(scopes)) throw new UsageError('argument', `The scopes of a key are a list of at most ${MAX_SCOPES}`)
  return [...new Set(scopes)]
}

function isLabel(value: unknown): value is string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_LABEL) return false
  return value.isWellFormed() && !CONTROL.test(value)
}

function isScopes(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_SCOPES) return false
  return Array.from<unknown>(value).every((scope) => typeof scope === 'string' && SCOPE.test(scope))
}

/** Null for data that no `create` has written. */
function toInfo({ id, createdAt, expiresAt, lastUsedAt, data }: TokenInfo): ApiKeyInfo | null {
  const own = new Map<string, unknown>(Object.entries(data))
  const [label, scopes] = [own.get('label'), own.get('scopes')]
  if (!isLabel(label) || !isScopes(scopes)) return null
  return { id, label, scopes: Object.freeze([...scopes]), createdAt, expiresAt, lastUsedAt }
}
