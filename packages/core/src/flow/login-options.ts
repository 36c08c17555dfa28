/**
 * What a login or a step-up says of a subject, checked.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import { readUserAgent } from '../http/user-agent.ts'
import { readClock } from '../runtime.ts'
import type { SessionInit } from '../session/strategy.ts'
import { checkSubject } from '../subject.ts'
import type { CookieExchange } from './exchange.ts'
import { readTokens } from './requirement.ts'

/** Who logs in, and how. */
export interface LoginOptions {
  /** The application's own, lasting name for the user: an id, never an e-mail address that can change hands. 1 to 255 characters. */
  readonly subject: string
  /**
   * How the credential reaches the client: `cookie` for browsers, `tokens` for API clients, which get an access token and a
   * refresh token. Fixed for the life of the session.
   */
  readonly deliver: 'cookie' | 'tokens'
  /**
   * The subject's epoch (`auth.epochOf`), read before the password was checked. A login that was judged by a password that has been
   * changed meanwhile is then refused. Default: read now, which closes all but that window.
   */
  readonly epoch?: number
  /** How the subject proved its identity (RFC 8176), such as `['pwd']`. Default: not recorded. */
  readonly amr?: readonly string[]
  /** The authentication context class reached. Default: none. */
  readonly acr?: string
  /** What the session may do. Default: nothing named. */
  readonly scopes?: readonly string[]
  /** The values that move over from the session that the visitor had before, such as a cart. For `cookie` alone. Default: none. */
  readonly carry?: readonly string[]
  /** What a device list shows. At most 200 characters. Default: none. */
  readonly label?: string
  /**
   * Remember me: whether the cookie outlives the browser. Kept for the life of the session; both timeouts hold either way. For `cookie`
   * alone. Default: the strategy's `persistent`, which is true unless it says otherwise.
   */
  readonly persistent?: boolean
  /**
   * The client's network address, for a device list and never judged: take it from a source that you trust, which behind a proxy is not
   * the connection. Cut after 64 characters. Default: not recorded. The `User-Agent` header is recorded by itself.
   */
  readonly address?: string | undefined
}

/** What the session of a login is made of, but for what depends on how it is delivered. */
export type LoginInit = Omit<SessionInit, 'carrier' | 'epoch' | 'data'>

const MAX_LABEL_LENGTH = 200
const MAX_ADDRESS_LENGTH = 64

/**
 * Reads the options of a login, and what the request tells of the client.
 *
 * @throws {UsageError} `argument`
 */
export function readInit(
  options: LoginOptions,
  { config, request }: Pick<CookieExchange, 'config' | 'request'>,
): LoginInit {
  const { amr, acr, scopes } = readStrength(options)
  const { persistent } = options
  const { label = null, address = null } = options
  if (label !== null && (typeof label !== 'string' || label.length > MAX_LABEL_LENGTH)) {
    throw new UsageError('argument', `A label is text of at most ${MAX_LABEL_LENGTH} characters`)
  }
  if (address !== null && typeof address !== 'string') throw new UsageError('argument', 'An address is text')
  if (persistent !== undefined && typeof persistent !== 'boolean') {
    throw new UsageError('argument', '"persistent" is true or false')
  }
  checkEpoch(options.epoch)
  const authenticatedAt = readClock(config.runtime)
  return {
    subject: checkSubject(options.subject),
    scopes,
    authenticatedAt,
    amr,
    acr,
    label,
    userAgent: readUserAgent(request),
    // What stands before a trusted hop may be a client's, and too long an address must not be a way to fail.
    address: address?.slice(0, MAX_ADDRESS_LENGTH) || null,
    ...(persistent === undefined ? {} : { persistent }),
  }
}

/**
 * Reads how strongly a subject proved its identity, and what that is good for.
 *
 * @throws {UsageError} `argument`
 */
export function readStrength({
  amr = [],
  acr,
  scopes = [],
}: Pick<LoginOptions, 'amr' | 'acr' | 'scopes'>): Pick<LoginInit, 'amr' | 'acr' | 'scopes'> {
  try {
    const [own = null] = readTokens('acr', acr === undefined ? [] : [acr])
    return { amr: readTokens('amr', amr), acr: own, scopes: readTokens('scopes', scopes) }
  } catch {
    throw new UsageError('argument', 'amr, acr and scopes take printable ASCII characters without blanks, " and \\')
  }
}

/**
 * Checks an epoch that the application may have given.
 *
 * @throws {UsageError} `argument`
 */
export function checkEpoch(epoch: number | undefined): void {
  if (epoch !== undefined && (!Number.isSafeInteger(epoch) || epoch < 0))
    throw new UsageError('argument', 'An epoch is what "epochOf" gave')
}
