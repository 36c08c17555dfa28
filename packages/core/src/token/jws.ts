/**
 * Signed tokens in the compact form (RFC 7515): a strict parse before any cryptography, then the signature through jose.
 *
 * @module
 */

import { CompactSign, compactVerify } from 'jose'

import type { TokenRejectionCode } from '../authentication.ts'
import { decodeBase64url } from '../base64url.ts'
import { isKeyId, type KeyAlgorithm } from './key-input.ts'
import { parseStrictJson, type StrictJsonObject } from './strict-json.ts'
import type { CryptoKey } from '../secrets.ts'

/** The longest token that is looked at and that is issued, in characters. */
export const MAX_TOKEN_LENGTH = 8_192

/** A signed token, taken apart once. Well-formed; nothing in it is to be trusted before `verifyJws`. */
export interface ParsedJws {
  readonly ok: true
  /** The token as it came, for `verifyJws`. Never a key of a cache or a list: ECDSA-like schemes have several spellings. */
  readonly token: string
  readonly alg: string
  /** Within the grammar of key ids; undefined when absent, and then it is the profile's to say which key there is, if any. */
  readonly kid: string | undefined
  /** The media type in lower case without a leading `application/` (RFC 7515 section 4.1.9); undefined when absent. */
  readonly typ: string | undefined
  /** The claims, frozen, without prototypes. */
  readonly claims: StrictJsonObject
}

/** Why a token was not taken apart. */
export interface JwsFailure {
  readonly ok: false
  readonly code: TokenRejectionCode
}

const GRAMMAR = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const encoder = new TextEncoder()

/** Extensions that change what the signature covers or how the content is read (RFC 7515 section 4.1.11, RFC 7797). */
const REFUSED_PARAMETERS = ['crit', 'b64', 'zip', 'enc']

/** The segments of a token in the compact form, decoded. */
export interface JwsSegments {
  readonly token: string
  readonly header: Uint8Array
  readonly claims: Uint8Array
}

/**
 * Parses the outer form of a token: a primitive string of at most 8192 characters; three non-empty segments of the base64url
 * alphabet, each canonical. JSON serializations and encrypted tokens are not of this form.
 *
 * @returns Undefined for anything else. Nothing is thrown.
 */
export function parseSegments(token: unknown): JwsSegments | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH || !GRAMMAR.test(token)) return undefined
  const [first = '', second = '', third = ''] = token.split('.')
  const header = decodeBase64url(first)
  const claims = decodeBase64url(second)
  if (header === undefined || claims === undefined || decodeBase64url(third) === undefined) return undefined
  return { token, header, claims }
}

/**
 * Parses a token: its form, then its header, then its claims, as strict JSON. No cryptography, nothing is thrown, whatever is
 * given.
 *
 * Of the header, `alg`, `kid` and `typ` are read. `crit`, `b64`, `zip` and `enc` are refused. `jwk`, `jku`, `x5u`, `x5c` and `x5t` are
 * never looked at, and other parameters are ignored.
 *
 * @returns A failure is `token_malformed`, or `token_key` for a key id outside its grammar, which no key has.
 */
export function parseCompactJws(token: unknown): ParsedJws | JwsFailure {
  const segments = parseSegments(token)
  if (segments === undefined) return refuse('token_malformed')
  const header = parseStrictJson(segments.header)
  if (header === undefined || REFUSED_PARAMETERS.some((name) => header[name] !== undefined)) {
    return refuse('token_malformed')
  }
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || (typ !== undefined && typeof typ !== 'string')) return refuse('token_malformed')
  if (kid !== undefined && typeof kid !== 'string') return refuse('token_malformed')
  const claims = parseStrictJson(segments.claims)
  if (claims === undefined) return refuse('token_malformed')
  if (kid !== undefined && !isKeyId(kid)) return refuse('token_key')
  return Object.freeze<ParsedJws>({
    ok: true,
    token: segments.token,
    alg,
    kid,
    typ: typ?.toLowerCase().replace(/^application\//, ''),
    claims,
  })
}

/**
 * Verifies the signature of a token whose form was parsed, with a key for exactly this algorithm. Neither the type nor the claims
 * are judged.
 *
 * @returns False for every failure, so that none is told from another; nothing is thrown.
 */
export async function verifyJws(jws: Pick<JwsSegments, 'token'>, key: CryptoKey, alg: KeyAlgorithm): Promise<boolean> {
  try {
    await compactVerify(jws.token, key, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

/** Signs claims. The header holds `alg`, `typ` and `kid` and nothing else. The claims must be what JSON carries unchanged. */
export async function signJws(
  claims: object,
  header: { readonly alg: KeyAlgorithm; readonly typ: string; readonly kid: string },
  key: CryptoKey,
): Promise<string> {
  const { alg, typ, kid } = header
  return new CompactSign(encoder.encode(JSON.stringify(claims))).setProtectedHeader({ alg, typ, kid }).sign(key)
}

function refuse(code: TokenRejectionCode): JwsFailure {
  return Object.freeze({ ok: false, code })
}
