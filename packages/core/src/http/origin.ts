/**
 * Whether a state-changing request comes from one of our own pages.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import type { AuthRequest } from './request.ts'

/** Which origins may send state-changing requests with a cookie. */
export interface OriginPolicy {
  /** The origins that this service itself has. */
  readonly own: ReadonlySet<string>
  /** Origins of others that may write here as well. */
  readonly trusted: ReadonlySet<string>
  /** Lets requests pass that carry none of `Origin`, `Sec-Fetch-Site` and `Referer`. */
  readonly allowMissing: boolean
}

/** `missing`: none of the three headers that tell is there. */
export type OriginDecision = 'same' | 'cross' | 'missing'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Tells whether a request may change state: any method but GET, HEAD and OPTIONS, compared exactly (RFC 9110 section 9.1),
 * and a WebSocket handshake, which a page of any site can start with this site's cookies (RFC 6455 section 10.2).
 */
export function mayChangeState(request: Pick<AuthRequest, 'method' | 'headers'>): boolean {
  return !SAFE_METHODS.has(request.method) || request.headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/**
 * Decides where a request comes from.
 *
 * An `Origin` that is present must be a configured origin, character for character; never is the `Host` header believed, a
 * suffix or a pattern, and `null` is refused. `Sec-Fetch-Site` must then be `same-origin`, unless the `Origin` is a trusted one. Without
 * `Sec-Fetch-Site` the `Origin` decides, then the `Referer`'s origin. `Content-Type` plays no part. The method is not looked at.
 *
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata" and "Verifying Origin With Standard Headers"
 */
export function decideOrigin(headers: AuthRequest['headers'], policy: OriginPolicy): OriginDecision {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  if (origin !== null && policy.trusted.has(origin)) return 'same'
  if (origin !== null && !policy.own.has(origin)) return 'cross'
  if (site !== null) return site === 'same-origin' ? 'same' : 'cross'
  if (origin !== null) return 'same'
  const referer = headers.get('referer')
  if (referer === null) return policy.allowMissing ? 'same' : 'missing'
  const source = URL.canParse(referer) ? new URL(referer).origin : 'null'
  return policy.own.has(source) || policy.trusted.has(source) ? 'same' : 'cross'
}

/**
 * Reads a list of origins.
 *
 * @param option The option's path, for the error.
 * @param insecure Admits `http:` origins.
 * @throws {ConfigError} When an entry is not a serialized origin such as `https://app.example.com`.
 */
export function parseOrigins(option: string, value: unknown, { insecure }: { insecure: boolean }): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new ConfigError(option, 'must name at least one origin')
  return new Set(list.map((origin) => parseOrigin(option, origin, insecure)))
}

function parseOrigin(option: string, origin: unknown, insecure: boolean): string {
  if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).origin !== origin) {
    throw new ConfigError(
      option,
      'must be a serialized origin: scheme, host and a port that is not the default, and nothing after',
    )
  }
  if (origin.startsWith('https://')) return origin
  if (!origin.startsWith('http://')) throw new ConfigError(option, 'must start with "https://"')
  if (!insecure)
    throw new ConfigError(option, 'must start with "https://" (for development: "cookie.insecurePlainHttp")')
  return origin
}
