/**
 * What a request shows of a service that is reached in another way than its configuration says: behind a proxy, above all.
 *
 * @module
 */

import type { OriginProblem } from '../authentication.ts'
import type { Misconfiguration } from '../events.ts'
import type { OriginPolicy } from './origin.ts'
import type { AuthRequest } from './request.ts'

type Headers = AuthRequest['headers']

/**
 * Finds out whether a request that comes from a foreign origin comes from the service's own page after all, under another scheme or
 * port than is configured. Says nothing about whether the request may pass.
 */
export function findOriginProblem(headers: Headers, { own }: Pick<OriginPolicy, 'own'>): OriginProblem | undefined {
  const source = toUrl(headers.get('origin') ?? headers.get('referer'))
  if (source === undefined || own.has(source.origin)) return undefined
  const kin = [...own].map((origin) => new URL(origin)).filter(({ hostname }) => hostname === source.hostname)
  if (kin.length === 0) return undefined
  return kin.some(({ port, protocol }) => port === source.port && protocol !== source.protocol)
    ? 'origin_scheme'
    : 'origin_port'
}

/**
 * Tells what is wrong with sending a `Secure` cookie in the answer to a request. A proxy's word counts only where no browser contradicts
 * it: one that sends `Sec-Fetch-Site` has a secure connection, and an `Origin` was judged by itself.
 */
export function findCookieProblem(headers: Headers, policy: Pick<OriginPolicy, 'own'>): Misconfiguration | undefined {
  const problem = findOriginProblem(headers, policy)
  if (problem !== undefined) return problem
  const knowsBetter = headers.get('sec-fetch-site') !== null || headers.get('origin') !== null
  return !knowsBetter && saysPlainHttp(headers) ? 'cookie_over_http' : undefined
}

/** What the first proxy said about the connection of the client, which stands first (RFC 7239 section 5.4, and what came before it). */
function saysPlainHttp(headers: Headers): boolean {
  return (
    /^\s*http\s*(?:,|$)/i.test(headers.get('x-forwarded-proto') ?? '') ||
    /^[^,]*\bproto="?http"?\s*(?:[;,]|$)/i.test(headers.get('forwarded') ?? '')
  )
}

function toUrl(text: string | null): URL | undefined {
  return text !== null && URL.canParse(text) ? new URL(text) : undefined
}
