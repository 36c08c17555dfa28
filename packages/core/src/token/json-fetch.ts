/**
 * Fetching a JSON document of another service, within limits.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { decodeUtf8 } from '../utf8.ts'
import { parseStrictJson, type StrictJsonObject } from './strict-json.ts'

/** What is used of the platform's `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** How a request is made. */
export interface FetchInit {
  /** Always GET. */
  readonly method: 'GET'
  /** A redirect is a failure: it would let whoever answers there say what the keys are. */
  readonly redirect: 'error'
  /** What is asked for: JSON. */
  readonly headers: { readonly [name: string]: string }
  /** Aborted when the time limit is over. */
  readonly signal?: AbortSignal
}

/** What is read of a response. */
export interface FetchResponse {
  /** 200, or the document is not there. */
  readonly status: number
  /** Whether a redirect was followed all the same. */
  readonly redirected: boolean
  /** For the media type and the length. */
  readonly headers: { get(name: string): string | null }
  /** The bytes, as they come. */
  readonly body: { getReader(): FetchReader } | null
}

/** The reader of a body. */
export interface FetchReader {
  /** The next bytes. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  /** No more bytes are wanted. */
  cancel(): Promise<void>
}

const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json[\t ]*(?:;|$)/i
const MAX_MEMBERS = 10_000
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/**
 * Checks a URL that is to be fetched: `https:`, without credentials, query or fragment being looked at; `http:` for this machine alone,
 * and only where it is allowed.
 *
 * @returns Undefined for anything else.
 */
export function parseFetchUrl(value: unknown, insecureLoopback: boolean): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const { protocol, username, password, hostname, href } = new URL(value)
  if (username !== '' || password !== '') return undefined
  if (protocol === 'https:') return href
  return insecureLoopback && protocol === 'http:' && LOOPBACK.test(hostname) ? href : undefined
}

/**
 * Reads a URL option.
 *
 * @throws {ConfigError} For `path`.
 */
export function readFetchUrl(path: string, value: unknown, insecureLoopback: boolean): string {
  const url = parseFetchUrl(value, insecureLoopback)
  if (url === undefined) {
    throw new ConfigError(
      path,
      'must be an "https:" URL without credentials ("http:" for loopback, with insecureLoopback)',
    )
  }
  return url
}

/**
 * Fetches a JSON object: status 200, a JSON media type, no redirect, at most `maxBytes`, strict JSON. The body is read no
 * further than the limit.
 *
 * @throws {Error} For everything else; the message holds nothing of the response.
 */
export async function fetchJson(
  url: string,
  {
    fetch,
    maxBytes,
    signal,
  }: { readonly fetch: Fetch; readonly maxBytes: number; readonly signal: AbortSignal | undefined },
): Promise<StrictJsonObject> {
  const headers = { accept: 'application/json, application/jwk-set+json' }
  const response = await fetch(url, { method: 'GET', redirect: 'error', headers, ...(signal && { signal }) })
  const { status, redirected, body } = response
  const reader = body?.getReader()
  try {
    if (status !== 200 || redirected) throw new Error('The document was not there')
    if (!JSON_TYPE.test(response.headers.get('content-type') ?? '')) throw new Error('The document was no JSON')
    if (Number(response.headers.get('content-length') ?? 0) > maxBytes) throw new Error('The document was too large')
    const text = reader && decodeUtf8(await readAll(reader, maxBytes))
    const document = text === undefined ? undefined : parseStrictJson(text, MAX_MEMBERS)
    if (document === undefined) throw new Error('The document was no strict JSON object')
    return document
  } catch (error) {
    // The connection is not to be kept for a body that nobody reads.
    reader?.cancel().catch(() => {})
    throw error
  }
}

async function readAll(reader: FetchReader, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (value !== undefined) {
      length += value.length
      if (length > maxBytes) throw new Error('The document was too large')
      chunks.push(value)
    }
    if (done) break
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
