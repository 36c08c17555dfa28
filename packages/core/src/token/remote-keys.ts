/**
 * The keys of other issuers, fetched from where they publish them.
 *
 * @module
 */

import { parseDuration, type Duration } from '../duration.ts'
import { ConfigError, UnavailableError } from '../faults.ts'
import { readBoolean, readOptions } from '../options.ts'
import type { Runtime } from '../ports.ts'
import { readClock, systemRuntime } from '../runtime.ts'
import { createStoreCall } from '../store-call.ts'
import { isKeyAlgorithm, parametersOf, type KeyAlgorithm } from './algorithm.ts'
import { fetchJson, parseFetchUrl, readFetchUrl, type Fetch } from './json-fetch.ts'
import { importKeySet, type RemoteKey } from './remote-key-set.ts'
import type { StrictJsonObject } from './strict-json.ts'
import type { TokenKey, VerificationKeys } from './token-key.ts'

/** How keys are fetched. Unknown members are refused. */
export interface RemoteKeysOptions {
  /** The platform's `fetch`, or the application's own, with its proxy and its certificates. Nothing is fetched by any other way. */
  readonly fetch: Fetch
  /** How long a fetched set is used without asking again. 10 seconds to 24 hours. Default `10m`. */
  readonly maxAge?: Duration
  /**
   * How long a set is used after it was fetched while a newer one cannot be had. At least `maxAge`, at most 7 days. Default `24h`. Past
   * it, verifying is an `UnavailableError` (503).
   */
  readonly staleFor?: Duration
  /** How long an unknown key id causes no other fetch. 1 second to 1 hour. Default `30s`. */
  readonly cooldown?: Duration
  /** How long after a failure there is no other try. 1 second to 1 hour. Default `5s`. */
  readonly retryAfter?: Duration
  /** How long fetching may take, the body included. Up to 1 minute. Default `5s`. */
  readonly timeout?: Duration
  /** The largest document, in bytes: 1,024 to 1,048,576. Default 524,288. */
  readonly maxBytes?: number
  /** The algorithm of RSA keys that name none. Default: such keys are not used, for they could have several. */
  readonly rsaAlgorithm?: KeyAlgorithm
  /** Allows `http:` URLs of this machine, for development and tests. Default false. */
  readonly insecureLoopback?: boolean
  /** Clock and timers. Default: the platform's. For tests. */
  readonly runtime?: Runtime
}

const NAMES = [
  'fetch',
  'maxAge',
  'staleFor',
  'cooldown',
  'retryAfter',
  'timeout',
  'maxBytes',
  'rsaAlgorithm',
  'insecureLoopback',
  'runtime',
] as const

type Settings = ReturnType<typeof resolveOptions>

/**
 * The keys that an issuer publishes at a URL. Nothing is fetched before a token asks for a key.
 *
 * One request at a time, whoever asks. A key id that is not in the set causes a new request, at most one each `cooldown`. Within `maxAge` a set
 * is used as it is; until `staleFor` while a newer one is out of reach. Without usable keys a token cannot be judged, which is an
 * `UnavailableError` (503) and never "not logged in". Redirects are not followed. Only `https:` is. Which keys of a set are used:
 * public ones with a `kid`, for signatures, of one algorithm each, and not weak. Caching headers are not looked at.
 *
 * ```ts
 * import { createAuth, remoteKeys } from '@latchkey/core'
 *
 * export const auth = createAuth({
 *   secrets: { 1: process.env['AUTH_SECRET'] ?? '' },
 *   tokens: {
 *     issuer: 'https://api.example.com',
 *     audience: 'api',
 *     trustedIssuers: [
 *       { issuer: 'https://login.example.com', keys: remoteKeys('https://login.example.com/jwks', { fetch }) },
 *     ],
 *   },
 * })
 * ```
 *
 * @throws {ConfigError} `jwksUri`, or for an option.
 */
export function remoteKeys(jwksUri: string, options: RemoteKeysOptions): VerificationKeys {
  const settings = resolveOptions(options)
  const url = readFetchUrl('jwksUri', jwksUri, settings.insecureLoopback)
  return createRemoteKeys((get) => get(url), settings)
}

/**
 * The keys of an issuer that describes itself (OpenID Connect Discovery 1.0 section 4): its document is fetched from below the
 * issuer's URL, must name exactly this issuer, and says where the keys are. Else as `remoteKeys`; both documents are fetched each time.
 *
 * @throws {ConfigError} `issuer`, or for an option.
 */
export function discoverKeys(issuer: string, options: RemoteKeysOptions): VerificationKeys {
  const settings = resolveOptions(options)
  const url = readFetchUrl('issuer', issuer, settings.insecureLoopback)
  const { search, hash } = new URL(url)
  if (search !== '' || hash !== '') throw new ConfigError('issuer', 'must be a URL without query and fragment')
  const documentUrl = `${url.replace(/\/$/, '')}/.well-known/openid-configuration`
  return createRemoteKeys(async (get) => {
    const { issuer: named, jwks_uri: uri } = await get(documentUrl)
    if (named !== issuer) throw new Error('The document is that of another issuer')
    const jwksUri = parseFetchUrl(uri, settings.insecureLoopback)
    if (jwksUri === undefined) throw new Error('The document names no place of keys')
    return get(jwksUri)
  }, settings)
}

