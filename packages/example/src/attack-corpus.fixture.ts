/**
 * The attack corpus against the example: its items, and requests as raw bytes.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createLoginLimiter, type LoginLimiter, type PasswordHasher } from '@latchkey/password'
import { expect } from 'vitest'
import type { Adapter } from './app.ts'
import { FAST_HASHER, PASSWORD, startTestServer, type TestServer, type TestServerOptions } from './server.fixture.ts'

/** A request of the corpus. */
export interface CorpusRequest {
  readonly method: string
  readonly target: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** An item of the corpus. */
export interface Item {
  readonly id: string
  readonly slug: string
  readonly description: string
  readonly construct: {
    readonly request?: CorpusRequest
    readonly args?: readonly unknown[]
    /** A text that is described and not stored. */
    readonly argsGenerator?: { readonly prefix?: string; readonly char: string; readonly count: number }
  }
  readonly expect: {
    readonly result: 'accept' | 'reject' | 'neutral'
    readonly reason: string
    readonly http?: number
  }
  /** Something optional that the item needs. */
  readonly feature?: string
  /** Where the item is to be repeated for several kinds of store. */
  readonly stores?: readonly string[]
}

/** Loads the items of an area. */
export function loadItems(area: 'login' | 'http' | 'cookie' | 'session' | 'csrf' | 'refresh'): readonly Item[] {
  const url = new URL(`../vectors/attack-corpus/${area}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { items: Item[] }).items
}

/** What came back over a socket. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case; the lines of a repeated name in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
  /** The `error` of the body; undefined where there is none. */
  readonly error: unknown
  /** All of it but the header `Date`. */
  readonly text: string
}

/** Sends bytes over a socket of their own, and reads until the server closes it. */
export async function sendBytes(port: number, bytes: string | Uint8Array, localAddress?: string): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A server that has answered may reset the rest; what it said is judged below.
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.on('close', resolve))
  const text = Buffer.concat(chunks).toString('latin1')
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = new Map<string, string[]>()
  for (const each of lines) {
    const at = each.indexOf(':')
    const name = each.slice(0, at).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), each.slice(at + 1).trim()])
  }
  const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString()
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1]),
    headers,
    body,
    error: errorOf(body),
    text: text.replace(/^date: .*\r\n/im, ''),
  }
}

function errorOf(body: string): unknown {
  // A body that was sent in chunks has their lengths around it.
  const [json] = /\{.*\}/s.exec(body) ?? []
  if (json === undefined) return undefined
  try {
    return (JSON.parse(json) as { error?: unknown }).error
  } catch {
    return undefined
  }
}

/**
 * Writes a request as it goes over the wire. Strings are sent in UTF-8, header values byte for byte in Latin-1. `Host` is added where
 * it is missing, and the connection is closed after the answer.
 */
export function toBytes({ method, target, headers = [], body }: CorpusRequest): Uint8Array {
  const content = body === undefined ? undefined : Buffer.from(body)
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(names.has('host') ? [] : ['Host: app.test']),
    ...(names.has('connection') ? [] : ['Connection: close']),
    ...headers.map(([name, value]) => `${name}: ${value}${name === 'connection' ? ', close' : ''}`),
    ...(content === undefined ? [] : [`Content-Length: ${content.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content ?? Buffer.alloc(0)])
}

/** The origin of the corpus. */
export const APP_ORIGIN = 'https://app.test'

/** The headers of a login from a page of the application. */
export const JSON_HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  ['origin', APP_ORIGIN],
]

/** A server with the users of the corpus, and what is needed to attack it. */
export interface Target extends TestServer {
  /** How often a password was verified. */
  verified(): number
  /** The value of a session cookie of alice, and an access token. */
  readonly sid: string
  readonly access: string
  /** Logs in with an e-mail address; by default with the right password. */
  login(email: string, password?: string, localAddress?: string): Promise<RawAnswer>
  /** Sends raw bytes. */
  raw(request: CorpusRequest): Promise<RawAnswer>
}

const USERS = ['alice', 'admin', 'disabled', 'kevin', 'r\u00e9n\u00e9', 'mallory']

/** A limiter that lets everything through, for items that are not about it. */
export function createPatientLimiter(): LoginLimiter {
  const limit = { attempts: 1_000_000, window: '15m' } as const
  return createLoginLimiter({ address: limit, accountAddress: limit, account: limit })
}

/** Starts a server with the users of the corpus; `disabled` is disabled. */
export async function startTarget(adapter: Adapter, options: TestServerOptions = {}): Promise<Target> {
  let count = 0
  const base = options.hasher ?? FAST_HASHER
  const hasher: PasswordHasher = {
    hash: base.hash,
    verify(password, stored) {
      count += 1
      return base.verify(password, stored)
    },
  }
  const server = await startTestServer(adapter, { origin: APP_ORIGIN, ...options, hasher })
  const password_hash = await base.hash(PASSWORD)
  for (const name of USERS) {
    const disabled_at = name === 'disabled' ? 1 : null
    await server.db
      .insertInto('users')
      .values({ id: `id-${name}`, email: mailOf(name), password_hash, disabled_at })
      .execute()
  }
  const login: Target['login'] = (email, password = PASSWORD, localAddress) => {
    const body = JSON.stringify({ email, password })
    const request = { method: 'POST', target: '/auth/login', headers: JSON_HEADERS, body }
    return sendBytes(server.port, toBytes(request), localAddress)
  }
  const cookie = cookieOf(await login(mailOf('alice')))
  const headers = { origin: APP_ORIGIN }
  const account = { email: mailOf('alice'), password: PASSWORD }
  const { json } = await server.send('POST', '/auth/token', { json: account, headers })
  count = 0
  return {
    ...server,
    verified: () => count,
    sid: cookie?.split('=')[1] ?? expect.unreachable('The login set no cookie'),
    access: (json as { access_token: string }).access_token,
    login,
    raw: (request) => sendBytes(server.port, toBytes(request)),
  }
}

/** The e-mail address of a user of the corpus. */
export function mailOf(name: string): string {
  return `${name}@app.test`
}

/** The session cookie that an answer sets, as `name=value`; undefined where it sets none or deletes it. */
export function cookieOf({ headers }: RawAnswer): string | undefined {
  const [line = ''] = headers.get('set-cookie') ?? []
  return /^(__Host-session=[^;]+);/.exec(line)?.[1]
}

/** Expects every item to be in exactly one of the lists, and nothing else to be in any. */
export function expectComplete(items: readonly Item[], lists: readonly Iterable<string>[]): void {
  const listed = lists.flatMap((list) => [...list])
  expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted())
  expect(listed.toSorted()).toEqual(items.map(({ id }) => id).toSorted())
}
