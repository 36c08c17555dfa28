/**
 * Access tokens in cookies: put there and taken away.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { BaseConfig, Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import type { TokenReader } from '../http/location.ts'
import { readClock } from '../runtime.ts'
import { verifyAnyToken } from './any-token.ts'
import { crossOriginReason, isCrossOriginChange, type CookieExchange } from './exchange.ts'

/** The outcome of setting or removing token cookies. Refused when another site's page sent the request. */
export type TokenCookieResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'cross_origin'; readonly denial: Denial }

type TokenCookieExchange = CookieExchange<BaseConfig & Pick<Config<unknown, AccessTokenClaims>, 'locations' | 'tokens'>>

const OK: TokenCookieResult = Object.freeze({ ok: true })

/**
 * Puts a token into the cookie that is for it, and the value of its double submit into the readable one. Both last as long as
 * the token.
 *
 * @param token One that this configuration issued.
 * @throws {UsageError} `not_configured` without a cookie for such a token; `argument` for a token that would be refused;
 * `headers_sent`; `cookie_too_large`. Nothing is set.
 */
export async function setTokenCookie(exchange: TokenCookieExchange, token: unknown): Promise<TokenCookieResult> {
  const { config, sink } = exchange
  const cookies = cookiesOf(exchange)
  const verified = config.tokens && (await verifyAnyToken(config.tokens, token))
  if (verified === undefined) throw new UsageError('argument', 'A cookie takes a token that this service would accept')
  const { use, claims } = verified
  const location = cookies.find(({ holds }) => holds === use)
  if (location?.cookie === undefined) throw notConfigured()
  if (isCrossOriginChange(exchange)) return refuse(exchange)
  const maxAge = Math.max(1, Math.ceil(claims.exp - readClock(config.runtime) / 1_000))
  const line = location.cookie.issue(token as string, maxAge)
  if (location.doubleSubmit !== undefined) {
    const { csrf } = claims
    if (typeof csrf !== 'string') throw new UsageError('argument', 'The token has no value for a double submit')
    const { cookie } = location.doubleSubmit
    sink.setCookie(cookie.name, cookie.issue(csrf, maxAge))
  }
  sink.setCookie(location.cookie.name, line)
  return OK
}

/**
 * Removes every cookie of tokens from the browser. The tokens themselves stay good until they expire.
 *
 * @throws {UsageError} `not_configured` without such a cookie; `headers_sent`.
 */
export function unsetTokenCookies(exchange: TokenCookieExchange): TokenCookieResult {
  const cookies = cookiesOf(exchange)
  if (isCrossOriginChange(exchange)) return refuse(exchange)
  for (const { cookie, doubleSubmit } of cookies) {
    for (const each of [cookie, doubleSubmit?.cookie]) if (each) exchange.sink.setCookie(each.name, each.clearing)
  }
  return OK
}

function cookiesOf({ config, sink }: TokenCookieExchange): readonly TokenReader[] {
  const cookies = config.locations.filter(({ place }) => place === 'cookie')
  if (cookies.length === 0) throw notConfigured()
  if (!sink.open)
    throw new UsageError('headers_sent', 'A cookie is needed, and the headers of the response are already sent')
  return cookies
}

function refuse(exchange: TokenCookieExchange): TokenCookieResult {
  const { config } = exchange
  config.emit({ type: 'rejected', code: 'cross_origin' })
  return { ok: false, code: 'cross_origin', denial: createDenial(crossOriginReason(exchange), config.challenge) }
}

function notConfigured(): UsageError {
  return new UsageError('not_configured', 'The option "tokens.locations" has no cookie for this token')
}
