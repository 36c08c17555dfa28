/**
 * What the answer of a token endpoint means (RFC 6749 sections 5.1 and 5.2).
 *
 * @module
 */

import type { FetchResponse } from './platform.ts'

/** The tokens of a login, as the server's body has them. Other members are ignored. */
export interface TokenAnswer {
  /** The access token. */
  readonly access_token: string
  /** How long it lives, in seconds. */
  readonly expires_in: number
  /** What is exchanged for the next ones; left out where it rides in a cookie. */
  readonly refresh_token?: string
}

/**
 * - `granted`: the tokens.
 * - `ended`: the session is over (`invalid_grant`).
 * - `again`: nobody can tell; ask again, no sooner than in `retryAfter` milliseconds.
 * - `refused`: asking again changes nothing, and yet the session is not over.
 */
export type Judgement =
  | { readonly status: 'granted'; readonly tokens: TokenAnswer }
  | { readonly status: 'ended' }
  | { readonly status: 'again'; readonly retryAfter: number }
  | { readonly status: 'refused' }

/** What the answer of a revocation endpoint means (RFC 7009 section 2.2). */
export type RevocationJudgement =
  | { readonly status: 'revoked' }
  | { readonly status: 'again'; readonly retryAfter: number }
  | { readonly status: 'refused' }

const MAX_LIFETIME = 400 * 86_400

/** Judges an answer. Only `invalid_grant`, in so many words, ends a session: a proxy's error page does not. */
export async function judgeAnswer(response: FetchResponse, now: number): Promise<Judgement> {
  const { status } = response
  const again = judgeOutage(response, now)
  if (again !== undefined) return again
  const body = await response.json().catch(() => undefined)
  if (status === 200) {
    const tokens = readTokenAnswer(body)
    // Half an answer, or a captive portal's page: the server may have exchanged the token, and will repeat it.
    return tokens === undefined ? { status: 'again', retryAfter: 0 } : { status: 'granted', tokens }
  }
  const isOver = (status === 400 || status === 401) && errorOf(body) === 'invalid_grant'
  return { status: isOver ? 'ended' : 'refused' }
}

/** Judges the answer to a logout. A token that is unknown there is one that nobody can use. */
export async function judgeRevocation(response: FetchResponse, now: number): Promise<RevocationJudgement> {
  const again = judgeOutage(response, now)
  if (again !== undefined) return again
  return { status: response.status >= 200 && response.status < 300 ? 'revoked' : 'refused' }
}

function judgeOutage(
  { status, headers }: FetchResponse,
  now: number,
): { readonly status: 'again'; readonly retryAfter: number } | undefined {
  const isOutage = status >= 500 || status === 429 || status === 408 || status === 425
  return isOutage ? { status: 'again', retryAfter: parseRetryAfter(headers.get('retry-after'), now) } : undefined
}

/** Reads a body of RFC 6749 section 5.1; undefined when it is none. */
export function readTokenAnswer(body: unknown): TokenAnswer | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { access_token, expires_in, refresh_token } = body as { readonly [name: string]: unknown }
  // What goes into a header line is the grammar of RFC 6750 section 2.1, and nothing else.
  if (typeof access_token !== 'string' || !/^[\w~+/.-]+=*$/.test(access_token)) return undefined
  if (typeof expires_in !== 'number' || !(expires_in > 0 && expires_in <= MAX_LIFETIME)) return undefined
  if (refresh_token === undefined) return { access_token, expires_in }
  return typeof refresh_token === 'string' && refresh_token !== ''
    ? { access_token, expires_in, refresh_token }
    : undefined
}

/**
 * Tells whether a 401 says that the token is not good any more (RFC 6750 section 3.1). A page of another origin may not see the
 * header; then the body tells.
 */
export async function saysInvalidToken(response: FetchResponse): Promise<boolean> {
  if (response.status !== 401) return false
  const challenge = response.headers.get('www-authenticate')
  if (challenge !== null) return /(^|[\s,])error="?invalid_token"?/i.test(challenge)
  return (
    errorOf(
      await response
        .clone?.()
        .json()
        .catch(() => undefined),
    ) === 'invalid_token'
  )
}

/** Milliseconds from now that a `Retry-After` asks for (RFC 9110 section 10.2.3); 0 when it is none. */
function parseRetryAfter(value: string | null, now: number): number {
  if (value === null) return 0
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}

function errorOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? (body as { readonly error?: unknown }).error : undefined
}
