/**
 * What the command line and the environment say.
 *
 * @module
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ADAPTERS, type Adapter } from './app.ts'

/** How the server is to run. */
export interface Settings {
  readonly adapter: Adapter
  readonly port: number
  /** Where browsers find the API: a serialized origin. */
  readonly origin: string
  /** The folder with the database and the secret: an absolute path. */
  readonly folder: string
}

/** Settings, or one line that says what is wrong. */
export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problem: string }

const DEFAULT_FOLDER = fileURLToPath(new URL('../.data', import.meta.url))

/**
 * Parses the settings: `--adapter=hono|express|node` (default `hono`), `PORT` (default 3000), `ORIGIN` (default
 * `http://localhost:PORT`) and `LATCHKEY_DATA` (default `.data` in the package). An empty variable counts as absent.
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

  const { PORT, ORIGIN, LATCHKEY_DATA } = env
  const port = parsePort(PORT || '3000')
  if (port === undefined) return problem(`PORT must be a whole number from 1 to 65535, not ${JSON.stringify(PORT)}`)
  const origin = ORIGIN || `http://localhost:${port}`
  if (!isOrigin(origin))
    return problem('ORIGIN must be an origin such as https://api.example.com, with nothing after the host and port')
  return { ok: true, settings: { adapter, port, origin, folder: resolve(LATCHKEY_DATA || DEFAULT_FOLDER) } }
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

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function problem(line: string): SettingsResult {
  return { ok: false, problem: line }
}
