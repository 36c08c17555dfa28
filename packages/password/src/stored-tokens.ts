/**
 * Tokens of one purpose in a store: what one-time tokens and API keys share.
 *
 * @module
 */

import {
  ConfigError,
  createStoreCall,
  parseDuration,
  UsageError,
  type JsonObject,
  type Runtime,
  type StoreCall,
  type TokenRecord,
  type TokenStore,
} from '@latchkey/core'
import { checkFunction } from './options.ts'
import { createSelectorToken, digestVerifier, formatToken, parseToken, verifyDigest } from './selector-token.ts'

/**
 * Why a token was refused.
 *
 * - `malformed`: not of the grammar, or of another prefix. No store was asked.
 * - `unknown`: there is no such token for this purpose and binding: never issued, used up, revoked, altered, or cleared away.
 * - `expired`: it was good once. Told to nobody who has not proved it, and only while its row stands.
 */
export type TokenRefusal = 'malformed' | 'unknown' | 'expired'

/** The outcome of proving a token. */
export type TokenProof =
  | { readonly ok: true; readonly record: TokenRecord }
  | { readonly ok: false; readonly code: TokenRefusal }

/** What is issued. */
export interface TokenInit {
  readonly subject: string
  /** Milliseconds; null: for ever. */
  readonly lifetime: number | null
  readonly data: JsonObject
  readonly binding: string | undefined
}

/** Tokens of one purpose and prefix. */
export interface StoredTokens {
  issue(init: TokenInit): Promise<{ readonly record: TokenRecord; readonly text: string }>
  /** Tells whether a token is good, and uses nothing up. */
  prove(token: unknown, binding: string | undefined): Promise<TokenProof>
  /** Asks the store. What it rejects with becomes an `UnavailableError`. */
  ask<Answer>(question: (store: TokenStore, call: StoreCall) => Promise<Answer>): Promise<Answer>
}

const STORE_METHODS = ['create', 'read', 'consume', 'touch', 'listBySubject', 'revoke', 'revokeAll'] as const
const MAX_DATA = 4_096
const MAX_SUBJECT = 255

/** Creates the tokens of one purpose. */
export function createStoredTokens(
  store: TokenStore,
  runtime: Runtime,
  {
    prefix,
    purpose,
    storeTimeout,
  }: { readonly prefix: string; readonly purpose: string; readonly storeTimeout: number },
): StoredTokens {
  const callStore = createStoreCall(runtime, storeTimeout)

  function ask<Answer>(question: (asked: TokenStore, call: StoreCall) => Promise<Answer>): Promise<Answer> {
    return callStore((call) => question(store, call))
  }
  return {
    ask,

    async issue({ subject, lifetime, data, binding }) {
      for (;;) {
        const token = createSelectorToken(runtime)
        const digest = digestVerifier({ purpose, id: token.id, binding }, token.verifier)
        const { created, record } = await ask(async (tokens, call) => {
          const expiresAt = lifetime === null ? null : call.now + lifetime
          const made = {
            id: token.id,
            purpose,
            subject,
            digest,
            createdAt: call.now,
            expiresAt,
            lastUsedAt: null,
            data,
          }
          return { created: await tokens.create(made, call), record: made }
        })
        // Two equal ids out of 2^128: another one, rather than somebody else's token.
        if (created === 'created') return { record, text: formatToken(prefix, token) }
      }
    },

    async prove(value, binding) {
      const token = parseToken(prefix, value)
      if (token === undefined) return { ok: false, code: 'malformed' }
      return ask(async (tokens, call): Promise<TokenProof> => {
        const record = await tokens.read(token.id, call)
        if (record === null || record.purpose !== purpose) return { ok: false, code: 'unknown' }
        const ground = { purpose, id: token.id, binding }
        if (!verifyDigest(record.digest, ground, token.verifier)) return { ok: false, code: 'unknown' }
        const isExpired = record.expiresAt !== null && call.now >= record.expiresAt
        return isExpired ? { ok: false, code: 'expired' } : { ok: true, record }
      })
    },
  }
}

/**
 * Reads how long a call of the store may take: up to a minute, by default 2 seconds.
 *
 * @throws {ConfigError} When it is out of range.
 */
export function readStoreTimeout(option: string, value: unknown): number {
  return parseDuration(option, value ?? '2s', { max: 60_000 })
}

/**
 * Checks the store and the runtime of an option object.
 *
 * @throws {ConfigError} When one lacks a method.
 */
export function checkTokenParts(path: string, store: unknown, runtime: unknown): void {
  for (const name of STORE_METHODS) checkMethod(`${path}.store.${name}`, store, name)
  for (const name of ['now', 'randomBytes', 'startTimer']) checkMethod(`${path}.runtime.${name}`, runtime, name)
}

function checkMethod(option: string, value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null) throw new ConfigError(option, 'must be a function')
  checkFunction(option, (value as Record<string, unknown>)[name])
}

/**
 * Checks a subject that the application gave: 1 to 255 characters of well-formed text.
 *
 * @throws {UsageError} `argument`
 */
export function checkTokenSubject(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_SUBJECT || !value.isWellFormed()) {
    throw new UsageError('argument', 'A subject is text of 1 to 255 characters')
  }
  return value
}

/**
 * Checks the application's values: a plain object that JSON carries unchanged, at most 4,096 characters of it.
 *
 * @throws {UsageError} `value_not_json`
 */
export function checkTokenData(value: unknown): JsonObject {
  if (!isObject(value) || !isJson(value, 0)) {
    throw new UsageError('value_not_json', 'The data of a token must be an object that JSON carries unchanged')
  }
  if (JSON.stringify(value).length > MAX_DATA) {
    throw new UsageError('value_not_json', `The data of a token takes at most ${MAX_DATA} characters of JSON`)
  }
  return value as JsonObject
}

const MAX_DEPTH = 16

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (depth === MAX_DEPTH) return false
  if (Array.isArray(value)) return Array.from<unknown>(value).every((item) => isJson(item, depth + 1))
  if (!isObject(value)) return false
  return Object.entries(value).every(([name, member]) => name !== '__proto__' && isJson(member, depth + 1))
}

function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