type Load = (get: (url: string) => Promise<StrictJsonObject>) => Promise<StrictJsonObject>

function createRemoteKeys(load: Load, settings: Settings): VerificationKeys {
  const { runtime, maxAge, staleFor, cooldown, retryAfter, timeout, fetch, maxBytes, rsaAlgorithm } = settings
  const call = createStoreCall(runtime, timeout)
  let keys: ReadonlyMap<string, RemoteKey> = new Map()
  let fetchedAt: number | undefined
  let lastTry: { readonly at: number; readonly failure: unknown } | undefined
  let flight: Promise<void> | undefined

  /** Whether the set is at most so old; a clock that was set back makes it old. */
  function isYounger(age: number, now: number): boolean {
    return fetchedAt !== undefined && now >= fetchedAt && now - fetchedAt < age
  }

  async function refresh(now: number): Promise<void> {
    try {
      const document = await call(({ signal }) => load((url) => fetchJson(url, { fetch, maxBytes, signal })))
      const found = await importKeySet(document, keys, rsaAlgorithm)
      if (found === undefined) throw new Error('The document holds no usable keys')
      keys = found
      fetchedAt = now
      lastTry = { at: now, failure: undefined }
    } catch (failure) {
      lastTry = { at: now, failure }
    }
  }

  function mayTry(now: number): boolean {
    if (lastTry === undefined || now < lastTry.at) return true
    return now - lastTry.at >= (lastTry.failure === undefined ? cooldown : retryAfter)
  }

  /** What the keys at hand say. */
  function answer(kid: string, now: number): TokenKey | undefined {
    const known = keys.get(kid)?.key
    if (known !== undefined && isYounger(staleFor, now)) return known
    if (isYounger(maxAge, now) && lastTry?.failure === undefined) return undefined
    // Where the last try failed, the key could be a new one: nobody here can tell.
    throw new UnavailableError({ cause: lastTry?.failure })
  }

  async function findAfresh(kid: string, now: number): Promise<TokenKey | undefined> {
    if (flight === undefined && mayTry(now)) {
      flight = refresh(now).finally(() => {
        flight = undefined
      })
    }
    await flight
    return answer(kid, readClock(runtime))
  }

  return Object.freeze<VerificationKeys>({
    find(kid) {
      const now = readClock(runtime)
      const known = isYounger(maxAge, now) ? keys.get(kid)?.key : undefined
      return known ?? findAfresh(kid, now)
    },
  })
}

function resolveOptions(options: unknown): {
  readonly fetch: Fetch
  readonly runtime: Runtime
  readonly maxAge: number
  readonly staleFor: number
  readonly cooldown: number
  readonly retryAfter: number
  readonly timeout: number
  readonly maxBytes: number
  readonly rsaAlgorithm: KeyAlgorithm | undefined
  readonly insecureLoopback: boolean
} {
  const given = { maxBytes: 524_288, runtime: systemRuntime, ...readOptions('', options, NAMES) }
  const { fetch, maxBytes, rsaAlgorithm } = given
  if (typeof fetch !== 'function') throw new ConfigError('fetch', 'must be a function, such as the global fetch')
  if (typeof maxBytes !== 'number' || !Number.isSafeInteger(maxBytes) || maxBytes < 1_024 || maxBytes > 1_048_576) {
    throw new ConfigError('maxBytes', 'must be a whole number from 1024 to 1048576')
  }
  if (rsaAlgorithm !== undefined && !(isKeyAlgorithm(rsaAlgorithm) && parametersOf(rsaAlgorithm).kty === 'RSA')) {
    throw new ConfigError('rsaAlgorithm', 'must be an algorithm of RSA keys, such as RS256')
  }
  const second = 1_000
  const maxAge = parseDuration('maxAge', given.maxAge ?? '10m', { min: 10 * second, max: 86_400 * second })
  const waits = { min: second, max: 3_600 * second }
  return {
    fetch: fetch as Fetch,
    runtime: given.runtime as Runtime,
    maxAge,
    staleFor: parseDuration('staleFor', given.staleFor ?? '24h', { min: maxAge, max: 604_800 * second }),
    cooldown: parseDuration('cooldown', given.cooldown ?? '30s', waits),
    retryAfter: parseDuration('retryAfter', given.retryAfter ?? '5s', waits),
    timeout: parseDuration('timeout', given.timeout ?? '5s', { max: 60 * second }),
    maxBytes,
    rsaAlgorithm,
    insecureLoopback: readBoolean('insecureLoopback', given.insecureLoopback, false),
  }
}
