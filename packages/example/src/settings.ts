/**
 * What the command line and the environment say.
 *
 * @module
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ADAPTERS, type Adapter } from './app.ts'
import { STORES, type StoreName } from './open-stores.ts'

/** How the server is to run. */
export interface Settings {
  readonly adapter: Adapter
  readonly port: number
  /** Where browsers find the API: a serialized origin. */
  readonly origin: string
  /** The folder with the database and the secret: an absolute path. */
  readonly folder: string
  readonly store: StoreName
  /** The address of the store; undefined where it has none, and for SQLite in the folder. */
  readonly storeUrl: string | undefined
}

/** Settings, or one line that says what is wrong. */
export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problem: string }

/** The stores that are servers: what their addresses begin with, and the usual one. */
const SERVERS: Readonly<Partial<Record<StoreName, { readonly schemes: readonly string[]; readonly url: string }>>> = {
  postgres: { schemes: ['postgres:', 'postgresql:'], url: 'postgres://postgres@127.0.0.1:5432/test' },
  mysql: { schemes: ['mysql:'], url: 'mysql://root@127.0.0.1:3306/test' },
  redis: { schemes: ['redis:', 'rediss:'], url: 'redis://127.0.0.1:6379' },
}

const DEFAULT_FOLDER = fileURLToPath(new URL('../.data', import.meta.url))

/**
 * Parses the settings: `--adapter=hono|express|node` (default `hono`), `PORT` (default 3000), `ORIGIN` (default
 * `http://localhost:PORT`), `LATCHKEY_DATA` (default `.data` in the package), `LATCHKEY_STORE` (default `sqlite`) and `LATCHKEY_STORE_URL`
 * (default: the usual local address). An empty variable counts as absent.
 */
export function parseSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SettingsResult {
  const name = parseAdapterOption(args)
  if (name === undefined) return problem('The only option is --adapter=hono|express|node')
  const adapter = ADAPTERS.find((each) => each === name)
  if (adapter === undefined)
    return problem(`There is no adapter ${JSON.stringify(name)}: take one of ${ADAPTERS.join(', ')}`)

  const { PORT, ORIGIN, LATCHKEY_DATA, LATCHKEY_STORE, LATCHKEY_STORE_URL } = env
  const port = parsePort(PORT || '3000')
  if (port === undefined) return problem(`PORT must be a whole number from 1 to 65535, not ${JSON.stringify(PORT)}`)
  const origin = ORIGIN || `http://localhost:${port}`
  if (!isOrigin(origin))
    return problem('ORIGIN must be an origin such as https://api.example.com, with nothing after the host and port')

  const store = STORES.find((each) => each === (LATCHKEY_STORE || 'sqlite'))
  if (store === undefined)
    return problem(`There is no store ${JSON.stringify(LATCHKEY_STORE)}: take one of ${STORES.join(', ')}`)
  const storeUrl = LATCHKEY_STORE_URL || SERVERS[store]?.url
  const wrong = checkStoreUrl(store, storeUrl)
  if (wrong !== undefined) return problem(`LATCHKEY_STORE_URL ${wrong}`)
  const folder = resolve(LATCHKEY_DATA || DEFAULT_FOLDER)
  return { ok: true, settings: { adapter, port, origin, folder, store, storeUrl } }
}

function parseAdapterOption(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { adapter: { type: 'string', default: 'hono' } } }).values.adapter
  } catch {
    return undefined
  }
}

function parsePort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** Says what is wrong with an address, and never the address itself: it may hold a password. */
function checkStoreUrl(store: StoreName, url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  if (store === 'memory' || store === 'sealed') return `is not for ${store}, which has no address`
  const { schemes = [] } = SERVERS[store] ?? {}
  if (store === 'sqlite') return /^[a-z]+:\/\//i.test(url) ? 'must be the path of a file for sqlite' : undefined
  if (!URL.canParse(url) || !schemes.includes(new URL(url).protocol)) {
    return `must be a URL for ${store} that begins with ${schemes.join(' or ')}//`
  }
  const needsDatabase = store === 'mysql' && new URL(url).pathname.length < 2
  return needsDatabase ? 'must name a database, such as mysql://root@127.0.0.1:3306/test' : undefined
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function problem(line: string): SettingsResult {
  return { ok: false, problem: line }
}
