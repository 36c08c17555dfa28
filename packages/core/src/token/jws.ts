/**
 * Signed tokens in the compact form (RFC 7515): a strict parse before any cryptography, and the form in which they are signed.
 *
 * @module
 */

import type { TokenRejectionCode } from '../authentication.ts'
import { decodeBase64url, decodeTextBase64url, encodeBase64url, encodeTextBase64url } from '../base64url.ts'
import { isKeyId } from './key-id.ts'
import type { Sign } from './signature.ts'
import { isStrictJson, parseStrictJson, readStrictJson, type SoftJsonObject } from './strict-json.ts'
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
export interface ParsedJws {
  readonly ok: true
  readonly header: JwsHeader
  /** The header's segment, as it stands in the token; undefined for one that was known. */
  readonly newHeader: string | undefined
  /** The text that is signed: header, dot and claims. */
  readonly input: string
  /** Never a key of a list of tokens: ECDSA has two signatures for each that it makes. */
  readonly signature: Uint8Array<ArrayBuffer>
  /** As they were read. To be hardened when the signature is good, and not for a forgery. */
  readonly claims: SoftJsonObject
}

/** Why a token was not taken apart. */
export interface JwsFailure {
  readonly ok: false
  readonly code: TokenRejectionCode
}

/** What a header says of a key. */
type HeaderKey = Pick<TokenKey, 'alg' | 'kid'>

/** Extensions that change what the signature covers or how the content is read (RFC 7515 section 4.1.11, RFC 7797). */
const REFUSED_PARAMETERS = ['crit', 'b64', 'zip', 'enc']

/** The segments of a token in the compact form, as they stand in it: three, none empty. */
interface SegmentTexts {
  readonly input: string
  readonly headerText: string
  readonly claimsText: string
  readonly signatureText: string
}

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
  const texts = split(token)
  if (texts === undefined) return undefined
  const { input, headerText, claimsText, signatureText } = texts
  const header = decodeBase64url(headerText)
  const claims = decodeBase64url(claimsText)
  const signature = decodeBase64url(signatureText)
  if (header === undefined || claims === undefined || signature === undefined) return undefined
  return { input, headerText, header, claims, signature }
}

/** Which characters are in the segments is for who decodes them: no alphabet has a dot. */
function split(token: unknown): SegmentTexts | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) return undefined
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second <= first + 1 || second === token.length - 1) return undefined
  const signatureText = token.slice(second + 1)
  if (signatureText.includes('.')) return undefined
  return {
    input: token.slice(0, second),
    headerText: token.slice(0, first),
    claimsText: token.slice(first + 1, second),
    signatureText,
  }
}

/**
 * Parses a token: its form, then its header, then its claims, as strict JSON. No cryptography, nothing is thrown, whatever is
 * given.
 *
 * Of the header, `alg`, `kid` and `typ` are read. `crit`, `b64`, `zip` and `enc` are refused. `jwk`, `jku`, `x5u`, `x5c` and `x5t` are
 * never looked at, and other parameters are ignored.
 *
 * @param known Headers that were parsed before and taken, by their segment; a header is the same whenever it is read.
 * @returns A failure is `token_malformed`, or `token_key` for a key id outside its grammar, which no key has.
 */
export function parseCompactJws(token: unknown, known?: ReadonlyMap<string, JwsHeader>): ParsedJws | JwsFailure {
  const texts = split(token)
  if (texts === undefined) return refuse('token_malformed')
  const { input, headerText, claimsText, signatureText } = texts
  const before = known?.get(headerText)
  const header = before ?? parseHeader(headerText)
  const claims = header && readClaims(claimsText)
  const signature = claims && decodeBase64url(signatureText)
  if (header === undefined || claims === undefined || signature === undefined) return refuse('token_malformed')
  if (before !== undefined) return { ok: true, header, newHeader: undefined, input, signature, claims }
  if (header.kid !== undefined && !isKeyId(header.kid)) return refuse('token_key')
  return { ok: true, header, newHeader: headerText, input, signature, claims }
}

function readClaims(segment: string): SoftJsonObject | undefined {
  const text = decodeTextBase64url(segment)
  return text === undefined ? undefined : readStrictJson(text)
}

function parseHeader(segment: string): JwsHeader | undefined {
  const text = decodeTextBase64url(segment)
  const header = text === undefined ? undefined : parseStrictJson(text)
  if (header === undefined || REFUSED_PARAMETERS.some((name) => header[name] !== undefined)) return undefined
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || (typ !== undefined && typeof typ !== 'string')) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  return { alg, kid, typ: typ?.toLowerCase().replace(/^application\//, '') }
}

/**
 * Signs claims. The header holds `alg`, `typ` and `kid` and nothing else. The claims must be what JSON carries unchanged, with no more
 * levels than a verifier takes.
 *
 * @param sign The key's own `sign`.
 * @param headers Header segments of this `typ` that were written before, by their key.
 * @returns Undefined where no verifier would take the token: it is too long, has too many members or ill-formed text. A promise only
 * where the key gives one.
 */
export function signJws(
  claims: object,
  typ: string,
  key: HeaderKey,
  sign: Sign,
  headers?: WeakMap<HeaderKey, string>,
): string | undefined | Promise<string | undefined> {
  const text = JSON.stringify(claims)
  if (!isStrictJson(text)) return undefined
  const input = `${headers?.get(key) ?? writeHeader(key, typ, headers)}.${encodeTextBase64url(text)}`
  const toToken = (signature: Uint8Array): string | undefined => {
    const token = `${input}.${encodeBase64url(signature)}`
    return token.length > MAX_TOKEN_LENGTH ? undefined : token
  }
  const signing = sign(input)
  return signing instanceof Promise ? signing.then(toToken) : toToken(signing)
}

function writeHeader(key: HeaderKey, typ: string, headers: WeakMap<HeaderKey, string> | undefined): string {
  const text = encodeTextBase64url(JSON.stringify({ alg: key.alg, typ, kid: key.kid }))
  headers?.set(key, text)
  return text
}

function refuse(code: TokenRejectionCode): JwsFailure {
  return Object.freeze({ ok: false, code })
}
