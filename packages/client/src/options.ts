/**
 * What an application tells the client.
 *
 * @module
 */

import { configError } from './errors.ts'
import {
  createMemoryStorage,
  pageAddress,
  platformFetch,
  platformLocks,
  systemRuntime,
  type AnyFetch,
  type BasicFetch,
  type ClientLocks,
  type ClientRuntime,
  type ClientStorage,
  type PlatformFetch,
  type SendToken,
} from './platform.ts'

/** What `createAuthFetch` takes. Unknown members are refused. */
export interface AuthFetchOptions<Fetch extends AnyFetch = PlatformFetch> {
  /**
   * Where tokens are renewed: `POST` with `{ "refresh_token": ... }` as JSON, or with nothing where `carry` is `cookie`. Absolute, or
   * relative to the page. Required unless `refresh` is given.
   */
  readonly refreshUrl?: string
  /** Renews tokens in a way of your own, in the place of `refreshUrl`. */
  readonly refresh?: SendToken
  /** Where a logout is told: `POST` with `{ "token": ... }` as JSON, or with nothing where `carry` is `cookie`. Default: nowhere; then `revoke` is, if given. */
  readonly revokeUrl?: string
  /** Tells the server of a logout in a way of your own, in the place of `revokeUrl`. */
  readonly revoke?: SendToken
  /**
   * How the refresh token travels: in the `body`, from the storage, or in a `cookie` that the page cannot read. Default `body`.
   */
  readonly carry?: 'body' | 'cookie'
  /**
   * Where tokens are kept. `localStorage` is shared by tabs and outlives them, and any script of the page reads it. Default: the memory of
   * the page.
   */
  readonly storage?: ClientStorage
  /** The key in the storage, and the name of the lock: one for each login that a page has. Default `latchkey`. */
  readonly storageKey?: string
  /**
   * The origins that may see the access token, such as `https://api.example.com`. Requests to all others go out as they are. Default:
   * that of `refreshUrl`; required where there is none.
   */
  readonly origins?: readonly string[]
  /** The address against which relative ones are resolved. Default: the page's. Needed where there is no page. */
  readonly baseUrl?: string
  /** How long before it expires a token is renewed, in seconds; up to half as much earlier by chance, and never in the first half of its life. 0 to 3600. Default 60. */
  readonly renewAhead?: number
  /**
   * How long one attempt to renew may take, in seconds. 1 to 60. Default 8: keep it below the server's `reuseWindow`, so that no answer is
   * taken when another tab may have had a later one.
   */
  readonly timeout?: number
  /**
   * Called once when a session that this page used is over: by the server's word, or by a logout in another tab. Not after a logout here.
   * What it throws, the request rejects with that found out.
   */
  readonly onEnd?: () => void
  /** Sends requests. Its type is that of the `fetch` that comes out. Default: the platform's. */
  readonly fetch?: Fetch
  /** Locks that all tabs share. Default `navigator.locks` where there is one; null for none. */
  readonly locks?: ClientLocks | null
  /** Clock, timers and randomness. Default: the platform's. For tests. */
  readonly runtime?: ClientRuntime
}

/** The options as they are used. Times in milliseconds. */
export interface ClientConfig {
  readonly refresh: SendToken
  readonly revoke: SendToken | undefined
  readonly inCookie: boolean
  readonly storage: ClientStorage
  readonly storageKey: string
  readonly origins: ReadonlySet<string>
  readonly baseUrl: string | undefined
  readonly renewAhead: number
  readonly timeout: number
  readonly onEnd: () => void
  readonly fetch: BasicFetch
  readonly locks: ClientLocks | undefined
  readonly runtime: ClientRuntime
}

const NAMES: ReadonlySet<string> = new Set<keyof AuthFetchOptions>([
  'refreshUrl',
  'refresh',
  'revokeUrl',
  'revoke',
  'carry',
  'storage',
  'storageKey',
  'origins',
  'baseUrl',
  'renewAhead',
  'timeout',
  'onEnd',
  'fetch',
  'locks',
  'runtime',
])

/**
 * Resolves options. Own members only.
 *
 * @throws {AuthFetchError} `ERR_CONFIG`, with the option's name.
 */
export function resolveOptions<Fetch extends AnyFetch>(options: AuthFetchOptions<Fetch>): ClientConfig {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as typeof options
  const unknown = Object.keys(given).find((name) => !NAMES.has(name))
  if (unknown !== undefined) throw configError(unknown, 'is not known')
  if (given.carry !== undefined && given.carry !== 'body' && given.carry !== 'cookie') {
    throw configError('carry', 'must be "body" or "cookie"')
  }
  const inCookie = given.carry === 'cookie'
  const fetch = (given.fetch as BasicFetch | undefined) ?? platformFetch()
  if (typeof fetch !== 'function') throw configError('fetch', 'must be given: the platform has none')
  const baseUrl = given.baseUrl ?? pageAddress()
  const refreshUrl = given.refreshUrl === undefined ? undefined : parseUrl('refreshUrl', given.refreshUrl, baseUrl)
  const revokeUrl = given.revokeUrl === undefined ? undefined : parseUrl('revokeUrl', given.revokeUrl, baseUrl)
  const refresh = given.refresh ?? (refreshUrl && sendTo(fetch, refreshUrl.href, inCookie, 'refresh_token'))
  if (typeof refresh !== 'function') throw configError('refreshUrl', 'must be given where "refresh" is not')
  return Object.freeze<ClientConfig>({
    refresh,
    revoke: given.revoke ?? (revokeUrl && sendTo(fetch, revokeUrl.href, inCookie, 'token')),
    inCookie,
    storage: given.storage ?? createMemoryStorage(),
    storageKey: given.storageKey ?? 'latchkey',
    origins: readOrigins(given.origins ?? (refreshUrl && [refreshUrl.origin])),
    baseUrl,
    renewAhead: readSeconds('renewAhead', given.renewAhead ?? 60, 0, 3_600),
    timeout: readSeconds('timeout', given.timeout ?? 8, 1, 60),
    onEnd: given.onEnd ?? (() => {}),
    fetch,
    locks: given.locks === null ? undefined : (given.locks ?? platformLocks()),
    runtime: given.runtime ?? systemRuntime,
  })
}

/** Never follows a redirect: what is sent opens the session. */
function sendTo(fetch: BasicFetch, url: string, inCookie: boolean, member: string): SendToken {
  return (token, signal) =>
    fetch(url, {
      method: 'POST',
      redirect: 'error',
      cache: 'no-store',
      signal,
      headers: { accept: 'application/json', ...(inCookie ? {} : { 'content-type': 'application/json' }) },
      credentials: inCookie ? 'include' : 'omit',
      ...(inCookie ? {} : { body: JSON.stringify({ [member]: token }) }),
    })
}

function readOrigins(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins) || origins.length === 0) {
    throw configError('origins', 'must be a list of origins where there is no "refreshUrl"')
  }
  for (const origin of origins as readonly unknown[]) {
    if (typeof origin !== 'string' || !isOrigin(origin)) {
      throw configError('origins', 'must name origins, such as "https://api.example.com"')
    }
  }
  return new Set(origins as readonly string[])
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function parseUrl(option: string, url: unknown, base: string | undefined): URL {
  if (typeof url !== 'string' || !URL.canParse(url, base)) {
    throw configError(option, 'must be an address, and absolute where there is neither a page nor a "baseUrl"')
  }
  return new URL(url, base)
}

function readSeconds(option: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw configError(option, `must be a number of seconds from ${min} to ${max}`)
  }
  return value * 1_000
}
