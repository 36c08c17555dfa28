/**
 * Signed tokens in the compact form (RFC 7515): a strict parse before any cryptography, and the form in which they are signed.
 *
 * @module
 */

import type { TokenRejectionCode } from '../authentication.ts'
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import { isKeyId } from './key-id.ts'
import type { Sign } from './signature.ts'
import { parseStrictJson, type StrictJsonObject } from './strict-json.ts'
import type { TokenKey } from './token-key.ts'

/** The longest token that is looked at and that is issued, in characters. */
export const MAX_TOKEN_LENGTH = 8_192

/** What is read of a header. Well-formed. */
export interface JwsHeader {
  readonly alg: string
  /** Within the grammar of key ids; undefined when absent, and then it is the profile's to say which key there is, if any. */
  readonly kid: string | undefined
  /** The media type in lower case without a leading `application/` (RFC 7515 section 4.1.9); undefined when absent. */
  readonly typ: string | undefined
}

/** A signed token, taken apart once. Well-formed; nothing in it is to be trusted before its signature was verified. */
export interface ParsedJws extends JwsHeader {
  readonly ok: true
  /** The header's segment, as it stands in the token. */
  readonly headerText: string
  /** The text that is signed: header, dot and claims. */
  readonly input: string
  /** Never a key of a list of tokens: ECDSA has two signatures for each that it makes. */
  readonly signature: Uint8Array<ArrayBuffer>
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
  readonly input: string
  readonly headerText: string
  readonly header: Uint8Array
  readonly claims: Uint8Array
  readonly signature: Uint8Array<ArrayBuffer>
}

/**
 * Parses the outer form of a token: a primitive string of at most 8192 characters; three non-empty segments of the base64url
 * alphabet, each canonical. JSON serializations and encrypted tokens are not of this form.
 *
 * @returns Undefined for anything else. Nothing is thrown.
 */
export function parseSegments(token: unknown): JwsSegments | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH || !GRAMMAR.test(token)) return undefined
  const first = token.indexOf('.')
  const second = token.lastIndexOf('.')
  const headerText = token.slice(0, first)
  const header = decodeBase64url(headerText)
  const claims = decodeBase64url(token.slice(first + 1, second))
  const signature = decodeBase64url(token.slice(second + 1))
  if (header === undefined || claims === undefined || signature === undefined) return undefined
  return { input: token.slice(0, second), headerText, header, claims, signature }
}

/**
 * Parses a token: its form, then its header, then its claims, as strict JSON. No cryptography, nothing is thrown, whatever is
 * given.
 *
 * Of the header, `alg`, `kid` and `typ` are read. `crit`, `b64`, `zip` and `enc` are refused. `jwk`, `jku`, `x5u`, `x5c` and `x5t` are
 * never looked at, and other parameters are ignored.
 *
 * @param known Headers that were parsed before, by their segment; a header is the same whenever it is read.
 * @returns A failure is `token_malformed`, or `token_key` for a key id outside its grammar, which no key has.
 */
export function parseCompactJws(token: unknown, known?: ReadonlyMap<string, JwsHeader>): ParsedJws | JwsFailure {
  const segments = parseSegments(token)
  if (segments === undefined) return refuse('token_malformed')
  const { input, headerText, signature } = segments
  const header = known?.get(headerText) ?? parseHeader(segments.header)
  const claims = header && parseStrictJson(segments.claims)
  if (header === undefined || claims === undefined) return refuse('token_malformed')
  const { alg, kid, typ } = header
  if (kid !== undefined && !isKeyId(kid)) return refuse('token_key')
  return Object.freeze<ParsedJws>({ ok: true, input, headerText, signature, alg, kid, typ, claims })
}

function parseHeader(bytes: Uint8Array): JwsHeader | undefined {
  const header = parseStrictJson(bytes)
  if (header === undefined || REFUSED_PARAMETERS.some((name) => header[name] !== undefined)) return undefined
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || (typ !== undefined && typeof typ !== 'string')) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  return { alg, kid, typ: typ?.toLowerCase().replace(/^application\//, '') }
}

/**
 * Signs claims. The header holds `alg`, `typ` and `kid` and nothing else. The claims must be what JSON carries unchanged.
 *
 * @param sign The key's own `sign`.
 */
export async function signJws(
  claims: object,
  typ: string,
  { alg, kid }: Pick<TokenKey, 'alg' | 'kid'>,
  sign: Sign,
): Promise<string> {
  const encode = (value: object): string => encodeBase64url(encoder.encode(JSON.stringify(value)))
  const input = `${encode({ alg, typ, kid })}.${encode(claims)}`
  return `${input}.${encodeBase64url(await sign(input))}`
}

function refuse(code: TokenRejectionCode): JwsFailure {
  return Object.freeze({ ok: false, code })
}
