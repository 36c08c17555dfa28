/**
 * The application on a socket of its own, for tests: an empty database in memory, a clock that is set, cheap password hashes.
 *
 * @module
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemRuntime, type Keyring } from '@latchkey/core'
import { createPasswordHasher, type LoginLimiter, type PasswordHasher } from '@latchkey/password'
import { createApp, type Adapter } from './app.ts'
import { openDatabase, type Database } from './database.ts'
import type { Mail } from './outbox.ts'
import type { AppStores } from './stores.ts'
import { sqliteStores } from './stores/sqlite.ts'

/** The origin that the server under test is configured with. Where it listens is another matter. */
export const ORIGIN = 'http://localhost:3000'

/** The root secret of every server in the tests. */
export const SECRET = '9vXq1mYh0b7Rk2Tn4Zs8Wd6Pc3Lf5Gj+AeUiOyBxQ='

/** What a request is sent with. */
export interface Sending {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, as `application/json` unless `headers` say otherwise. */
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
  /** A session cookie, as `name=value`. Brings the `Origin` header along. */
  readonly cookie?: string | undefined
  /** An access token. */
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** What came back. */
export interface Received {
  readonly status: number
  readonly headers: Headers
  /** The body as it came. */
  readonly text: string
  /** The body's JSON; undefined when there is no body. */
  readonly json: unknown
  /** The session cookie that was set, as `name=value`; `name=` when it was deleted; undefined when none was. */
  readonly cookie: string | undefined
}

/** A server under test. */
export interface TestServer {
  send(method: string, path: string, sending?: Sending): Promise<Received>
  /** Registers a user and logs in; the session cookie and the user's id. */
  signUp(email?: string): Promise<{ readonly cookie: string; readonly id: string }>
  /** Epoch milliseconds. Stands still until a test moves it. */
  readonly clock: { time: number }
  /** What was logged. */
  readonly entries: object[]
  /** What was mailed. */
  readonly mails: Mail[]
  readonly port: number
  readonly db: Database
  close(): Promise<void>
}

/** The password of every user in the tests. */
export const PASSWORD = 'correct horse battery'

/** Hashes at next to no cost. */
export const FAST_HASHER: PasswordHasher = createPasswordHasher({
  argon2id: { memory: 8, passes: 1 },
  queue: 10_000,
  insecureParametersForTests: true,
})

/** What a test may replace. */
export interface TestServerOptions {
  readonly hasher?: PasswordHasher
  /** Default: that of the application. */
  readonly limiter?: LoginLimiter
  /** Default: `ORIGIN`. */
  readonly origin?: string
  /** Default: keys that are derived from the secret. */
  readonly keys?: Keyring
  /** Default: SQLite, in the server's own database. */
  readonly openStores?: (db: Database) => Promise<AppStores>
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startTestServer(
  adapter: Adapter,
  {
    hasher = FAST_HASHER,
    limiter,
    origin = ORIGIN,
    keys,
    openStores = async (own) => sqliteStores(own),
  }: TestServerOptions = {},
): Promise<TestServer> {
  const db = await openDatabase(':memory:')
  const stores = await openStores(db)
  const entries: object[] = []
  const mails: Mail[] = []
  const clock = { time: 1_800_000_000_000 }
  const { listener } = createApp({
    adapter,
    db,
    stores,
    origin,
    secret: SECRET,
    keys,
    log: (entry) => entries.push(entry),
    sendMail: async (mail) => void mails.push(mail),
    runtime: { ...systemRuntime, now: () => clock.time },
    hasher,
    ...(limiter === undefined ? {} : { limiter }),
  })
  const http = createServer(listener).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo

  const server: TestServer = {
    clock,
    db,
    entries,
    mails,
    port,
    async send(
      method,
      path,
      { json, body = json === undefined ? undefined : JSON.stringify(json), cookie, token, headers } = {},
    ) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(cookie === undefined ? {} : { cookie, origin }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: text === '' ? undefined : JSON.parse(text),
        cookie: response.headers.getSetCookie()[0]?.split(';')[0],
      }
    },
    async signUp(email = 'ada@example.com') {
      const account = { email, password: PASSWORD }
      await server.send('POST', '/auth/register', { json: account })
      const { cookie, json } = await server.send('POST', '/auth/login', { json: account })
      if (cookie === undefined) throw new Error('The login set no cookie')
      return { cookie, id: (json as { id: string }).id }
    },
    async close() {
      http.closeAllConnections()
      await once(http.close(), 'close')
      await stores.close()
      await db.destroy()
    },
  }
  return server
}

/** Picks the headers that are to be the same under every adapter. */
export function headersThatMatter({ headers }: Received): object {
  const names = [
    'www-authenticate',
    'set-cookie',
    'cache-control',
    'content-type',
    'vary',
    'allow',
    'location',
    'etag',
    'x-powered-by',
  ]
  return Object.fromEntries(names.map((name) => [name, shapeOf(headers.get(name) ?? '')]))
}

/** Replaces ids, tokens and secrets by what they are. */
export function shapeOf(text: string): string {
  return text
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, '<uuid>')
    .replaceAll(/[\da-f]{32}/g, '<id>')
    .replaceAll(/\.0\.[\w-]{43}/g, '.0.<secret>')
    .replaceAll(/<id>\.[\w-]{43}/g, '<id>.<secret>')
    .replaceAll(/eyJ[\w.-]+/g, '<token>')
}
