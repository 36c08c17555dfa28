/**
 * The text of one-time tokens and API keys, and what is kept of it.
 *
 * `<prefix>_<selector>.<verifier>`: 16 random bytes in lower-case hex, which name the token and are public, and 32 random bytes
 * in base64url, which prove it. Only a digest of the verifier is kept, so that the table opens nothing. The verifier has 256
 * bits, so that SHA-256 without salt or cost is enough (OWASP ASVS 5.0 11.5.1).
 *
 * @module
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigError, type Runtime } from '@latchkey/core'

/** A token, taken apart. Well-formed, not yet verified. */
export interface SelectorToken {
  readonly id: string
  readonly verifier: string
}

/** What a digest is bound to. */
export interface TokenGround {
  readonly purpose: string
  readonly id: string
  /** The application's own text that must be presented again; undefined where there is none. Not kept. */
  readonly binding: string | undefined
}

const PREFIX = /^[a-z][a-z0-9]{0,15}(?:_[a-z0-9]{1,16}){0,2}$/
const ID = /^[0-9a-f]{32}$/
// 256 bits leave two unused bits in the last character, which canonical base64url has as zeros (RFC 4648 section 3.5).
const GRAMMAR = /^([0-9a-f]{32})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/
const TEXT_LENGTH = 32 + 1 + 43

/**
 * Checks a prefix, by which scanners find leaked tokens: up to three groups of 1 to 16 lower-case letters and digits with `_` between,
 * the first beginning with a letter.
 *
 * @throws {ConfigError} When it is not of this grammar.
 */
export function checkPrefix(option: string, value: unknown): string {
  if (typeof value !== 'string' || !PREFIX.test(value)) {
    throw new ConfigError(option, 'must be up to three groups of lower-case letters and digits with "_" between them')
  }
  return value
}

/** Tells whether a value has the form of a token's id. */
export function isTokenId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value)
}

/** Makes a token from fresh randomness. */
export function createSelectorToken(runtime: Runtime): SelectorToken {
  return {
    id: Buffer.from(runtime.randomBytes(16)).toString('hex'),
    verifier: Buffer.from(runtime.randomBytes(32)).toString('base64url'),
  }
}

/** Writes a token. */
export function formatToken(prefix: string, { id, verifier }: SelectorToken): string {
  return `${prefix}_${id}.${verifier}`
}

/**
 * Parses a token. One spelling for each.
 *
 * @param value Untrusted.
 * @returns Undefined for anything else, of any length; nothing is thrown.
 */
export function parseToken(prefix: string, value: unknown): SelectorToken | undefined {
  if (typeof value !== 'string' || value.length !== prefix.length + 1 + TEXT_LENGTH) return undefined
  if (!value.startsWith(`${prefix}_`)) return undefined
  const [, id, verifier] = GRAMMAR.exec(value.slice(prefix.length + 1)) ?? []
  return id === undefined || verifier === undefined ? undefined : { id, verifier }
}

/** Digests a verifier together with what it is bound to. */
export function digestVerifier({ purpose, id, binding }: TokenGround, verifier: string): string {
  // JSON keeps the parts apart, whatever they contain.
  const input = JSON.stringify(['latchkey-token', 1, purpose, id, binding ?? null, verifier])
  return createHash('sha256').update(input).digest('base64url')
}

/** Verifies that a digest is that of a verifier. Constant time in both digests. */
export function verifyDigest(digest: string, ground: TokenGround, verifier: string): boolean {
  const expected = Buffer.from(digest, 'base64url')
  const actual = Buffer.from(digestVerifier(ground, verifier), 'base64url')
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
